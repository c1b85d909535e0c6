"""The letter about a message: its subject, its text, and the same as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from storage.messages.message import Message
from storage.office import Company
from storage.office.notify import Occasion
from web.language.texts import Language, texts
from web.message_list.rows import row_of
from web.templating import template

LONGEST_SUBJECT: Final = 200
"""Characters: mail programs cut off far less."""


@dataclass(frozen=True)
class Letter:
    """What people read."""

    subject: str
    text: str
    html: str


def letter(message: Message, event: Occasion, company: Company, link: str, attached: str) -> Letter:
    """The letter in the company's language and time zone.

    ``link`` leads to the message's page. ``attached`` is the name of the recording's file, "" where
    it is not in the letter.
    """
    language = company.language
    row = row_of(message, language, company.timezone)
    values = {
        "row": row,
        "event": event,
        "company": company,
        "link": link,
        "attached": attached,
        "what": what(event, language),
    }
    return Letter(
        subject=f"{what(event, language)}: {row.who}"[:LONGEST_SUBJECT],
        text=template("letters/message.txt", language).render(values),
        html=template("letters/message.html", language).render(values),
    )


def what(event: Occasion, language: Language) -> str:
    """What happened, in a line."""
    say = texts(language).gettext
    return {
        "message.kept": say("New voice message"),
        "message.heard": say("Voice message heard"),
        "message.deleted": say("Voice message deleted"),
        "message.restored": say("Voice message restored"),
        "message.unheard": say("Still not heard"),
    }[event]

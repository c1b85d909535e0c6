"""The letter about a message: its subject, its text, and the same as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from storage.letters.names import Values
from storage.letters.rendering import render
from storage.messages.message import Message
from storage.office import Company
from storage.office.model import LetterTemplate
from storage.office.notify import Occasion
from storage.text import printable
from web.language.event_words import events_in_words
from web.language.texts import Language
from web.language.words import duration_words, full_time
from web.letters.harmless import harmless_row
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
    row = harmless_row(message, language, company.timezone)
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
    return events_in_words(language)[event]


def own_letter(
    wording: LetterTemplate,
    message: Message,
    event: Occasion,
    company: Company,
    link: str,
    attached: str,
) -> Letter:
    """The same in the company's own words. Raises storage.letters.rendering.LetterFailed."""
    values = letter_values(message, event, company, link, attached)
    made = render(wording.model_dump(), values)
    subject = printable(made["subject"], LONGEST_SUBJECT) or what(event, company.language)
    return Letter(subject, made["text"], made["html"])


def letter_values(
    message: Message, event: Occasion, company: Company, link: str, attached: str
) -> Values:
    """What stands for the names of a company's own letter: see `storage.letters.names`."""
    language = company.language
    row = harmless_row(message, language, company.timezone)
    environment = template("letters/message.txt", language).environment
    return {
        "event": event,
        "what": what(event, language),
        "company": company.name,
        "timezone": company.timezone,
        "addressee": row.addressee,
        "mailbox": message.addressee_number if message.box == "employee" else "",
        "caller": row.who,
        "number": row.number,
        "received_at": full_time(environment, message.received_at, company.timezone),
        "duration": duration_words(environment, message.duration),
        "seconds": max(1, round(message.duration)),
        "incomplete": message.cut_off,
        "attached": attached,
        "link": link,
    }

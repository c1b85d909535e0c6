"""The letter about a message in a few lines, for chats, where nothing in it is markup.

Chats read Markdown, HTML, mentions and links out of plain text, each in its own way, and whoever
calls chooses their name. So characters that mean something to any of them are told by others that
look the same and mean nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from storage.messages.message import Message
from storage.office import Company
from storage.office.notify import Occasion
from storage.text import printable
from web.letters.letter import what
from web.message_list.rows import row_of
from web.templating import template

LONGEST_NAME: Final = 100
"""Characters: names are cut, and links never are."""
_HARMLESS: Final = str.maketrans(
    {
        **{"[": "［", "]": "］", "<": "‹", ">": "›", "@": "＠", "#": "＃", "&": "＆"},
        **{"*": "∗", "_": "＿", "~": "∼", "`": "ˋ", "|": "∣", "\\": "∖", "/": "∕"},
    }
)
_DOT: Final = re.compile(r"[.。．｡](?=\w)")
_COLON: Final = re.compile(r":(?=\S)")


@dataclass(frozen=True)
class ShortLetter:
    """What people read: a line, and some more. ``link`` is the last of them."""

    title: str
    text: str
    link: str

    def within(self, most: int) -> str:
        """All of it in so many UTF-16 units, as Telegram counts; the link stays whole."""
        whole = f"{self.title}\n{self.text}\n{self.link}"
        if _units(whole) <= most:
            return whole
        head, room = f"{self.title}\n{self.text}", most - _units(self.link) - 2
        while head and _units(head) > room:
            head = head[:-1]
        return f"{head}…\n{self.link}" if head else self.link[:most]


def short_letter(message: Message, event: Occasion, company: Company, link: str) -> ShortLetter:
    """It is in the company's language and time zone; ``link`` leads to the message's page."""
    language = company.language
    row = row_of(message, language, company.timezone)
    values = {
        "who": harmless(row.who),
        "number": harmless(row.number),
        "addressee": harmless(row.addressee),
        "message": message,
        "event": event,
        "timezone": company.timezone,
    }
    text = template("letters/short.txt", language).render(values).strip()
    return ShortLetter(title=what(event, language), text=text, link=link)


def harmless(text: str) -> str:
    """A text of a stranger's, in which no chat finds markup, mentions or addresses."""
    line = printable(text, LONGEST_NAME).translate(_HARMLESS)
    return _COLON.sub("∶", _DOT.sub("․", line))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2

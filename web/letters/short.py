"""The letter about a message in a few lines, for chats, where nothing in it is markup."""

from __future__ import annotations

from dataclasses import dataclass

from storage.messages.message import Message
from storage.office import Company
from storage.office.notify import Occasion
from web.letters.harmless import harmless, harmless_row
from web.letters.letter import what
from web.letters.notices import Notice
from web.templating import template


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
    row = harmless_row(message, language, company.timezone)
    values = {
        "who": row.who,
        "number": row.number,
        "addressee": harmless(row.addressee),
        "message": message,
        "event": event,
        "timezone": company.timezone,
    }
    text = template("letters/short.txt", language).render(values).strip()
    return ShortLetter(title=what(event, language), text=text, link=link)


def short_notice(notice: Notice, company: Company, link: str) -> ShortLetter:
    """A notice in a few lines."""
    lines = [f"{name}: {harmless(value)}" for name, value in notice.facts]
    text = "\n".join((*lines, notice.advice) if notice.advice else lines)
    return ShortLetter(title=what(notice.event, company.language), text=text, link=link)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2

"""Letters about many messages: a day's digest, or what was more than a destination takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from storage.messages.message import Message
from storage.messages.unread import COUNTED
from storage.notifications.delivery import DIGEST
from storage.office import Company
from web.language.texts import Language, texts
from web.language.words import count_words, date_words
from web.letters.harmless import harmless, harmless_row
from web.letters.letter import LONGEST_SUBJECT, Letter
from web.letters.short import ShortLetter
from web.message_list.address import Listing
from web.templating import template

_MOST_ADDRESSEE: Final = 80
"""Characters of whose messages they are, in the subject."""
SHORT_LINES: Final = 5
"""Messages that a chat is told one by one."""


def list_address(mailbox: str) -> str:
    """Where an extension's messages are listed, or the company's (""), behind ``web.url``."""
    listing = Listing(employee=mailbox) if mailbox else Listing(box="company")
    return listing.address()


def what_is_told(event: str, count: int, company: Company, since: datetime | None) -> str:
    """How many messages are unheard, or how many notifications there were beyond an hour's."""
    language = company.language
    plural = texts(language).ngettext
    if event != DIGEST:
        words = plural(
            "%(num)s more notification within an hour",
            "%(num)s more notifications within an hour",
            count,
        )
        return words % {"num": count_words(count, language)}
    number = _counted(count, count, language)
    if since is None:
        words = plural("%(num)s unheard message", "%(num)s unheard messages", count)
        return words % {"num": number}
    # There are more, of which nothing is told.
    words = plural(
        "%(num)s unheard message since %(day)s", "%(num)s unheard messages since %(day)s", count
    )
    environment = template("letters/summary.txt", language).environment
    day = since.astimezone(ZoneInfo(company.timezone)).date()
    return words % {"num": number, "day": date_words(environment, day)}


def summary_letter(
    event: str,
    messages: Sequence[Message],
    count: int,
    company: Company,
    web_url: str,
    mailbox: str,
    *,
    since: datetime | None = None,
) -> Letter:
    """The newest messages, and how many there are in all; of a digest's 1000 is "or more".

    ``since`` when they came is said where it is given.
    """
    language = company.language
    what = what_is_told(event, count, company, since)
    rows = [harmless_row(message, language, company.timezone) for message in messages]
    whose = rows[0].addressee[:_MOST_ADDRESSEE] if rows else ""
    values = {
        "what": what,
        "whose": whose,
        "rows": rows,
        "rest": _rest(count, len(messages), language),
        "company": company,
        "message_link": f"{web_url}/messages/",
        "link": f"{web_url}{list_address(mailbox)}",
    }
    return Letter(
        subject=f"{what}: {whose}"[:LONGEST_SUBJECT] if whose else what,
        text=template("letters/summary.txt", language).render(values),
        html=template("letters/summary.html", language).render(values),
    )


def short_summary(
    event: str,
    messages: Sequence[Message],
    count: int,
    company: Company,
    web_url: str,
    mailbox: str,
    *,
    since: datetime | None = None,
) -> ShortLetter:
    """The same for a chat: the first of them without links, and where all are listed."""
    language = company.language
    rows = [harmless_row(message, language, company.timezone) for message in messages[:SHORT_LINES]]
    values = {
        "rows": [(row.message, row.who, row.number) for row in rows],
        "whose": harmless(rows[0].addressee) if rows else "",
        "rest": _rest(count, len(rows), language),
        "timezone": company.timezone,
    }
    return ShortLetter(
        title=what_is_told(event, count, company, since),
        text=template("letters/short_summary.txt", language).render(values).strip(),
        link=f"{web_url}{list_address(mailbox)}",
    )


def _rest(count: int, shown: int, language: Language) -> str:
    others = max(0, count - shown)
    say = texts(language).ngettext("and %(num)s more", "and %(num)s more", others)
    return say % {"num": _counted(others, count, language)} if others else ""


def _counted(number: int, of: int, language: Language) -> str:
    """A number; with a plus where counting stopped."""
    return count_words(number, language) + ("+" if of >= COUNTED else "")

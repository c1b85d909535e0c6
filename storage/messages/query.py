"""Which messages somebody asks for."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from storage.actor import EVERYTHING, Scope
from storage.errors import QueryError
from storage.messages.envelope import Box
from storage.text import shown
from storage.words.terms import Terms, search_terms

AnyBox = Box | Literal["unassigned"]

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_EARLIEST = date(1970, 1, 2)
_LATEST = date(2199, 12, 31)
"""No message is of another day: there are no places for them."""


@dataclass(frozen=True)
class Query:
    """Which messages are wanted; None and "" mean any.

    ``company`` is its name, ``employee`` an extension (whoever has it now) or a person's id,
    ``people`` the ids of who that is, as storage finds out. ``month`` is like ``2026-08``.
    ``since`` and ``until`` are days, both included; days and months are those of each message's
    company.
    The newest come first, or the ``oldest_first``; ``before`` is where the page before ended, in
    that order. ``deleted`` asks for the trash instead, ``quiet`` for
    what was kept aside as probably empty, ``held`` for what is on hold, wherever it is; two of them
    ask for what is both.

    Only what ``scope`` covers is found. ``reader`` is the id of a user: states are theirs then, and
    ``state`` asks for what is new to them or what is not.
    """

    company: str | None = None
    box: AnyBox | None = None
    employee: str | None = None
    month: str | None = None
    since: date | None = None
    until: date | None = None
    search: str = ""
    limit: int | None = 50
    before: int | None = None
    oldest_first: bool = False
    deleted: bool = False
    held: bool = False
    quiet: bool = False
    scope: Scope = EVERYTHING
    reader: str | None = None
    people: tuple[str, ...] | None = None
    state: Literal["new", "heard"] | None = None

    @property
    def terms(self) -> Terms:
        """What has to be found in a message's addressee or caller."""
        return tuple(map(tuple, search_terms(self.search)))

    @property
    def days(self) -> tuple[date | None, date | None]:
        """First and last day. Raises QueryError for a month that is none."""
        if self.month is None:
            return _within(self.since), _within(self.until)
        found = _MONTH.fullmatch(self.month)
        if not found or not 1 <= int(found[2]) <= 12 or not 1970 <= int(found[1]) < 2200:
            raise QueryError("not-a-month", text=shown(self.month))
        year, month = int(found[1]), int(found[2])
        first, last = date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return max(first, self.since or first), min(last, self.until or last)


def _within(day: date | None) -> date | None:
    return day and max(_EARLIEST, min(day, _LATEST))

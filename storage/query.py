"""Which messages: a query, and the SQL it becomes.

Messages are read newest first along ``place``, a page at a time: no page costs more because
of the messages before it.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Integer, Select, column, literal_column, or_, select, table

from storage.errors import ConfigError
from storage.identifiers import first_place
from storage.messages import Box
from storage.models import MessageRow
from storage.text import search_terms

# A day begins somewhere up to 14 hours before it begins in UTC, and ends up to 12 after.
EARLIEST_ZONE = timedelta(hours=14)
LATEST_ZONE = timedelta(hours=12)
# SQLite's trigrams know nothing shorter.
TRIGRAM = 3

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_index = table("message_search", column("rowid", Integer))


@dataclass(frozen=True)
class Query:
    """Which messages are wanted; None and "" mean any.

    ``company`` is its name, ``employee`` an extension, ``month`` is like ``2026-08``. ``since``
    and ``until`` are days, both included; days and months are those of each message's company.
    ``before`` is where the page before ended. ``deleted`` asks for the trash instead.
    """

    company: str | None = None
    box: Box | None = None
    employee: str | None = None
    month: str | None = None
    since: date | None = None
    until: date | None = None
    search: str = ""
    limit: int | None = 50
    before: int | None = None
    deleted: bool = False

    @property
    def days(self) -> tuple[date | None, date | None]:
        """First and last day. Raises ConfigError for a month that is none."""
        if self.month is None:
            return self.since, self.until
        found = _MONTH.fullmatch(self.month)
        if not found or not 1 <= int(found[2]) <= 12 or int(found[1]) < 1970:
            raise ConfigError(f"a month is written like 2026-08, not {self.month!r}")
        year, month = int(found[1]), int(found[2])
        first, last = date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return max(first, self.since or first), min(last, self.until or last)


def messages_matching(query: Query, *, company_id: str | None, sqlite: bool) -> Select[MessageRow]:
    """The kept messages a query asks for, newest first, without its limit.

    ``company_id`` is the id of the query's company, None if there is none of that name now.
    """
    statement = select(MessageRow).where(
        MessageRow.state == "kept",
        MessageRow.deleted_at.is_not(None) if query.deleted else MessageRow.deleted_at.is_(None),
    )
    if query.company is not None:
        # Messages whose company is gone are still found by the name it had.
        statement = statement.where(
            MessageRow.company_id == company_id
            if company_id
            else MessageRow.company == query.company
        )
    if query.box is not None:
        statement = statement.where(MessageRow.box == query.box)
    if query.employee is not None:
        statement = statement.where(
            MessageRow.box == "employee", MessageRow.addressee_number == query.employee
        )
    statement, place = _searching(statement, search_terms(query.search), sqlite=sqlite)
    return statement.where(*_times(query, place)).order_by(place.desc())


def _searching(
    statement: Select[MessageRow], terms: list[list[str]], *, sqlite: bool
) -> tuple[Select[MessageRow], ColumnElement[int]]:
    """Narrow down to what is searched for; also the column along which to read."""
    indexed = [term for term in terms if sqlite and min(map(len, term)) >= TRIGRAM]
    for term in terms:
        if term not in indexed:
            statement = statement.where(
                or_(*(MessageRow.search.contains(text, autoescape=True) for text in term))
            )
    if not indexed:
        return statement, MessageRow.place.expression
    # The index comes first and in order, so that a page is read and no more.
    place: ColumnElement[int] = _index.c.rowid
    statement = statement.join_from(_index, MessageRow, MessageRow.place == place)
    phrases = " AND ".join(f"({' OR '.join(map(_quoted, term))})" for term in indexed)
    return statement.where(literal_column("message_search").op("MATCH")(phrases)), place


def _times(query: Query, place: ColumnElement[int]) -> list[ColumnElement[bool]]:
    """The days asked for: roughly by place, which is indexed, then exactly by day."""
    conditions: list[ColumnElement[bool]] = []
    first, last = query.days
    if query.before is not None:
        conditions.append(place < query.before)
    if first:
        earliest = datetime.combine(first, time(), UTC) - EARLIEST_ZONE
        conditions += [place >= first_place(earliest), MessageRow.day >= first.isoformat()]
    if last:
        latest = datetime.combine(last, time.max, UTC) + LATEST_ZONE
        conditions += [place < first_place(latest), MessageRow.day <= last.isoformat()]
    return conditions


def _quoted(phrase: str) -> str:
    return '"' + phrase.replace('"', '""') + '"'

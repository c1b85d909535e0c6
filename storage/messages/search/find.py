"""Finding what a query asks for, by the way that reads the least."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, func, select, union
from sqlalchemy.orm import Session

from storage.actor import EVERYTHING
from storage.database.tables import CompanyRow, MessageRow
from storage.messages import month_counts
from storage.messages.query import Query
from storage.messages.search.index_ranges import IndexRange, ranges
from storage.messages.search.plan import Way, ways
from storage.messages.search.sql import messages_on
from storage.people import called

FEW = 3_000
"""So many messages are looked through one by one in no time."""


@dataclass(frozen=True)
class Found:
    """Rows in the order of the query, and the month that a short search was limited to, if any."""

    rows: Sequence[MessageRow]
    month: str | None


def find(session: Session, query: Query, limit: int) -> Found:
    """The first messages of a query. Raises ConfigError for a month that is none."""
    to_read, month = statements(session, query)
    rows = {row.place: row for each in to_read for row in session.scalars(each.limit(limit))}
    places = sorted(rows, reverse=not query.oldest_first)
    return Found([rows[place] for place in places[:limit]], month)


def count(session: Session, query: Query) -> int:
    """How many messages a query finds, up to its limit; reads all of them."""
    to_read, _ = statements(session, query)
    if not to_read:
        return 0
    places = union(
        *(
            select(each.with_only_columns(MessageRow.place).limit(query.limit).subquery().c.place)
            for each in to_read
        )
    ).subquery()
    total = session.scalar(select(func.count()).select_from(places)) or 0
    return total if query.limit is None else min(total, query.limit)


def amount(session: Session, query: Query) -> tuple[int, int]:
    """How many messages a query finds, and the bytes of their audio; reads all of them."""
    to_read, _ = statements(session, query)
    if not to_read:
        return 0, 0
    columns = (MessageRow.place, MessageRow.size)
    sizes = union(*(each.with_only_columns(*columns).order_by(None) for each in to_read)).subquery()
    found = select(func.count(), func.sum(sizes.c.size)).select_from(sizes)
    count, size = session.execute(found).one()
    return count, int(size or 0)


def ids(session: Session, query: Query) -> list[str]:
    """The ids of all messages that a query finds, whatever its limit, in its order."""
    to_read, _ = statements(session, query)
    found: dict[int, str] = {}
    for each in to_read:
        rows = session.execute(each.with_only_columns(MessageRow.place, MessageRow.id))
        found.update(rows.all())
    return [found[place] for place in sorted(found, reverse=not query.oldest_first)]


def months(session: Session, query: Query) -> list[tuple[str, int]]:
    """Months with messages on the query's ranges and how many, newest first."""
    found = ranges(_resolved(session, query))
    return month_counts.months(
        session, ((index_range.company_id, index_range.key) for index_range in found)
    )


def statements(session: Session, query: Query) -> tuple[list[Select[MessageRow]], str | None]:
    """What to read, and the month the search is limited to.

    Where some callers could only be looked through, because a word is too short for the
    search index, and there are too many, only the newest month's are. The command line may look
    through everything.
    """
    of_company = _resolved(session, query)
    sqlite = session.get_bind().dialect.name == "sqlite"
    found = list(_ways(session, of_company))
    month = None
    limited = any(way.looks_through for way in found) and query.scope != EVERYTHING
    if limited and of_company.days == (None, None):
        month = months(session, of_company)[0][0]
        of_company = replace(of_company, month=month)
    return [_statement(way, of_company, sqlite=sqlite) for way in found], month


def _statement(way: Way, query: Query, *, sqlite: bool) -> Select[MessageRow]:
    return messages_on(
        way.index_range, query, way.path, sqlite=sqlite, by_caller=way.by_caller, newest=way.newest
    )


def _ways(session: Session, query: Query) -> Iterator[Way]:
    """The ways to read the query's ranges: a search looks through few messages one by one."""
    terms = query.terms
    for index_range in ranges(query):
        if query.state == "new":
            yield Way(index_range, "new")
        elif not terms or _is_apart(query) or _is_small(session, query, index_range):
            yield Way(index_range)
        else:
            yield from ways(session, index_range, terms)


def _is_apart(query: Query) -> bool:
    """Whether other messages are asked for than the listed ones, which alone are counted."""
    return query.deleted or query.held or query.quiet


def _is_small(session: Session, query: Query, index_range: IndexRange) -> bool:
    counted = month_counts.months(session, [(index_range.company_id, index_range.key)])
    return sum(kept for month, kept in counted if query.month in (None, month)) <= FEW


def _resolved(session: Session, query: Query) -> Query:
    """The query with its company found, and who its employee is."""
    query = _of_company(session, query)
    if query.employee is None or query.people is not None:
        return query
    return replace(query, people=called(session, query.employee, query.scope.company_id))


def _of_company(session: Session, query: Query) -> Query:
    """The query with its company's name made a scope, if there is a company of that name now.

    Messages of a company that is gone are found by the name it had.
    """
    if query.company is None:
        return query
    company_id = session.scalar(select(CompanyRow.id).where(CompanyRow.name == query.company))
    if company_id is None or query.scope.company_id not in (None, company_id):
        return query
    return replace(query, company=None, scope=replace(query.scope, company_id=company_id))

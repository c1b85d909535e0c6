"""Finding what a query asks for, by the way that reads the least."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from storage import tally
from storage.actor import EVERYTHING
from storage.models import CompanyRow, MessageRow
from storage.query import Query
from storage.shelves import Shelf, shelves
from storage.statements import Path, is_short, messages_on
from storage.text import search_terms

FEW = 3_000
"""So many messages are looked through one by one in no time."""


@dataclass(frozen=True)
class Found:
    """Rows, newest first, and the month that a short search was limited to, if it was."""

    rows: Sequence[MessageRow]
    month: str | None


def find(session: Session, query: Query, limit: int) -> Found:
    """The newest messages of a query. Raises ConfigError for a month that is none."""
    to_read, month = statements(session, query)
    rows = [row for each in to_read for row in session.scalars(each.limit(limit))]
    return Found(sorted(rows, key=lambda row: -row.place)[:limit], month)


def count(session: Session, query: Query) -> int:
    """How many messages a query finds, up to its limit; reads all of them."""
    total = 0
    for statement in statements(session, query)[0]:
        found = statement.with_only_columns(MessageRow.place).limit(query.limit).subquery()
        total += session.scalar(select(func.count()).select_from(found)) or 0
    return total if query.limit is None else min(total, query.limit)


def months(session: Session, query: Query) -> list[tuple[str, int]]:
    """Months with messages on the query's shelves and how many, newest first."""
    return tally.months(session, ((shelf.company_id, shelf.key) for shelf in shelves(query)))


def statements(session: Session, query: Query) -> tuple[list[Select[MessageRow]], str | None]:
    """What to read, and the month the search is limited to.

    Where no word is long enough for the search index and there are too many messages to look
    through, only the newest month's are. The command line may look through everything.
    """
    of_company = _of_company(session, query)
    sqlite = session.get_bind().dialect.name == "sqlite"
    paths = {shelf: _path(session, of_company, shelf) for shelf in shelves(of_company)}
    month = None
    if "search" in paths.values() and all(map(is_short, search_terms(query.search))):
        paths = dict.fromkeys(paths, "shelf")
        if query.scope != EVERYTHING and of_company.days == (None, None):
            month = months(session, of_company)[0][0]
            of_company = replace(of_company, month=month)
    return [
        messages_on(shelf, of_company, path, sqlite=sqlite) for shelf, path in paths.items()
    ], month


def _path(session: Session, query: Query, shelf: Shelf) -> Path:
    """The way to read a shelf: a search looks through few messages one by one."""
    if query.state == "new":
        return "new"
    if not search_terms(query.search) or query.deleted:
        return "shelf"
    if shelf == Shelf():
        return "search"
    counted = tally.months(session, [(shelf.company_id, shelf.key)])
    looked_at = sum(kept for month, kept in counted if query.month in (None, month))
    return "search" if looked_at > FEW else "shelf"


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

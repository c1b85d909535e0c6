"""Queries as SQL.

Messages are read along ``place``, mostly newest first, a page at a time: no page costs more because
of the messages before it.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Literal

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    TextClause,
    and_,
    column,
    exists,
    literal_column,
    or_,
    select,
    table,
)

from storage.database.tables import (
    IS_HELD,
    IS_IN_TRASH,
    IS_LISTED,
    IS_QUIET,
    MessageRow,
    UnheardRow,
)
from storage.identifiers import CLOCK_BACK, first_place
from storage.messages.query import Query
from storage.messages.search.index_ranges import IndexRange
from storage.words.terms import Terms

# A day begins somewhere up to 14 hours before it begins in UTC, and ends up to 12 after.
EARLIEST_ZONE = timedelta(hours=14)
LATEST_ZONE = timedelta(hours=12)
# No index of trigrams knows anything shorter.
TRIGRAM = 3

Path = Literal["range", "named", "new", "search"]
"""What is read first and in order: a range, what is new to the reader, the search index.

A range is "named" where all of it is what is searched for.
"""

_index = table("message_search", column("rowid", Integer))


def messages_on(
    index_range: IndexRange,
    query: Query,
    path: Path,
    *,
    sqlite: bool,
    by_caller: Terms = (),
    newest: int | None = None,
) -> Select[MessageRow]:
    """The kept messages a query asks for from one range, in its order, without its limit.

    ``by_caller`` are the terms to be looked up in the search index, none of them short; nothing
    is read above ``newest``.
    """
    first_by_search = path == "search" and sqlite
    statement = select(MessageRow).where(*_lies(query))
    place: ColumnElement[int] = MessageRow.place.expression
    if path == "new":
        statement = statement.join(UnheardRow, _is_new_to(query.reader))
        place = UnheardRow.place.expression
    elif first_by_search:
        place = _index.c.rowid
        statement = statement.join_from(_index, MessageRow, MessageRow.place == place)
        statement = statement.where(_in_search_index(by_caller))
    elif path == "search":
        statement = statement.where(
            *(_contains(MessageRow.caller_words.expression, term) for term in by_caller)
        )
    found_otherwise = first_by_search or path == "new"
    listed = not (query.deleted or query.held)
    statement = statement.where(*index_range.conditions(as_filter=found_otherwise, listed=listed))
    if query.company is not None:
        statement = statement.where(MessageRow.company == query.company)
    if query.state == "heard":
        statement = statement.where(~exists().where(_is_new_to(query.reader)))
    words = (MessageRow.addressee_words.expression, MessageRow.caller_words.expression)
    for term in query.terms if path != "named" else ():
        if term not in by_caller:
            statement = statement.where(or_(*(_contains(text, term) for text in words)))
    if newest is not None:
        statement = statement.where(place <= newest)
    order = place.asc() if query.oldest_first else place.desc()
    return statement.where(*_times(query, place)).order_by(order)


def _lies(query: Query) -> list[ColumnElement[bool] | TextClause]:
    """Which of the partial indexes it is that holds what is asked for."""
    quiet = [MessageRow.quiet.expression] if query.quiet else []
    if query.held:
        trash = [MessageRow.deleted_at.is_not(None)] if query.deleted else []
        return [IS_HELD, MessageRow.state == "kept", *trash, *quiet]
    if query.deleted:
        return [IS_IN_TRASH, *quiet]
    return [IS_QUIET if query.quiet else IS_LISTED]


def is_short(term: tuple[str, ...]) -> bool:
    """Whether a search term is too short for a search index."""
    return min(map(len, term)) < TRIGRAM


def _contains(text: ColumnElement[str], term: tuple[str, ...]) -> ColumnElement[bool]:
    return or_(*(text.contains(spelling, autoescape=True) for spelling in term))


def _is_new_to(reader: str | None) -> ColumnElement[bool]:
    return and_(UnheardRow.user_id == reader, UnheardRow.place == MessageRow.place)


def _in_search_index(terms: Terms) -> ColumnElement[bool]:
    phrases = " AND ".join(f"({' OR '.join(map(_quoted, term))})" for term in terms)
    return literal_column("message_search").op("MATCH", is_comparison=True)(phrases)


def _times(query: Query, place: ColumnElement[int]) -> list[ColumnElement[bool]]:
    """The days asked for: roughly by place, which is indexed, then exactly by day."""
    conditions: list[ColumnElement[bool]] = []
    first, last = query.days
    if query.before is not None:
        follows = place > query.before if query.oldest_first else place < query.before
        conditions.append(follows)
    if first:
        earliest = datetime.combine(first, time(), UTC) - EARLIEST_ZONE
        conditions += [place >= first_place(earliest), MessageRow.day >= first.isoformat()]
    if last:
        # A message that came after the clock was set back has a place in the hour before that.
        latest = datetime.combine(last, time.max, UTC) + LATEST_ZONE + CLOCK_BACK
        conditions += [place < first_place(latest), MessageRow.day <= last.isoformat()]
    return conditions


def _quoted(phrase: str) -> str:
    return '"' + phrase.replace('"', '""') + '"'

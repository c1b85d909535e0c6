"""The words of old messages, made anew behind the running service, some messages at a time.

A version that finds messages by other words than the one before, and a company that is now of
another country, mean other words for every message there is. Nobody waits for that: the newest come
first, and until its turn a message is found by what it was found by.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import CheckConstraint, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database.engine import Database
from storage.database.tables import Base, MessageRow, Place
from storage.messages import addressees
from storage.words.phone_numbers import region_of
from storage.words.terms import searchable, searchable_caller

AT_ONCE: Final = 50
"""Messages in one transaction: whoever else wants to write waits for hundredths of a second."""

_NUMBER: Final = re.compile(r"(?<!\S)\+?\d{3,}(?!\S)")


class SearchIndexRow(Base):
    """How far it is done (a single row, id 1).

    Messages ``below`` a place still have their old ones. ``countries`` are those of the companies,
    by their ids, as JSON.
    """

    __tablename__ = "search_index"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    below: Mapped[int] = mapped_column(Place)
    countries: Mapped[str] = mapped_column(Text)


def reindex(database: Database, zones: Mapping[str, str]) -> int:
    """Give the next messages their words; how many: none where none waits any more.

    ``zones`` are the companies' time zones, by their ids. Several may do so at once. Raises
    DatabaseUnavailable.
    """
    with database.session() as session:
        state = session.get_one(SearchIndexRow, 1, with_for_update=True)
        _begin_anew(session, state, zones)
        rows = _next(session, state.below)
        _give_words(session, rows, zones)
        state.below = rows[0].place if rows else 0
        return len(rows)


def _begin_anew(session: Session, state: SearchIndexRow, zones: Mapping[str, str]) -> None:
    """Where a company is of another country than before: its callers' numbers mean others."""
    before: dict[str, str] = json.loads(state.countries)
    now = {company_id: region_of(zone) for company_id, zone in zones.items()}
    if any(before.get(company_id, country) != country for company_id, country in now.items()):
        state.below = (session.scalar(select(func.max(MessageRow.place))) or 0) + 1
    if before | now != before:
        state.countries = json.dumps(before | now, sort_keys=True)


def _next(session: Session, below: int) -> Sequence[MessageRow]:
    """The newest messages that wait, oldest first: in the order in which everybody locks them."""
    places = select(MessageRow.place).where(MessageRow.place < below)
    newest = session.scalars(places.order_by(MessageRow.place.desc()).limit(AT_ONCE)).all()
    if not newest:
        return []
    among = (MessageRow.place >= newest[-1], MessageRow.place < below)
    found = select(MessageRow).where(*among).order_by(MessageRow.place)
    return session.scalars(found.with_for_update()).all()


def _give_words(session: Session, rows: Sequence[MessageRow], zones: Mapping[str, str]) -> None:
    moved: dict[MessageRow, str] = {}
    for row in rows:
        zone = zones.get(row.company_id or "", row.timezone)
        row.caller_words = searchable_caller(row.caller_number, row.caller_name, zone)
        # The other numbers that an employee had then are told by the old words alone.
        numbers = (row.addressee_number, *_NUMBER.findall(row.addressee_words))
        words = searchable(row.addressee_name, numbers, zone)
        if words != row.addressee_words:
            moved[row] = words
    addressees.reword(session, {row: moved[row] for row in moved if _is_listed(row)})
    for row, words in moved.items():
        row.addressee_words = words


def _is_listed(row: MessageRow) -> bool:
    return row.state == "kept" and row.deleted_at is None and not row.quiet

"""At most so many in an hour to one destination: what is more is told of by one, at its end.

An hour begins with the first delivery after the one before. What is more is *folded*: it waits, is
never sent by itself, and ends as the delivery does that counts it. Nobody is tried more often than
they want, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from storage.database.delivery_tables import DeliveryRow, DestinationRow, OwnAddressRow, Told
from storage.database.tables import IS_NEW_IN_BOX, MessageRow
from storage.identifiers import new_id
from storage.notifications.delivery import MORE, UNHEARD, State

HOUR: Final = timedelta(hours=1)
FOLDED: Final = "more than the destination takes in an hour: told of along with others at its end"


def within_limit(row: Told, most: int | None, made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The values of a delivery that is due then; where it is one too many, those of the one that
    counts it as well, unless that is there.

    ``row`` is locked: whoever makes deliveries for a destination does so in turn.
    """
    due: datetime = made["due_at"]
    if most is None:
        yield made
        return
    if row.hour_from is None or not row.hour_from <= due < row.hour_from + HOUR:
        row.hour_from, row.hour_count, row.hour_letter = due, 0, None
    row.hour_count = (row.hour_count or 0) + 1
    if row.hour_count <= most:
        yield made
        return
    later = {**made, "due_at": row.hour_from + HOUR, "next_try_at": row.hour_from + HOUR}
    if row.hour_letter is None:
        row.hour_letter = new_id(made["made_at"])
        yield {**later, "id": row.hour_letter, "event": MORE, "message_id": None}
    yield {**later, "folded_into": row.hour_letter, "answer": FOLDED}


def fold_no_more(session: Session, letter_id: str) -> None:
    """See that nothing more is counted by a delivery that ends now.

    To be called before its rows are changed: who is just making one that it counts is waited for.
    """
    for table in (DestinationRow, OwnAddressRow):
        is_letter = table.hour_letter == letter_id
        session.execute(update(table).where(is_letter).values(hour_letter=None))


def end_folded(session: Session, letter_id: str, values: dict[str, Any]) -> None:
    """Have what a delivery counts end as it does."""
    answer = f": {values['answer']}" if values["answer"] else ""
    told = {**values, "answer": f"along with others{answer}"}
    session.execute(update(DeliveryRow).where(_waits_in(letter_id)).values(**told))


def unfold(session: Session, letter_id: str, ended: State, values: dict[str, Any]) -> None:
    """Have what ended with a delivery wait for it again."""
    is_in = (DeliveryRow.folded_into == letter_id, DeliveryRow.state == ended)
    session.execute(update(DeliveryRow).where(*is_in).values(**values))


def message_ids(session: Session, letter_id: str) -> list[str | None]:
    """The messages of what a delivery counts, the newest first; one may be there several times.

    Nobody is reminded of what was heard meanwhile.
    """
    unheard = select(MessageRow.id).where(MessageRow.id == DeliveryRow.message_id, IS_NEW_IN_BOX)
    is_told = or_(DeliveryRow.event != UNHEARD, unheard.correlate(DeliveryRow).exists())
    found = select(DeliveryRow.message_id).where(_waits_in(letter_id), is_told)
    return list(session.scalars(found.order_by(DeliveryRow.id.desc())))


def _waits_in(letter_id: str) -> ColumnElement[bool]:
    return (DeliveryRow.folded_into == letter_id) & (DeliveryRow.state == "waiting")

"""Which delivery somebody means who types the beginning of an id, or of a message's."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.database.delivery_tables import DeliveryRow
from storage.database.tables import MessageRow
from storage.errors import NotFound
from storage.identifiers import MOST_ALIKE, ambiguous, part_of_id
from storage.text import shown


def found(session: Session, delivery_id: str, company_id: str | None) -> DeliveryRow:
    """A delivery's row, by its id or by a beginning that no other id has.

    Raises NotFound, also where it is another company's.
    """
    part = part_of_id(delivery_id)
    if part is None:
        raise NotFound("no-delivery", id=shown(delivery_id))
    rows = select(DeliveryRow).where(_begins(DeliveryRow.id, part))
    if company_id is not None:
        rows = rows.where(DeliveryRow.company_id == company_id)
    alike = session.scalars(rows.order_by(DeliveryRow.id).limit(MOST_ALIKE + 1)).all()
    if not alike:
        raise NotFound("no-delivery", id=shown(delivery_id))
    if len(alike) > 1:
        codes = ("ambiguous-delivery", "ambiguous-delivery-of-many")
        raise ambiguous(*codes, part, [row.id for row in alike])
    return alike[0]


def message_id_of(session: Session, beginning: str) -> str:
    """The message that is meant, also one that is gone and of which only deliveries are left.

    Raises NotFound.
    """
    part = part_of_id(beginning)
    if part is None:
        raise NotFound("not-a-message-id", text=shown(beginning))
    there = select(MessageRow.id).where(_begins(MessageRow.id, part), MessageRow.state == "kept")
    told = select(DeliveryRow.message_id).where(_begins(DeliveryRow.message_id, part))
    ids = [str(each) for each in session.scalars(union(there, told).limit(MOST_ALIKE + 1))]
    if not ids:
        raise NotFound("no-message", id=part)
    if len(ids) > 1:
        raise ambiguous("ambiguous-id", "ambiguous-id-of-many", part, sorted(ids))
    return ids[0]


def _begins(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], part: str
) -> ColumnElement[bool]:
    return (column >= part) & (column < f"{part}g")

"""A delivery's end, and what people do to one: have it sent again, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actor import Actor
from storage.audit import note
from storage.companies.destinations import ended
from storage.database.delivery_tables import DeliveryRow
from storage.errors import Ended
from storage.notifications.delivery import MORE, Delivery, State, delivery_of
from storage.notifications.finding import found
from storage.notifications.limit import FOLDED, end_folded, fold_no_more, unfold


def end(session: Session, delivery: Delivery, state: State, answer: str) -> DeliveryRow | None:
    """End one that still waits, and what it counts; None where it does so no more."""
    values = ended(state, answer)
    if delivery.event == MORE:
        fold_no_more(session, delivery.id)
        end_folded(session, delivery.id, values)
    waiting = (DeliveryRow.id == delivery.id, DeliveryRow.state == "waiting")
    row = session.scalars(select(DeliveryRow).where(*waiting).with_for_update()).one_or_none()
    if row is not None:
        _set(row, values)
    return row


def retry(session: Session, delivery_id: str, by: Actor, company_id: str | None) -> Delivery:
    """See `storage.notifications.queue.Deliveries.retry`."""
    row, now = _locked(session, delivery_id, company_id), datetime.now(UTC)
    in_hand = row.state == "waiting" and row.taken_until and row.taken_until > now
    if row.event == MORE and row.state != "waiting":
        again = {"state": "waiting", "next_try_at": now, "due_at": now, "ended_at": None}
        unfold(session, row.id, cast(State, row.state), again)
    row.state, row.next_try_at, row.ended_at = "waiting", now, None
    row.due_at, row.folded_into, row.by_hand = now, None, True
    if not in_hand:
        row.taken_until, row.tries = None, 0
    _note(session, by, "delivery.retry", row)
    return delivery_of(row)


def cancel(session: Session, delivery_id: str, by: Actor, company_id: str | None) -> Delivery:
    """See `storage.notifications.queue.Deliveries.cancel`."""
    row = _locked(session, delivery_id, company_id)
    if row.state == "sent":
        raise Ended("delivery-sent", id=row.id)
    if row.state == "failed":
        raise Ended("delivery-failed", id=row.id)
    if row.state == "waiting":
        values = ended("cancelled", "" if row.answer == FOLDED else row.answer)
        if row.event == MORE:
            end_folded(session, row.id, values)
        _set(row, values)
        _note(session, by, "delivery.cancel", row)
    return delivery_of(row)


def _locked(session: Session, delivery_id: str, company_id: str | None) -> DeliveryRow:
    row = found(session, delivery_id, company_id)
    if row.event == MORE:
        fold_no_more(session, row.id)
    session.refresh(row, with_for_update=True)
    return row


def _note(session: Session, by: Actor, action: str, row: DeliveryRow) -> None:
    details = {"delivery": row.id}
    note(session, by, action, company_id=row.company_id, subject=row.address, details=details)


def _set(row: DeliveryRow, values: dict[str, object]) -> None:
    for name, value in values.items():
        setattr(row, name, value)

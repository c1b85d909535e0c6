"""Deliveries as the worker leaves them, put into the queue of a test's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage.database.delivery_tables import DeliveryRow
from storage.identifiers import new_id
from storage.notifications.delivery import State
from storage.office.notify import MailDestination
from tests.web.conftest import COMPANY, Front

MADE_AT = datetime(2026, 8, 14, 6, 30, 5, tzinfo=UTC)


def queued(
    front: Front,
    *,
    state: State = "waiting",
    address: str = "anna@example.com",
    kind: str = "mail",
    event: str = "message.kept",
    answer: str = "",
    tries: int = 1,
    message: str | None = None,
    company: str = COMPANY,
    of: str | None = None,
) -> str:
    """One more delivery, made a second after the one before; its id."""
    is_over = state != "waiting"
    with front.installation.database.session() as session:
        made_at = MADE_AT + timedelta(seconds=session.query(DeliveryRow).count())
        row = DeliveryRow(
            id=new_id(made_at),
            company_id=front.services.offices.site(company).company_id,
            employee_id=of and front.services.own_addresses.person(front.site.company_id, of),
            kind=kind,
            destination=MailDestination(mail="anna@example.com").key,
            address=address,
            event=event,
            message_id=message,
            event_at=made_at,
            made_at=made_at,
            state=state,
            tries=tries,
            next_try_at=None if is_over else made_at + timedelta(minutes=1),
            taken_until=None,
            ended_at=made_at + timedelta(minutes=2) if is_over else None,
            answer=answer,
        )
        session.add(row)
        return row.id

"""Since when somebody is told of a mailbox: of what came before, nothing is sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

from sqlalchemy import delete, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from storage.database.delivery_tables import DeliveryRow, DestinationRow, ReadNewsRow
from storage.database.tables import NewsRow
from storage.database.upsert import insert_into
from storage.office import Office
from storage.office.notify import AnyDestination, Event, daily_of
from storage.office.times import next_time
from storage.people import present

NOTIFICATIONS = "notifications"
"""Who reads the news to tell the destinations: from the first one on."""
COMPANY = ""
"""Stands for the company's own mailbox, where others are an employee's."""


def note_destinations(session: Session, company_id: str, office: Office) -> None:
    """Note those that are new, and forget those that are gone, in the change's transaction.

    After `storage.companies.succession.follow`: they are the people's, whose extensions change.
    """
    people = {row.extension: row.id for row in present(session, company_id)}
    lists = {people[extension]: who.notify for extension, who in office.employees.items()}
    lists[COMPANY] = office.voicemail.notify
    wanted = {(mailbox, each.key): each for mailbox, list_ in lists.items() for each in list_ or ()}
    now = datetime.now(UTC)
    of_company = DestinationRow.company_id == company_id
    # Whoever makes deliveries locks them too, in this order.
    in_order = (DestinationRow.mailbox, DestinationRow.destination)
    there = {
        (row.mailbox, row.destination): row
        for row in session.scalars(
            select(DestinationRow).where(of_company).order_by(*in_order).with_for_update()
        )
    }
    if gone := there.keys() - wanted.keys():
        session.execute(delete(DestinationRow).where(of_company, tuple_(*in_order).in_(gone)))
    for key in wanted.keys() & there.keys():
        row, due = there[key], _next_digest(wanted[key], office, now)
        # One that is due already is to be made all the same.
        if due is None or row.next_digest_at is None or row.next_digest_at > now:
            row.next_digest_at = due
    if there:  # what waits for its time of the day is looked at anew: that may have changed
        waits = (
            DeliveryRow.company_id == company_id,
            DeliveryRow.state == "waiting",
            DeliveryRow.next_try_at > now,
            DeliveryRow.tries == 0,
            DeliveryRow.folded_into.is_(None),
            DeliveryRow.event.in_(get_args(Event)),
        )
        session.execute(update(DeliveryRow).where(*waits).values(next_try_at=now))
    if new := wanted.keys() - there.keys():
        since = session.scalar(select(func.max(NewsRow.seq))) or 0
        rows = [
            {
                "company_id": company_id,
                "mailbox": mailbox,
                "destination": key,
                "since": since,
                "set_at": now,
                "next_digest_at": _next_digest(wanted[mailbox, key], office, now),
            }
            for mailbox, key in sorted(new)
        ]
        session.execute(insert(DestinationRow), rows)
        begin_reading(session, since)


def begin_reading(session: Session, seq: int) -> None:
    """Have the news read from there on, where there was nobody to tell so far."""
    first = {"reader": NOTIFICATIONS, "seq": seq}
    statement = insert_into(session, ReadNewsRow).on_conflict_do_nothing()
    session.connection().execute(statement, [first])


def _next_digest(destination: AnyDestination, office: Office, now: datetime) -> datetime | None:
    at = daily_of(destination)
    return next_time(now, at, office.company.timezone) if at else None

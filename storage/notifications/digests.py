"""Digests: once a day one delivery for each destination that wants it so, if anything is unheard.

When the next one is due stands in the destination's row; who makes it moves that on in the same
transaction. So each is made once, whoever makes them, and after a while without any worker too.
What is in it is looked up when it is sent: `storage.notifications.summaries`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.companies.destinations import COMPANY
from storage.companies.directory import Directory
from storage.database.delivery_tables import DeliveryRow, DestinationRow
from storage.database.engine import Database
from storage.messages.unheard import unheard_since
from storage.notifications.delivery import DIGEST, waiting
from storage.notifications.outbox import AT_ONCE, destinations_of, extensions_of
from storage.office.notify import AnyDestination, daily_of
from storage.office.times import is_same_day, last_time, next_time

LATER: Final = timedelta(minutes=1)
"""So long after it was not there a destination is looked for again."""
LATE: Final = timedelta(hours=12)
"""So late one is made that no worker was there for; on the same day, even later."""


def make_digests(database: Database, directory: Directory) -> int:
    """Make the digests that are due; how many were looked at. Raises DatabaseUnavailable."""
    now = datetime.now(UTC)
    due = DestinationRow.next_digest_at <= now
    with database.reading() as session:  # nearly always there is none
        if session.scalar(select(DestinationRow.next_digest_at).where(due).limit(1)) is None:
            return 0
    with database.session() as session:
        in_order = (DestinationRow.company_id, DestinationRow.mailbox, DestinationRow.destination)
        rows = session.scalars(
            select(DestinationRow)
            .where(due)
            .order_by(*in_order)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        extensions = extensions_of(session, {row.company_id for row in rows})
        for row in rows:
            site = directory.offices.get(row.company_id)
            mailbox = extensions.get(row.mailbox) if row.mailbox else COMPANY
            told = destinations_of(site.office, mailbox) if site and mailbox is not None else ()
            # What is not there was changed just now, or cannot be read: looked for again soon.
            row.next_digest_at = now + LATER
            for each in told:
                at = daily_of(each)
                if site and at is not None and each.key == row.destination:
                    timezone = site.office.company.timezone
                    was_due = last_time(now, at, timezone)
                    if is_same_day(was_due, now, timezone) or now - was_due < LATE:
                        _make(session, row, each, was_due, now)
                    row.next_digest_at = next_time(now, at, timezone)
        return len(rows)


def _make(
    session: Session, row: DestinationRow, destination: AnyDestination, at: datetime, now: datetime
) -> None:
    employee_id, since = row.mailbox or None, row.set_at or now
    unheard = unheard_since(row.company_id, employee_id, since)
    if session.scalar(unheard.limit(1)) is None:
        return
    made = waiting(now, destination, DIGEST, row.company_id, employee_id, event_at=at)
    session.add(DeliveryRow(**made))

"""Digests: once a day one delivery for each destination that wants it so, if anything is unheard.

When the next one is due stands in the row of the destination, or of the employee's own address; who
makes it moves that on in the same transaction. So each is made once, whoever makes them, and after
a while without any worker too.
What is in it is looked up when it is sent: `storage.notifications.summaries`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.companies.destinations import own_destination
from storage.companies.directory import Directory
from storage.database.delivery_tables import DeliveryRow, DestinationRow, OwnAddressRow
from storage.database.engine import Database
from storage.messages.unread import unheard_since
from storage.notifications.delivery import DIGEST, waiting
from storage.notifications.outbox import AT_ONCE, extensions_of
from storage.office import Office
from storage.office.notify import AnyDestination, daily_of
from storage.office.times import is_same_day, last_time, next_time
from storage.office.told import COMPANY, destinations_of

Row = DestinationRow | OwnAddressRow
LATER: Final = timedelta(minutes=1)
"""So long after it was not there a destination is looked for again."""
LATE: Final = timedelta(hours=12)
"""So late one is made that no worker was there for; on the same day, even later."""


def make_digests(database: Database, directory: Directory) -> int:
    """Make the digests that are due; how many were looked at. Raises DatabaseUnavailable."""
    now = datetime.now(UTC)
    with database.reading() as session:  # nearly always there is none
        if not _due(session, now):
            return 0
    with database.session() as session:
        rows = _due(session, now, take=True)
        extensions = extensions_of(session, {row.company_id for row in rows})
        for row in rows:
            site = directory.offices.get(row.company_id)
            mailbox = extensions.get(row.mailbox) if row.mailbox else COMPANY
            told = _told(row, site.office, mailbox) if site and mailbox is not None else None
            at = daily_of(told) if told else None
            # What is not there was changed just now, or cannot be read: looked for again soon.
            row.next_digest_at = now + LATER
            if site and told and at is not None:
                timezone = site.office.company.timezone
                was_due = last_time(now, at, timezone)
                if is_same_day(was_due, now, timezone) or now - was_due < LATE:
                    _make(session, row, told, was_due, now)
                row.next_digest_at = next_time(now, at, timezone)
        return len(rows)


def _due(session: Session, now: datetime, *, take: bool = False) -> Sequence[Row]:
    """The rows whose digest is due, or one of each table; to ``take`` them is to lock them."""
    found: list[Row] = []
    for table in (DestinationRow, OwnAddressRow):
        due = select(table).where(table.next_digest_at <= now).order_by(table.company_id)
        due = due.limit(AT_ONCE).with_for_update(skip_locked=True) if take else due.limit(1)
        found += session.scalars(due)
    return found


def _told(row: Row, office: Office, mailbox: str) -> AnyDestination | None:
    """Who is told by a row: what the configuration says of an address goes before its owner's."""
    configured = destinations_of(office, mailbox)
    if isinstance(row, DestinationRow):
        return next((each for each in configured if each.key == row.destination), None)
    own = own_destination(row)
    return own if own and all(each.place != own.place for each in configured) else None


def _make(
    session: Session, row: Row, destination: AnyDestination, at: datetime, now: datetime
) -> None:
    employee_id, since = row.mailbox or None, row.set_at or now
    unheard = unheard_since(row.company_id, employee_id, since)
    if session.scalar(unheard.limit(1)) is None:
        return
    made = waiting(now, destination, DIGEST, row.company_id, employee_id, event_at=at)
    session.add(DeliveryRow(**made))

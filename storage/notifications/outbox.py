"""From what happened to what is to be sent: reads the news, and makes deliveries of them.

Both are one transaction: of each item each destination gets one delivery, whoever reads, and
whenever it is killed. Several may read at once: the row that says how far is theirs in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from storage.companies.destinations import COMPANY, NOTIFICATIONS
from storage.companies.directory import Directory
from storage.database.delivery_tables import (
    DeliveryRow,
    DestinationRow,
    OwnAddressRow,
    ReadNewsRow,
)
from storage.database.engine import Database
from storage.database.tables import MessageRow, NewsRow, UnheardRow
from storage.identifiers import new_id
from storage.messages.unheard import IMPORTED
from storage.notifications.delivery import UNHEARD
from storage.notifications.limit import within_limit
from storage.notifications.own_address import beside, confirmed
from storage.office import Office
from storage.office.notify import AnyDestination, Event, daily_of
from storage.office.times import within
from storage.people import present

AT_ONCE: Final = 500
"""News made into deliveries by one transaction."""
EVENTS: Final[Mapping[str, Event]] = {
    "kept": "message.kept",
    "deleted": "message.deleted",
    "restored": "message.restored",
    "marked": "message.heard",
}
"""What the kinds of news are called outside."""


def read_on(database: Database, directory: Directory) -> int:
    """Make deliveries of the news that came since; how many news there were, at most `AT_ONCE`.

    Nobody reads before there is somebody to tell. Raises DatabaseUnavailable.
    """
    position = select(ReadNewsRow).where(ReadNewsRow.reader == NOTIFICATIONS)
    with database.reading() as session:  # mostly there is nothing, and nobody to wait for
        row = session.scalars(position).one_or_none()
        if row is None or (session.scalar(select(func.max(NewsRow.seq))) or 0) <= row.seq:
            return 0
    with database.session() as session:
        row = session.scalars(position.with_for_update()).one()
        items = session.scalars(
            select(NewsRow).where(NewsRow.seq > row.seq).order_by(NewsRow.seq).limit(AT_ONCE)
        ).all()
        if not items:  # another has read them meanwhile
            return 0
        if made := list(_deliveries(session, items, directory)):
            session.execute(insert(DeliveryRow), made)
        row.seq = items[-1].seq
    return len(items)


def _deliveries(
    session: Session, items: Sequence[NewsRow], directory: Directory
) -> Iterator[dict[str, object]]:
    told = [item for item in items if item.kind in EVENTS and item.company_id]
    if not told:
        return
    columns = select(MessageRow.id, MessageRow.source)
    ids = {item.message_id for item in told}
    messages = {row.id: row for row in session.execute(columns.where(MessageRow.id.in_(ids)))}
    companies = {str(item.company_id) for item in told}
    own, rows = confirmed(session, companies)
    rows |= _rows(session, companies, {item.employee_id or COMPANY for item in told})
    extensions = extensions_of(session, companies)
    heard = _heard(session, told)
    now = datetime.now(UTC)
    for item in told:
        company_id = str(item.company_id)
        site = directory.offices.get(company_id)
        message = messages.get(item.message_id)
        if site is None or (item.kind == "kept" and (not message or message.source == IMPORTED)):
            continue
        if item.kind == "marked" and item.seq not in heard:
            continue
        mailbox = extensions.get(item.employee_id) if item.employee_id else COMPANY
        if mailbox is None:
            continue
        theirs = own.get(item.employee_id or COMPANY, ())
        for each in beside(destinations_of(site.office, mailbox), theirs):
            row = rows.get((company_id, item.employee_id or COMPANY, each.key))
            since = row.since if row else None
            if row is None or since is None or item.seq <= since or daily_of(each) is not None:
                continue
            if EVENTS[item.kind] in each.events:
                later = timedelta(minutes=each.unheard_minutes or 0)
                due = within(max(now, item.at + later), each.between, site.office.company.timezone)
                made = {
                    "id": new_id(now),
                    "company_id": company_id,
                    "employee_id": item.employee_id,
                    "kind": each.kind,
                    "destination": each.key,
                    "address": each.address,
                    "event": UNHEARD if each.is_reminder else EVENTS[item.kind],
                    "message_id": item.message_id,
                    "event_at": item.at,
                    "made_at": now,
                    "state": "waiting",
                    "tries": 0,
                    "next_try_at": due,
                    "due_at": due,
                    "answer": "",
                    "folded_into": None,
                }
                yield from within_limit(row, each.most_per_hour, made)


def destinations_of(office: Office, mailbox: str) -> tuple[AnyDestination, ...]:
    """Who the configuration says is told of a mailbox, an extension's or ("") the company's."""
    if not mailbox:
        return tuple(office.voicemail.notify or ())
    employee = office.employees.get(mailbox)
    return tuple(employee.notify or ()) if employee else ()


def _rows(
    session: Session, companies: set[str], mailboxes: set[str]
) -> dict[tuple[str, str, str], DestinationRow | OwnAddressRow]:
    """What is known of the mailboxes' destinations, by their keys; locked, as it may change."""
    keys = (DestinationRow.company_id, DestinationRow.mailbox, DestinationRow.destination)
    rows = session.scalars(
        select(DestinationRow)
        .where(DestinationRow.company_id.in_(companies), DestinationRow.mailbox.in_(mailboxes))
        .order_by(*keys)
        .with_for_update()
    )
    return {(row.company_id, row.mailbox, row.destination): row for row in rows}


def _heard(session: Session, items: Sequence[NewsRow]) -> set[int]:
    """Which news of marks mean that somebody has heard a message: of each user's the last one."""
    last = {(item.user_id, item.message_id): item.seq for item in items if item.kind == "marked"}
    if not last:
        return set()
    marked = MessageRow.id.in_({message_id for _, message_id in last})
    there = set(session.scalars(select(MessageRow.id).where(marked)))
    still_new = select(UnheardRow.user_id, MessageRow.id).join(
        MessageRow, MessageRow.place == UnheardRow.place
    )
    unheard = {(row.user_id, row.id) for row in session.execute(still_new.where(marked))}
    return {seq for key, seq in last.items() if key[1] in there and key not in unheard}


def extensions_of(session: Session, companies: set[str]) -> dict[str, str]:
    """Those of the people who are there now, by their ids."""
    return {
        row.id: row.extension for company_id in companies for row in present(session, company_id)
    }

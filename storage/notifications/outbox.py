"""From what happened to what is to be sent: reads the news, and makes deliveries of them.

Both are one transaction: of each item each destination gets one delivery, whoever reads, and
whenever it is killed. Several may read at once: the row that says how far is theirs in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from storage.companies.destinations import COMPANY, NOTIFICATIONS
from storage.companies.directory import Directory
from storage.database.delivery_tables import DeliveryRow, DestinationRow, ReadNewsRow
from storage.database.engine import Database
from storage.database.tables import MessageRow, NewsRow, UnheardRow
from storage.identifiers import new_id
from storage.notifications.full_boxes import ToldLately, filled
from storage.notifications.own_address import beside, confirmed
from storage.office import Office
from storage.office.notify import AnyDestination, Event
from storage.people import present

AT_ONCE: Final = 500
"""News made into deliveries by one transaction."""
EVENTS: Final[Mapping[str, Event]] = {
    "kept": "message.kept",
    "deleted": "message.deleted",
    "restored": "message.restored",
    "marked": "message.heard",
    "full": "box.full",
    "failed": "delivery.failed",
}
"""What the kinds of news are called outside."""
IMPORTED: Final = "import"
"""The source of messages of which nobody is told: they are old."""


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
    happened = list(_happenings(session, told, directory))
    companies = {each.company_id for each in happened}
    own, since = confirmed(session, companies)
    since |= _since(session, companies)
    extensions = _extensions(session, companies)
    lately = ToldLately(session)
    now = datetime.now(UTC)
    for one in happened:
        mailbox = extensions.get(one.employee_id) if one.employee_id else COMPANY
        if mailbox is None:
            continue
        theirs = own.get(one.employee_id or COMPANY, ())
        office = directory.offices[one.company_id].office
        for each in beside(destinations_of(office, mailbox), theirs):
            from_then_on = since.get((one.company_id, one.employee_id or COMPANY, each.key))
            if from_then_on is None or one.seq <= from_then_on or each.key == one.failed_itself:
                continue
            if one.event not in each.events:
                continue
            box = one.company_id, one.employee_id
            if one.event == "box.full" and not lately.add(*box, each.key):
                continue
            yield {
                "id": new_id(now),
                "company_id": one.company_id,
                "employee_id": one.employee_id,
                "kind": each.kind,
                "destination": each.key,
                "address": each.address,
                "event": one.event,
                "message_id": one.message_id,
                "about": one.about,
                "event_at": one.at,
                "made_at": now,
                "state": "waiting",
                "tries": 0,
                "next_try_at": now,
                "answer": "",
            }


@dataclass(frozen=True)
class _Happening:
    """Something that a mailbox's destinations are told: but not the one that failed itself."""

    seq: int
    at: datetime
    event: Event
    company_id: str
    employee_id: str | None
    message_id: str | None = None
    about: str | None = None
    failed_itself: str | None = None


def _happenings(
    session: Session, told: Sequence[NewsRow], directory: Directory
) -> Iterator[_Happening]:
    columns = select(MessageRow.id, MessageRow.source)
    ids = {item.message_id for item in told}
    messages = {row.id: row for row in session.execute(columns.where(MessageRow.id.in_(ids)))}
    heard = _heard(session, told)
    filling = filled(session, told, directory)
    failed = _failed(session, told)
    for item in told:
        company_id = str(item.company_id)
        if company_id not in directory.offices:
            continue
        message = messages.get(item.message_id)
        if item.kind == "kept" and (not message or message.source == IMPORTED):
            continue
        if item.kind == "marked" and item.seq not in heard:
            continue
        one = _Happening(item.seq, item.at, EVENTS[item.kind], company_id, item.employee_id)
        if item.kind == "failed":
            if (row := failed.get(item.message_id)) is not None:
                yield replace(
                    one, message_id=row.message_id, about=row.id, failed_itself=row.destination
                )
        elif item.kind == "full":
            yield one
        else:
            yield replace(one, message_id=item.message_id)
        if item.seq in filling:
            yield replace(one, event="box.full")


def _failed(session: Session, items: Sequence[NewsRow]) -> dict[str, DeliveryRow]:
    ids = {item.message_id for item in items if item.kind == "failed"}
    if not ids:
        return {}
    rows = session.scalars(select(DeliveryRow).where(DeliveryRow.id.in_(ids)))
    return {row.id: row for row in rows}


def destinations_of(office: Office, mailbox: str) -> tuple[AnyDestination, ...]:
    """Who the configuration says is told of a mailbox, an extension's or ("") the company's."""
    if not mailbox:
        return tuple(office.voicemail.notify or ())
    employee = office.employees.get(mailbox)
    return tuple(employee.notify or ()) if employee else ()


def _since(session: Session, companies: set[str]) -> dict[tuple[str, str, str], int]:
    rows = session.scalars(select(DestinationRow).where(DestinationRow.company_id.in_(companies)))
    return {(row.company_id, row.mailbox, row.destination): row.since for row in rows}


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


def _extensions(session: Session, companies: set[str]) -> dict[str, str]:
    """Those of the people who are there now, by their ids."""
    return {
        row.id: row.extension for company_id in companies for row in present(session, company_id)
    }

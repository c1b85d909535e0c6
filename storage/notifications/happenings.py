"""From news to what is told of: which of them mean something outside, and to which mailbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.companies.directory import Directory
from storage.database.delivery_tables import DeliveryRow
from storage.database.tables import MessageRow, NewsRow, UnheardRow
from storage.messages.envelope import IMPORTED
from storage.notifications.full_boxes import filled
from storage.office.notify import Event

EVENTS: Final[Mapping[str, Event]] = {
    "kept": "message.kept",
    "deleted": "message.deleted",
    "restored": "message.restored",
    "marked": "message.heard",
    "full": "box.full",
    "failed": "delivery.failed",
}
"""What the kinds of news are called outside."""


@dataclass(frozen=True)
class Happening:
    """Something that a mailbox's destinations are told: but not the one that failed itself."""

    seq: int
    at: datetime
    event: Event
    company_id: str
    employee_id: str | None
    message_id: str | None = None
    about: str | None = None
    failed_itself: str | None = None


def happenings(
    session: Session, told: Sequence[NewsRow], directory: Directory
) -> Iterator[Happening]:
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
        one = Happening(item.seq, item.at, EVENTS[item.kind], company_id, item.employee_id)
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


def _heard(session: Session, items: Sequence[NewsRow]) -> set[int]:
    """Which news of marks mean that somebody has heard a message: of each user's the last one,
    and of those without an account."""
    last = {(item.user_id, item.message_id): item.seq for item in items if item.kind == "marked"}
    if not last:
        return set()
    marked = MessageRow.id.in_({message_id for _, message_id in last})
    columns = select(MessageRow.id, MessageRow.heard_at)
    there = {row.id: row.heard_at for row in session.execute(columns.where(marked))}
    still_new = select(UnheardRow.user_id, MessageRow.id).join(
        MessageRow, MessageRow.place == UnheardRow.place
    )
    unheard = {(row.user_id, row.id) for row in session.execute(still_new.where(marked))}
    return {
        seq
        for (user_id, message_id), seq in last.items()
        if message_id in there and (user_id, message_id) not in unheard
        if user_id is not None or there[message_id] is not None
    }

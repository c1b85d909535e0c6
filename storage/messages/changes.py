"""What people do with messages: each change with its marks, tallies, audit entries and news.

What they hear, and mark, is in `storage.messages.marks`.

Rows are locked in the order of their places, then tallies in the order of theirs, and news come
last: no two changes wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actor import Actor, Scope
from storage.audit import note
from storage.database.tables import MessageRow
from storage.errors import Held, NotFound, WrongReason
from storage.messages import month_counts, unread
from storage.messages.events import announce
from storage.messages.message import Message, about
from storage.messages.query import Query
from storage.messages.visibility import only_company, visible
from storage.office.notify import OnceSent
from storage.text import storable

LONGEST_REASON = 500
"""Characters of the reason for a hold."""


def delete(
    session: Session, message_ids: Collection[str], scope: Scope, by: Actor
) -> Sequence[str]:
    """See `MessageRepository.delete_many`."""
    rows = locked(session, message_ids, scope)
    for row in rows:
        if row.held_at is not None:
            raise Held(row.id)
    changed = [row for row in rows if row.deleted_at is None]
    _to_trash(session, changed)
    note_each(session, by, "message.delete", changed)
    announce(session, "deleted", changed)
    return [row.id for row in changed]


def retire(session: Session, rows: Sequence[MessageRow], by: Actor, days: int) -> None:
    """Move messages of one mailbox to the trash: they are older than its so many days.

    They are all listed, or all kept aside.
    """
    _to_trash(session, rows)
    first = rows[0]
    kept = "quiet_days" if first.quiet else "keep_days"
    details: dict[str, object] = {"messages": len(rows), kept: days, "box": first.box}
    if first.box == "employee":
        details["employee"] = first.addressee_number
    note(session, by, "messages.retire", company_id=first.company_id, details=details)
    announce(session, "deleted", rows)


def restore(
    session: Session, message_ids: Collection[str], scope: Scope, by: Actor
) -> Sequence[str]:
    """See `MessageRepository.restore_many`."""
    rows = locked(session, message_ids, scope)
    changed = [row for row in rows if row.deleted_at is not None]
    for row in changed:
        row.deleted_at = None
        row.restored_at = datetime.now(UTC)
    # Handed over in the trash, or seen by somebody since, it is new to whoever sees it now.
    unread.arrive(session, [row for row in _listed(changed) if row.heard_at is None])
    month_counts.count(session, _listed(changed), 1)
    note_each(session, by, "message.restore", changed)
    announce(session, "restored", changed)
    return [row.id for row in changed]


def accept(
    session: Session, message_ids: Collection[str], scope: Scope, by: Actor
) -> Sequence[str]:
    """See `MessageRepository.accept`."""
    changed = [row for row in locked(session, message_ids, scope) if row.quiet]
    for row in changed:
        row.quiet, row.new_in_box = False, True
        # Its days begin again: else a box with keep_days might let it go within the hour.
        row.restored_at = datetime.now(UTC)
    there = [row for row in changed if row.deleted_at is None]
    unread.arrive(session, there)
    month_counts.count(session, there, 1)
    note_each(session, by, "message.accept", changed)
    announce(session, "kept", there)
    return [row.id for row in changed]


def hold(
    session: Session, message_ids: Collection[str], scope: Scope, reason: str, by: Actor
) -> Sequence[str]:
    """See `MessageRepository.hold`."""
    reason = _reason(reason)
    rows = locked(session, message_ids, scope)
    changed = [row for row in rows if row.held_at is None]
    for row in changed:
        row.held_at, row.held_by, row.hold_reason = datetime.now(UTC), storable(by.name), reason
    note_each(session, by, "message.hold", changed, reason=reason)
    return [row.id for row in changed]


def release(
    session: Session, message_ids: Collection[str], scope: Scope, by: Actor
) -> Sequence[str]:
    """See `MessageRepository.release`."""
    rows = locked(session, message_ids, scope)
    changed = [row for row in rows if row.held_at is not None]
    for row in changed:
        note_each(session, by, "message.release", [row], reason=row.hold_reason or "")
        row.held_at = row.held_by = row.hold_reason = None
    return [row.id for row in changed]


def once_sent(
    session: Session, message_id: str, employee_id: str | None, what: OnceSent, by: Actor
) -> None:
    """Do with a message what is wanted once a letter has brought it to a mailbox's owner.

    That is an employee, whose accounts have heard it then, or the company, which is everybody. One
    that is gone, or in the trash, stays as it is; and on hold it is not deleted.
    """
    if what == "keep":
        return
    wanted = select(MessageRow).where(MessageRow.id == message_id, MessageRow.state == "kept")
    row = session.scalars(wanted.with_for_update()).one_or_none()
    if row is None or row.deleted_at is not None:
        return
    if what == "mark-heard":
        was_in_box = row.new_in_box
        was_new = unread.mark_heard_of(session, row, employee_id)
        if row.heard_at is None or was_new:
            row.heard_at = row.heard_at or datetime.now(UTC)
            note_each(session, by, "message.heard", [row])
            announce(session, "marked", [row])
        elif was_in_box:
            announce(session, "box", [row])
    elif row.held_at is None:
        _to_trash(session, [row])
        note_each(session, by, "message.delete", [row])
        announce(session, "deleted", [row])


def note_download(session: Session, message: Message, by: Actor) -> None:
    """See `MessageRepository.note_download`."""
    note(
        session,
        by,
        "message.download",
        company_id=message.company_id,
        subject=message.id,
        details=about(message),
    )


def note_export(session: Session, query: Query, messages: int, by: Actor) -> None:
    """See `MessageRepository.note_export`."""
    wanted = {
        "messages": messages,
        "company": query.company,
        "box": query.box,
        "employee": query.employee,
        "month": query.month,
        "since": query.since and query.since.isoformat(),
        "until": query.until and query.until.isoformat(),
        "search": query.search,
        "trash": query.deleted,
        "held": query.held,
        "quiet": query.quiet,
    }
    details = {name: value for name, value in wanted.items() if value}
    company_id = query.scope.company_id or only_company(session)
    note(
        session,
        by,
        "messages.export",
        company_id=company_id,
        details={"messages": messages, **details},
    )


def locked(session: Session, message_ids: Collection[str], scope: Scope) -> Sequence[MessageRow]:
    """The rows of the messages, to be changed; NotFound if the scope lacks one of them."""
    wanted = set(message_ids)
    rows = session.scalars(
        select(MessageRow)
        .where(MessageRow.id.in_(wanted), MessageRow.state == "kept", visible(scope))
        .order_by(MessageRow.place)
        .with_for_update()
    ).all()
    missing = wanted - {row.id for row in rows}
    if missing:
        raise NotFound("no-message", id=min(missing))
    return rows


def _to_trash(session: Session, rows: Iterable[MessageRow]) -> None:
    for row in rows:
        row.deleted_at = datetime.now(UTC)
    month_counts.count(session, _listed(rows), -1)


def _listed(rows: Iterable[MessageRow]) -> list[MessageRow]:
    """Those that lists and tallies know: what was kept aside is in neither."""
    return [row for row in rows if not row.quiet]


def _reason(text: str) -> str:
    """Why somebody holds a message, in words. Raises WrongReason for none, and for a novel."""
    reason = " ".join(storable(text).split())
    if not reason:
        raise WrongReason("empty", "reason")
    if len(reason) > LONGEST_REASON:
        raise WrongReason("too-long", "reason", most=LONGEST_REASON)
    return reason


def note_each(
    session: Session, by: Actor, action: str, rows: Iterable[MessageRow], **more: str
) -> None:
    """Write in the audit log what somebody did to each of the messages."""
    for row in rows:
        details = {**about(row), **more}
        note(session, by, action, company_id=row.company_id, subject=row.id, details=details)

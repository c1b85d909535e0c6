"""Who has heard which messages: by listening, and by marking them as heard or as new again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actor import EVERYTHING, Actor, User
from storage.database.tables import AuditRow, MessageRow
from storage.messages import changes, unread
from storage.messages.events import announce
from storage.messages.message import State
from storage.messages.visibility import scope_of

SAME_LISTENING = timedelta(minutes=10)
"""Who begins again so soon has not stopped: browsers ask for the same audio more than once."""


def listen(
    session: Session, message_id: str, user: User | None, by: Actor, phone: str = ""
) -> None:
    """See `MessageRepository.listen`."""
    scope = scope_of(session, user) if user else EVERYTHING
    (row,) = changes.locked(session, [message_id], scope)
    is_first, row.heard_at = row.heard_at is None, row.heard_at or datetime.now(UTC)
    listeners = [user.id] if user else unread.accounts_of(session, row, phone)
    heard = [each for each in listeners if unread.mark_heard(session, each, [row.place])]
    in_box = unread.mark_box(session, [row], user, is_new=False, is_own=bool(listeners))
    _note_listening(session, row, by)
    for user_id in heard:
        announce(session, "marked", [row], user_id=user_id)
    if is_first and not listeners and not row.quiet:  # by nobody's account: still, it was heard
        announce(session, "marked", [row])
    elif not heard:
        announce(session, "box", in_box)


def note_listening(session: Session, message_id: str, user: User | None, by: Actor) -> None:
    """See `MessageRepository.note_listening`."""
    (row,) = changes.locked(session, [message_id], scope_of(session, user) if user else EVERYTHING)
    _note_listening(session, row, by)


def mark(
    session: Session, message_ids: Collection[str], state: State, user: User | None, by: Actor
) -> Sequence[str]:
    """See `MessageRepository.mark`."""
    rows = changes.locked(session, message_ids, scope_of(session, user) if user else EVERYTHING)
    rows = [row for row in rows if not row.quiet]  # new to nobody, as long as they lie aside
    if user is None:
        return _mark_for_everybody(session, rows, state, by)
    places = [row.place for row in rows]
    if state == "heard":
        changed_places = unread.mark_heard(session, user.id, places)
        for row in rows:
            row.heard_at = row.heard_at or datetime.now(UTC)
    else:
        changed_places = unread.mark_new(session, user.id, places)
    changed = [row for row in rows if row.place in changed_places]
    in_box = unread.mark_box(session, rows, user, is_new=state == "new")
    changes.note_each(session, by, f"message.{state}", changed)
    announce(session, "marked", changed, user_id=user.id)
    announce(session, "box", [row for row in in_box if row not in changed])
    return [row.id for row in changed]


def _mark_for_everybody(
    session: Session, rows: Sequence[MessageRow], state: State, by: Actor
) -> Sequence[str]:
    """Mark as one without an account does, who listens for all: accounts keep what is new to them,
    and so does the mailbox of who has one."""
    is_new, now = state == "new", datetime.now(UTC)
    other = [row for row in rows if (row.heard_at is None) != is_new]
    in_box = unread.mark_box(session, rows, None, is_new=is_new)
    for row in other:
        row.heard_at = None if is_new else now
    changed = [row for row in rows if row in other or row in in_box]
    changes.note_each(session, by, f"message.{state}", changed)
    heard = [] if is_new else other
    announce(session, "marked", heard)
    announce(session, "box", [row for row in in_box if row not in heard])
    return [row.id for row in changed]


def _note_listening(session: Session, row: MessageRow, by: Actor) -> None:
    if not _still_listening(session, row, by):
        changes.note_each(session, by, "message.play", [row])


def _still_listening(session: Session, row: MessageRow, by: Actor) -> bool:
    """Whether the newest entries of the log tell that this listening has begun already."""
    of_company = AuditRow.company_id == row.company_id
    newest = session.scalars(
        select(AuditRow).where(of_company).order_by(AuditRow.id.desc()).limit(20)
    )
    since = datetime.now(UTC) - SAME_LISTENING
    return any(
        (entry.action, entry.subject, entry.user_id, entry.who, entry.via)
        == ("message.play", row.id, by.user_id, by.name, by.via)
        and entry.at > since
        for entry in newest
    )

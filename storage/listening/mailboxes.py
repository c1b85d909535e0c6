"""An employee's mailbox, as whoever listens to it by phone goes through it.

What is new there is what lamps, reminders and digests count: see `storage.messages.unread`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, select

from storage.actor import Actor, Scope
from storage.audit import note
from storage.database.engine import Database
from storage.database.tables import IS_LISTED, IS_NEW_IN_BOX, MessageRow
from storage.errors import NotFound
from storage.messages import unread
from storage.messages.events import announce
from storage.messages.message import Message, about
from storage.messages.month_counts import employee_key, listed_in
from storage.messages.repository import MessageRepository
from storage.people import present

MOST_NEW: Final = 1_000
"""So many are new at most to who listens: those that came first."""
PAGE: Final = 50


@dataclass(frozen=True)
class Contents:
    """What is in a mailbox: the ids of what is new, in the order in which it came (`MOST_NEW` of
    them may be the first of more), and how many others there are."""

    new: tuple[str, ...]
    old_count: int

    @property
    def new_count(self) -> int:
        """How many are new."""
        return len(self.new)


class Mailboxes:
    """The mailboxes of employees. Synchronous and safe to use from many threads.

    Whose they are, the id of a person says. All methods raise DatabaseUnavailable.
    """

    def __init__(self, database: Database, messages: MessageRepository) -> None:
        self._database = database
        self._messages = messages

    def person(self, company_id: str, extension: str) -> str | None:
        """The id of who has an extension now."""
        with self._database.reading() as session:
            people = present(session, company_id)
            return next((row.id for row in people if row.extension == extension), None)

    def contents(self, company_id: str, employee_id: str) -> Contents:
        """What is there; takes as long as there is new, however much else there is."""
        new = (
            select(MessageRow.id)
            .where(IS_NEW_IN_BOX, *_in_box(company_id, employee_id))
            .order_by(MessageRow.place)
            .limit(MOST_NEW)
        )
        with self._database.reading() as session:
            ids = tuple(session.scalars(new))
            listed = session.scalar(select(listed_in(company_id, employee_key(employee_id)))) or 0
        return Contents(ids, max(0, listed - len(ids)))

    def older(
        self, company_id: str, employee_id: str, before: int | None
    ) -> Sequence[tuple[str, int]]:
        """Some of what is not new, the newest first, from a place on: ids and places."""
        old = select(MessageRow.id, MessageRow.place).where(
            IS_LISTED, *_in_box(company_id, employee_id), MessageRow.new_in_box.is_(False)
        )
        if before is not None:
            old = old.where(MessageRow.place < before)
        with self._database.reading() as session:
            rows = session.execute(old.order_by(MessageRow.place.desc()).limit(PAGE)).all()
        return [(row.id, row.place) for row in rows]

    def message(self, company_id: str, employee_id: str, message_id: str) -> Message | None:
        """A message; None where it is not listed there any more."""
        scope = Scope(company_id, (employee_id,))
        return next(iter(self._messages.those([message_id], scope)), None)

    def audio(self, message: Message) -> bytes:
        """A message's WAV. Raises NotFound or AudioError."""
        return self._messages.read(message)

    def listen(self, message_id: str, extension: str, *, by: Actor) -> None:
        """Note that a message was heard by who has that extension. Raises NotFound."""
        self._messages.listen(message_id, phone=extension, by=by)

    def keep_new(self, message_id: str, extension: str, *, by: Actor) -> None:
        """Make a message new again to who has that extension, and there. Raises NotFound."""
        found = select(MessageRow).where(MessageRow.id == message_id, IS_LISTED)
        with self._database.session() as session:
            row = session.scalars(found.with_for_update()).one_or_none()
            if row is None:
                raise NotFound("no-message", id=message_id)
            accounts = unread.accounts_of(session, row, extension)
            changed = [each for each in accounts if unread.mark_new(session, each, [row.place])]
            in_box = unread.mark_box(session, [row], None, is_new=True, is_own=bool(accounts))
            if not accounts:  # then it is new to everybody, as it was heard by everybody
                row.heard_at = None
            if changed or in_box:
                whose = row.company_id
                note(
                    session, by, "message.new", company_id=whose, subject=row.id, details=about(row)
                )
            for user_id in changed:
                announce(session, "marked", [row], user_id=user_id)
            if not changed:
                announce(session, "box", in_box)


def _in_box(company_id: str, employee_id: str) -> tuple[ColumnElement[bool], ...]:
    return MessageRow.company_id == company_id, MessageRow.employee_id == employee_id

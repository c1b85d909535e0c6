"""The rows of messages being kept: every statement between a draft and a kept message."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Final, Literal

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage.database.engine import Database
from storage.database.tables import MessageRow
from storage.errors import DatabaseUnavailable, MailboxFull
from storage.identifiers import arrival_place
from storage.intake.quota import check_quota
from storage.messages import month_counts, quiet, unread
from storage.messages.events import announce, announce_of_mailbox
from storage.people import address

UNSETTLED = ("recording", "empty")
"""“empty” is not final: should audio turn up after all, the message is still kept."""
INSERT_TRIES = 5
"""Two processes want one place in one millisecond once in half a million times."""

FULL_SECONDS: Final = 60.0
"""So often it is told that a mailbox is full, and a caller was refused."""
MOST_FULL: Final = 10_000


@dataclass(frozen=True)
class Contents:
    """What becomes known when a recording is finished: columns of its row."""

    state: Literal["kept", "empty"]
    speech: float
    cut_off: bool
    quiet: bool = False
    duration: float | None = None
    size: int | None = None
    sha256: str | None = None
    peaks: bytes | None = None
    loudness: bytes | None = None
    audio_key: str | None = None


def is_unsettled(row: MessageRow) -> bool:
    """Whether the message may still be kept."""
    return row.state in UNSETTLED


class MessageRows:
    """The table of messages, written while they are taken. Raises DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._full_until: dict[tuple[str | None, str | None], float] = {}

    def find(self, message_id: str) -> MessageRow | None:
        """The row of a message in whatever state."""
        with self._database.reading() as session:
            return session.scalars(select(MessageRow).where(MessageRow.id == message_id)).first()

    def add(self, row: MessageRow, *, arrives: bool = False, most: int | None = None) -> MessageRow:
        """Insert the row; the one with its id, if that was there before.

        One that arrives now gets a place behind all others, whatever the clock says. Raises
        MailboxFull if its box holds ``most`` messages already.
        """
        for _ in range(INSERT_TRIES):
            try:
                with self._database.session() as session:
                    address(session, row)
                    if most is not None:
                        check_quota(session, row, most)
                    newest = session.scalar(select(func.max(MessageRow.place))) if arrives else None
                    row.place = arrival_place(row.received_at, newest)
                    session.add(row)
                    session.flush()
            except IntegrityError:
                if there := self.find(row.id):
                    return there
            except MailboxFull:
                self._announce_full(row)
                raise
            else:
                return row
        raise DatabaseUnavailable("database-refuses")

    def _announce_full(self, row: MessageRow) -> None:
        """Have those told who want to know that a caller was refused, who hears so in any case.

        Once in a while is enough: whoever calls a full mailbox waits for it.
        """
        box, now = (row.company_id, row.employee_id), time.monotonic()
        if row.company_id is None or now < self._full_until.get(box, 0.0):
            return
        if len(self._full_until) >= MOST_FULL:
            self._full_until.clear()
        self._full_until[box] = now + FULL_SECONDS
        with suppress(DatabaseUnavailable), self._database.session() as session:
            announce_of_mailbox(session, "full", row.company_id, row.employee_id)

    def settle(self, row: MessageRow, contents: Contents) -> tuple[MessageRow, Sequence[str]]:
        """Settle a draft in one short transaction that its state guards.

        The row as it is then, and the ids of the drafts that it takes back.
        """
        values = asdict(contents)
        with self._database.session() as session:
            # On the connection: by the session it would cost three times the CPU.
            settled_now = session.connection().execute(
                update(MessageRow)
                .where(MessageRow.id == row.id, MessageRow.state.in_(UNSETTLED))
                .values(values)
                .returning(MessageRow.employee_id)
            )
            found = settled_now.one_or_none()
            if found is not None:
                row.employee_id = found[0]  # it may have been handed over meanwhile
            else:  # somebody else was first
                settled = session.scalars(select(MessageRow).where(MessageRow.id == row.id)).one()
                is_message = settled.state == "kept" and not settled.quiet
                return settled, _take_back(session, settled) if is_message else []
            taken_back: Sequence[str] = []
            if contents.quiet:
                quiet.arrive(session, row)
            elif contents.state == "kept":
                taken_back = _take_back(session, row)
                unread.arrive(session, [row])
                month_counts.count(session, [row], 1)
                announce(session, "kept", [row])  # the last thing in the transaction
        for name, value in values.items():
            setattr(row, name, value)
        return row, taken_back


def _take_back(session: Session, kept: MessageRow) -> list[str]:
    """Discard the drafts that a kept message replaces, and those that they replace; their ids."""
    taken_back: list[str] = []
    earlier = kept.replaces
    while earlier:
        row = session.scalars(
            select(MessageRow).where(
                MessageRow.id == earlier,
                MessageRow.call_id == kept.call_id,
                MessageRow.state.in_(UNSETTLED),
            )
        ).first()
        if row is None:
            break
        row.state = "discarded"
        taken_back.append(row.id)
        earlier = row.replaces
    return taken_back

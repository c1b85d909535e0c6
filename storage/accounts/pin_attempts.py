"""How often somebody may try a PIN: what is counted, and what the audit log is told of it.

Strangers are counted by mailbox, whoever calls, and by caller, whatever they try. The phone of
whose mailbox it is has an allowance of its own, so that nobody keeps its owner out there.
Mailboxes are counted by their extensions, be there such ones or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from storage.accounts.attempts import OF_PIN, PINS, Counter, short
from storage.actor import Actor
from storage.audit import note
from storage.database.account_tables import LoginFailureRow
from storage.people import holder
from storage.text import comparable_digits, printable

FREE: Final = 4
"""Wrong PINs without a delay: the fifth one has it."""
TYPING: Final = timedelta(hours=1)
"""What a caller got wrong at a mailbox within so long are slips, once they get it right."""
TOLD_EVERY: Final = timedelta(minutes=5)
"""How often the audit log tells of attempts that are not looked at: a flood of them fills no disk.
Each entry has how many there were since the one before."""

_LONGEST_CALLER = 40


@dataclass(frozen=True)
class Try:
    """An attempt at a mailbox, as the audit log tells it: never with the PIN.

    What was keyed in for an extension stands there only if it is one: people take one for the
    other.
    """

    company_id: str
    extension: str
    caller: str
    is_own_phone: bool
    by: Actor

    @property
    def counters(self) -> tuple[Counter, ...]:
        """What it counts for: first what is told by mailbox and caller together, if anything is."""
        box = f"{self.company_id}:{self.extension}"
        if self.is_own_phone:
            return (_phone(short(box)),)
        caller = f"{self.company_id}:{comparable_digits(self.caller) or self.caller}"
        # Always in this order: two attempts never wait for each other in a circle.
        return _strangers(short(box), short(caller))

    def take_turn(self, session: Session) -> None:
        """As `take_turn`, for its company."""
        take_turn(session, self.company_id)

    def looked_at(self, session: Session, action: str) -> None:
        """Note it, and how many before it were not looked at and are not told of yet."""
        self._note(session, action, self._rows(session))

    def refused(self, session: Session, now: datetime) -> None:
        """Note that it was not looked at, or count it until that is to be told again."""
        rows = self._rows(session)
        for row in rows[:1]:
            row.refused += 1
        if all(row.told_at is None or now - row.told_at >= TOLD_EVERY for row in rows):
            for row in rows:
                row.told_at = now
            self._note(session, "pin.refused", rows)

    def _rows(self, session: Session) -> list[LoginFailureRow]:
        """What is counted for the mailbox and for the caller, or for the phone."""
        keys = [counter.key for counter in self.counters[-2:]]
        rows = (session.get(LoginFailureRow, key, with_for_update=True) for key in keys)
        return [row for row in rows if row is not None]

    def _note(self, session: Session, action: str, rows: Sequence[LoginFailureRow]) -> None:
        details: dict[str, object] = {"caller": printable(self.caller, _LONGEST_CALLER)}
        if untold := sum(row.refused for row in rows):
            details["not_looked_at"] = untold
        for row in rows:
            row.refused = 0
        is_there = session.scalars(holder(self.company_id, self.extension)).first() is not None
        subject = self.extension if is_there else ""
        note(session, self.by, action, company_id=self.company_id, subject=subject, details=details)


def take_turn(session: Session, company_id: str) -> None:
    """Wait for who else counts PINs of a company, until this transaction ends.

    A caller's row belongs to many mailboxes and a mailbox's to many callers: locked one by one,
    while some are removed and made anew, two would wait for each other. SQLite has one writer.
    """
    if session.get_bind().dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:whose, 0))")
        session.execute(lock, {"whose": f"pins of {company_id}"})


def blocked_until(
    session: Session, company_id: str, extension: str, now: datetime
) -> datetime | None:
    """Until when no PIN is looked at for a mailbox: of strangers, or of its own phone."""
    box = short(f"{company_id}:{extension}")
    keys = [_box(box).key, _phone(box).key]
    blocks = session.scalars(
        select(LoginFailureRow.blocked_until).where(
            LoginFailureRow.key.in_(keys), LoginFailureRow.blocked_until > now
        )
    )
    return max((block for block in blocks if block is not None), default=None)


def forgive(
    session: Session, company_id: str, extension: str, now: datetime, *, callers: bool
) -> None:
    """Forget what was tried at a mailbox, and of whoever did so, that they did. Take a turn first.

    Where ``callers`` are let off, none of them waits any longer, whatever they tried elsewhere.
    """
    row, box = LoginFailureRow, short(f"{company_id}:{extension}")
    there = select(row).where(row.key.startswith(_place(box, "").key)).order_by(row.key)
    places = session.scalars(there.with_for_update()).all()
    session.execute(delete(row).where(row.key.in_([_box(box).key, _phone(box).key])))
    for place in places:
        counter, _, of_caller = _strangers(box, place.key.rpartition(":")[2])
        caller = session.get(row, of_caller.key, with_for_update=True)
        if caller is not None:
            left = max(0.0, caller.failures - counter.failures(place, now))
            caller.failures = min(left, FREE) if callers else left
            if caller.failures <= FREE:
                caller.blocked_until = None
        session.delete(place)


def _strangers(box: str, caller: str) -> tuple[Counter, Counter, Counter]:
    of_caller = Counter(f"{OF_PIN}caller:{caller}", FREE, is_shared=True, pace=PINS)
    return _place(box, caller), _box(box), of_caller


def _place(box: str, caller: str) -> Counter:
    return Counter(f"{OF_PIN}place:{box}:{caller}", FREE, pace=replace(PINS, memory=TYPING))


def _box(box: str) -> Counter:
    return Counter(f"{OF_PIN}box:{box}", FREE, is_shared=True, pace=PINS)


def _phone(box: str) -> Counter:
    return Counter(f"{OF_PIN}phone:{box}", FREE, pace=PINS)

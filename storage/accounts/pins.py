"""PINs: with what somebody comes into a mailbox by phone.

A PIN is the person's whose mailbox it is: it goes with them to another extension, and a successor
has none of it. It is no part of the configuration. Nobody learns from an answer, or from when it
comes, which extensions there are, and which of them have a PIN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypedDict

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from storage.accounts import attempts, pin_attempts
from storage.accounts.attempts import LoginRefused
from storage.accounts.passwords import Passwords
from storage.accounts.pin_attempts import Try
from storage.accounts.pin_rules import checked_pin, weakness
from storage.accounts.users import utc_now
from storage.actor import Actor
from storage.audit import note
from storage.database.account_tables import PinRow
from storage.database.employee_tables import EmployeeRow
from storage.database.engine import Database
from storage.errors import ConfigError, NotFound, StorageError
from storage.people import holder, present

TIDIED_EVERY: Final = timedelta(minutes=1)
"""How often what is forgotten is looked for, at most, while somebody tries wrong PINs."""


class PinRefused(StorageError):
    """Nobody came in.

    `retry_after` is None where extension and PIN were looked at and do not belong together;
    otherwise they were not looked at, and it is the seconds to wait before the next attempt.
    Neither tells whether there is such an extension, or whether it has a PIN.
    """

    def __init__(self, retry_after: int | None = None) -> None:
        self.retry_after = retry_after
        if retry_after is None:
            super().__init__("wrong-pin")
        else:
            super().__init__("too-many-attempts", seconds=retry_after)


@dataclass(frozen=True)
class Proven:
    """Whose PIN it was, and whether they have to set another one first."""

    employee_id: str
    must_change: bool


class PinStateJson(TypedDict):
    """What is known of a PIN, as it is printed."""

    is_set: bool
    must_change: bool
    locked_until: str | None


@dataclass(frozen=True)
class PinState:
    """Whether somebody has a PIN, has to change it, and until when none is looked at."""

    is_set: bool
    must_change: bool
    locked_until: datetime | None

    def as_json(self) -> PinStateJson:
        """As it is printed."""
        until = self.locked_until
        return {
            "is_set": self.is_set,
            "must_change": self.must_change,
            "locked_until": until.isoformat(timespec="seconds") if until else None,
        }


class Pins:
    """The PINs. Synchronous and safe to use from many threads and processes.

    All methods raise DatabaseUnavailable; those that name an extension NotFound if nobody has it,
    but not `check`.
    """

    def __init__(
        self,
        database: Database,
        passwords: Passwords | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._passwords = passwords or Passwords()
        self._now = now
        self._tidied_at: datetime | None = None

    def set(
        self, company_id: str, extension: str, pin: str, *, one_time: bool = False, by: Actor
    ) -> None:
        """Give somebody a PIN, and forget what was tried so far.

        A ``one_time`` one is good until its owner sets another, which they have to do first of
        all. Raises ConfigError for one that would soon be guessed.
        """
        pin_hash = self._passwords.hash(checked_pin(pin, extension))
        with self._database.session() as session:
            pin_attempts.take_turn(session, company_id)
            who = _held(session, holder(company_id, extension))
            self._put(session, who, pin_hash, must_change=one_time)
            pin_attempts.forgive(session, company_id, extension, self._now(), callers=True)
            _note(session, by, "pin.set", who, {"one_time": True} if one_time else None)

    def change(self, employee_id: str, pin: str, *, by: Actor) -> None:
        """Set a PIN of one's own choice, and forget what was tried so far.

        Raises ConfigError for one that would soon be guessed, or is the one that has to be changed;
        NotFound for somebody who has no extension any more.
        """
        with self._database.reading() as session:
            who = _one(session, _who(employee_id))
            before = session.get(PinRow, employee_id)
        digits = checked_pin(pin, who.extension)
        if before and before.must_change and self._passwords.matches(digits, before.pin_hash):
            raise ConfigError("pin-unchanged", "pin")
        pin_hash = self._passwords.hash(digits)
        with self._database.session() as session:
            pin_attempts.take_turn(session, who.company_id)
            who = _held(session, _who(employee_id))
            self._put(session, who, pin_hash, must_change=False)
            # What they tried at others' mailboxes stays counted.
            company_id, extension = who.company_id, who.extension
            pin_attempts.forgive(session, company_id, extension, self._now(), callers=False)
            _note(session, by, "pin.change", who)

    def remove(self, company_id: str, extension: str, *, by: Actor) -> None:
        """Let nobody in by a PIN any more. Raises NotFound if there is none."""
        with self._database.session() as session:
            who = _held(session, holder(company_id, extension))
            row = session.get(PinRow, who.id)
            if row is None:
                raise NotFound("no-pin")
            session.delete(row)
            _note(session, by, "pin.remove", who)

    def unlock(self, company_id: str, extension: str, *, by: Actor) -> None:
        """Forget what was tried so far: the next PIN is looked at."""
        with self._database.session() as session:
            pin_attempts.take_turn(session, company_id)
            who = _held(session, holder(company_id, extension))
            pin_attempts.forgive(session, company_id, extension, self._now(), callers=True)
            _note(session, by, "pin.unlock", who)

    def state(self, company_id: str, extension: str) -> PinState:
        """What is known of somebody's PIN."""
        with self._database.reading() as session:
            return self._state(session, _one(session, holder(company_id, extension)))

    def states(self, company_id: str) -> dict[str, PinState]:
        """What is known of the PINs of a company's employees, by their extensions."""
        with self._database.reading() as session:
            people = sorted(present(session, company_id), key=lambda who: who.extension)
            return {who.extension: self._state(session, who) for who in people if who.name}

    def check(
        self, company_id: str, extension: str, pin: str, *, caller: str, own_phone: bool, by: Actor
    ) -> Proven:
        """Who it is that keyed in an extension and a PIN. Raises PinRefused.

        ``caller`` is the number of who calls; with ``own_phone`` it is the extension's own phone
        that does, as Asterisk knows it, and what others try is not held against it.
        """
        trial, now = Try(company_id, extension, caller, own_phone, by), self._now()
        try:
            attempt = attempts.begin(self._database, trial.counters, now, trial.take_turn)
        except LoginRefused as refused:
            with self._database.session() as session:
                trial.take_turn(session)
                trial.refused(session, now)
            raise PinRefused(refused.retry_after) from None
        with self._database.reading() as session:
            found = session.execute(_with_pin(company_id, extension)).one_or_none()
        who, row = found or (None, None)
        is_right = self._passwords.matches(pin, row.pin_hash if row else None)
        if who is None or row is None or not is_right:
            with self._database.session() as session:
                trial.take_turn(session)
                trial.looked_at(session, "pin.wrong")
            self._tidy_now_and_then(now)
            raise PinRefused
        with self._database.session() as session:
            trial.take_turn(session)
            there = session.execute(_with_pin(company_id, extension)).one_or_none()
            if there is None or there[1] is None or there[1].pin_hash != row.pin_hash:
                raise PinRefused  # removed or changed meanwhile
            if self._passwords.is_outdated(row.pin_hash):
                there[1].pin_hash = self._passwords.hash(pin)
            attempts.take_back(session, attempt, attempt.failures[0])
            trial.looked_at(session, "pin.right")
        # It may be the extension that they were given since they set it.
        return Proven(who.id, row.must_change or weakness(pin, extension) != "")

    def _put(self, session: Session, who: EmployeeRow, pin_hash: str, *, must_change: bool) -> None:
        row = session.get(PinRow, who.id)
        if row is None:
            row = PinRow(employee_id=who.id)
            session.add(row)
        row.pin_hash, row.must_change, row.set_at = pin_hash, must_change, self._now()

    def _state(self, session: Session, who: EmployeeRow) -> PinState:
        row = session.get(PinRow, who.id)
        must_change = row is not None and row.must_change
        until = pin_attempts.blocked_until(session, who.company_id, who.extension, self._now())
        return PinState(row is not None, must_change, until)

    def _tidy_now_and_then(self, now: datetime) -> None:
        """So that nothing grows without end where nobody ever logs in on the page."""
        if self._tidied_at is None or now - self._tidied_at >= TIDIED_EVERY:
            self._tidied_at = now
            with self._database.session() as session:
                attempts.tidy(session, now)


def _who(employee_id: str) -> Select[EmployeeRow]:
    """Asks for somebody who has an extension now."""
    return select(EmployeeRow).where(EmployeeRow.id == employee_id, EmployeeRow.until.is_(None))


def _with_pin(company_id: str, extension: str) -> Select[EmployeeRow, PinRow]:
    """Asks who has an extension now, and for their PIN."""
    pin = PinRow.employee_id == EmployeeRow.id
    return holder(company_id, extension).add_columns(PinRow).outerjoin(PinRow, pin)


def _one(session: Session, someone: Select[EmployeeRow]) -> EmployeeRow:
    if (who := session.scalars(someone).one_or_none()) is None:
        raise NotFound("no-such-extension")
    return who


def _held(session: Session, someone: Select[EmployeeRow]) -> EmployeeRow:
    """The same, kept from being changed twice at once."""
    return _one(session, someone.with_for_update())


def _note(
    session: Session, by: Actor, action: str, who: EmployeeRow, details: object = None
) -> None:
    company_id, extension = who.company_id, who.extension
    note(session, by, action, company_id=company_id, subject=extension, details=details)

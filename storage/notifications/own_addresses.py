"""Mail addresses that employees set for themselves, to be told of what is left for them.

They are the person's, and no part of the configuration. Mail addresses they are alone: who may
name a webhook reaches what the machine reaches. Nothing is sent to one before the code is typed
that a letter brings there: a slip of the finger would tell a stranger who called.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Final, Literal, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.actor import Actor
from storage.audit import note
from storage.companies.destinations import begin_reading
from storage.database.delivery_tables import DeliveryRow, OwnAddressRow
from storage.database.employee_tables import EmployeeRow
from storage.database.engine import Database
from storage.database.tables import NewsRow
from storage.errors import ConfigError, NotFound
from storage.identifiers import new_id
from storage.notifications.delivery import waiting
from storage.notifications.own_address import CONFIRM, Code, OwnAddress, own_address, settings_of
from storage.office import as_data
from storage.office.notify import Destinations, MailDestination
from storage.people import present
from storage.text import shown

MOST: Final = 5
"""Addresses of one person's own."""
GOOD_FOR: Final = timedelta(hours=24)
"""As long as the letter with a code may take to arrive, so long the code is good."""
WRONG_CODES: Final = 5
"""After so many the code is good no longer: there are a hundred million."""
MOST_LETTERS: Final = 10
"""Letters with codes for one person within `GOOD_FOR`: strangers may be at their other end."""


class OwnAddresses:
    """The addresses. Synchronous and safe to use from many threads.

    People are named by their ids. All methods raise DatabaseUnavailable.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def person(self, company_id: str, extension: str) -> str | None:
        """The id of who has an extension now."""
        with self._database.reading() as session:
            people = present(session, company_id)
            return next((row.id for row in people if row.extension == extension), None)

    def of(self, employee_id: str) -> list[OwnAddress]:
        """Those of one person, in the order in which they were set."""
        with self._database.reading() as session:
            return [own_address(row, told) for row, told in _of(session, employee_id)]

    def any_confirmed(self) -> bool:
        """Whether anybody is told at an address of their own."""
        with self._database.reading() as session:
            confirmed = select(OwnAddressRow.id).where(OwnAddressRow.since.is_not(None))
            return session.scalar(confirmed.limit(1)) is not None

    def told(self, employee_id: str) -> tuple[MailDestination, ...]:
        """Where one person is told of messages: what is confirmed."""
        with self._database.reading() as session:
            rows = _of(session, employee_id)
            return tuple(told for row, told in rows if row.since is not None)

    def language(self, employee_id: str, destination: str) -> Literal["ru", "en"] | None:
        """That of who set an address, which its key names; None for the company's."""
        with self._database.reading() as session:
            spoken = select(OwnAddressRow.language).where(
                OwnAddressRow.employee_id == employee_id, OwnAddressRow.destination == destination
            )
            return cast(Literal["ru", "en"] | None, session.scalar(spoken))

    def put(
        self,
        employee_id: str,
        destination: MailDestination,
        *,
        beside: Destinations = (),
        language: Literal["ru", "en"] | None = None,
        by: Actor,
    ) -> OwnAddress:
        """Set one more, which is sent a code, or change what is told to one that is there.

        ``beside`` are told already by the company's configuration. Raises ConfigError where it is
        among them, or one too many; NotFound for somebody who has no extension any more.
        """
        with self._database.session() as session:
            who = _present(session, employee_id)
            rows = {row.destination: row for row, _ in _of(session, employee_id)}
            row = rows.get(destination.key)
            action = "address.change" if row else "address.add"
            if row is None:
                if any(each.key == destination.key for each in beside):
                    address = shown(destination.mail)
                    raise ConfigError("address-told-already", "mail", address=address)
                if len(rows) >= MOST:
                    raise ConfigError("too-many-own-addresses", "mail", most=MOST)
                now = datetime.now(UTC)
                row = OwnAddressRow(
                    id=new_id(now),
                    company_id=who.company_id,
                    employee_id=who.id,
                    destination=destination.key,
                    settings=destination.model_dump_json(),
                    language=language,
                    added_at=now,
                    wrong_codes=0,
                )
                session.add(row)
                _send_code(session, row, destination.mail)
            row.settings = destination.model_dump_json()
            _note(session, by, action, who, as_data(destination))
            return own_address(row, destination)

    def send_code(self, employee_id: str, address_id: str, *, by: Actor) -> None:
        """Send another code to an address; the one before is good no longer.

        Raises NotFound, and ConfigError after too many, or where it is confirmed.
        """
        with self._database.session() as session:
            who = _present(session, employee_id)
            row, told = _found(session, employee_id, address_id)
            if row.since is not None:
                raise ConfigError("address-confirmed-already", "mail")
            _send_code(session, row, told.mail)
            _note(session, by, "address.code", who, {"mail": told.mail})

    def confirm(self, employee_id: str, address_id: str, code: str, *, by: Actor) -> OwnAddress:
        """Tell an address from now on, of what comes from now on.

        Raises NotFound, and ConfigError for another code than the one that was sent last.
        """
        with self._database.session() as session:
            who = _present(session, employee_id)
            row, told = _found(session, employee_id, address_id)
            refused = "" if row.since is not None else _refusal(row, code)
            if row.since is None and not refused:
                row.since = session.scalar(select(func.max(NewsRow.seq))) or 0
                row.code = row.code_until = None
                begin_reading(session, row.since)
                _note(session, by, "address.confirm", who, {"mail": told.mail})
        if refused:
            raise ConfigError(refused, "code")
        return own_address(row, told)

    def remove(self, employee_id: str, address_id: str, *, by: Actor) -> None:
        """Tell an address no more; what waits to be sent there is not sent. Raises NotFound."""
        with self._database.session() as session:
            row, told = _found(session, employee_id, address_id)
            session.delete(row)
            who = session.get_one(EmployeeRow, employee_id)
            _note(session, by, "address.remove", who, {"mail": told.mail})

    def code(self, delivery_destination: str, employee_id: str | None) -> Code | None:
        """The code that a letter is to bring; None where nobody waits for it any more."""
        with self._database.reading() as session:
            row = session.scalars(
                select(OwnAddressRow).where(
                    OwnAddressRow.employee_id == employee_id,
                    OwnAddressRow.destination == delivery_destination,
                    OwnAddressRow.code_until > datetime.now(UTC),
                )
            ).one_or_none()
            if row is None or row.code is None:
                return None
            who = session.get_one(EmployeeRow, row.employee_id)
            if who.until is not None:
                return None
            language = cast(Literal["ru", "en"] | None, row.language)
            return Code(row.code, who.name, who.extension, language)


def _of(session: Session, employee_id: str) -> list[tuple[OwnAddressRow, MailDestination]]:
    rows = session.scalars(
        select(OwnAddressRow)
        .where(OwnAddressRow.employee_id == employee_id)
        .order_by(OwnAddressRow.id)
    )
    return [(row, told) for row in rows if (told := settings_of(row)) is not None]


def _found(
    session: Session, employee_id: str, address_id: str
) -> tuple[OwnAddressRow, MailDestination]:
    for row, told in _of(session, employee_id):
        if row.id == address_id:
            return row, told
    raise NotFound("no-own-address")


def _present(session: Session, employee_id: str) -> EmployeeRow:
    """Somebody who has an extension, kept from being changed twice at once. Raises NotFound."""
    who = session.get(EmployeeRow, employee_id, with_for_update=True)
    if who is None or who.until is not None:
        raise NotFound("no-such-extension")
    return who


def _send_code(session: Session, row: OwnAddressRow, address: str) -> None:
    now = datetime.now(UTC)
    letters = select(func.count()).where(
        DeliveryRow.company_id == row.company_id,
        DeliveryRow.employee_id == row.employee_id,
        DeliveryRow.event == CONFIRM,
        DeliveryRow.made_at > now - GOOD_FOR,
    )
    if (session.scalar(letters) or 0) >= MOST_LETTERS:
        raise ConfigError("too-many-codes", "mail")
    row.code = f"{secrets.randbelow(10**8):08d}"
    row.code_until, row.wrong_codes = now + GOOD_FOR, 0
    told = MailDestination(mail=address)
    session.add(DeliveryRow(**waiting(now, told, CONFIRM, row.company_id, row.employee_id)))


def _refusal(row: OwnAddressRow, code: str) -> str:
    """Why a code is not taken; "" for the right one. Counts what is wrong."""
    if row.code is None or row.code_until is None or row.code_until < datetime.now(UTC):
        return "code-not-good"
    given = "".join(code.split())
    if given.isascii() and compare_digest(given, row.code):
        return ""
    row.wrong_codes += 1
    if row.wrong_codes >= WRONG_CODES:
        row.code = row.code_until = None
        return "code-not-good"
    return "wrong-code"


def _note(
    session: Session, by: Actor, action: str, who: EmployeeRow, details: dict[str, object]
) -> None:
    company_id, extension = who.company_id, who.extension
    note(session, by, action, company_id=company_id, subject=extension, details=details)

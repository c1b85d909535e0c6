"""Mail addresses that employees set for themselves, to be told of what is left for them.

They are the person's, and no part of the configuration. Mail addresses they are alone: who may
name a webhook reaches what the machine reaches. Nothing is sent to one before the code is typed
that a letter brings there: a slip of the finger would tell a stranger who called. One address may
be there twice, told and reminded: it is confirmed once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Literal, cast

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from storage.actor import Actor
from storage.audit import note
from storage.companies.destinations import (
    REMOVED,
    begin_reading,
    cancel_waiting,
    look_anew,
    next_digest,
    plan_digest,
)
from storage.companies.directory import Site
from storage.companies.store import Offices
from storage.database.delivery_tables import DeliveryRow, OwnAddressRow
from storage.database.employee_tables import EmployeeRow
from storage.database.engine import Database
from storage.database.tables import NewsRow
from storage.errors import ConfigError, NotFound
from storage.identifiers import new_id
from storage.notifications import address_codes
from storage.notifications.own_address import Code, OwnAddress, own_address, rows_of
from storage.office import Office, as_data
from storage.office.notify import MailDestination
from storage.office.told import destinations_of
from storage.people import present, spoken_by
from storage.text import shown
from storage.words.mail_addresses import as_written

MOST: Final = 5
"""Addresses of one person's own."""


class OwnAddresses:
    """The addresses. Synchronous and safe to use from many threads.

    People are named by their ids. All methods raise DatabaseUnavailable.
    """

    def __init__(self, database: Database, offices: Offices) -> None:
        self._database = database
        self._offices = offices

    def person(self, company_id: str, extension: str) -> str | None:
        """The id of who has an extension now."""
        with self._database.reading() as session:
            people = present(session, company_id)
            return next((row.id for row in people if row.extension == extension), None)

    def of(self, employee_id: str) -> list[OwnAddress]:
        """Those of one person, in the order in which they were set."""
        with self._database.reading() as session:
            return [own_address(row, told) for row, told in rows_of(session, employee_id)]

    def any_confirmed(self) -> bool:
        """Whether anybody is told at an address of their own."""
        with self._database.reading() as session:
            confirmed = select(OwnAddressRow.id).where(OwnAddressRow.since.is_not(None))
            return session.scalar(confirmed.limit(1)) is not None

    def told(self, employee_id: str) -> tuple[MailDestination, ...]:
        """Where one person is told of messages: what is confirmed."""
        with self._database.reading() as session:
            rows = rows_of(session, employee_id)
            return tuple(told for row, told in rows if row.since is not None)

    def language(self, employee_id: str, destination: str) -> Literal["ru", "en"] | None:
        """That of who set an address, which its key names, else that of the person's account.

        None for the company's.
        """
        with self._database.reading() as session:
            spoken = select(OwnAddressRow.language).where(
                OwnAddressRow.employee_id == employee_id, OwnAddressRow.destination == destination
            )
            language = session.scalar(spoken) or spoken_by(session, employee_id)
            return cast(Literal["ru", "en"] | None, language)

    def put(
        self,
        employee_id: str,
        destination: MailDestination,
        *,
        language: Literal["ru", "en"] | None = None,
        by: Actor,
    ) -> OwnAddress:
        """Set one more, which is sent a code, or change what is told to one that is there.

        Raises ConfigError where the company's configuration tells it already, or where it is one
        too many; NotFound for somebody who has no extension any more.
        """
        offices, now = self._offices.snapshot().offices, datetime.now(UTC)
        with self._database.session() as session:
            who = _present(session, employee_id)
            office = _office(offices, who)
            there = rows_of(session, employee_id)
            same_place = ((row, told) for row, told in there if told.place == destination.place)
            row, known = next(same_place, (None, destination))
            destination = destination.model_copy(update={"mail": known.mail})  # as it was written
            action = "address.change" if row else "address.add"
            if row is None:
                if _is_configured(office, who, destination):
                    address = shown(as_written(destination.mail))
                    raise ConfigError("address-told-already", "mail", address=address)
                addresses = {told.mail.lower() for _, told in there}
                if destination.mail.lower() not in addresses and len(addresses) >= MOST:
                    raise ConfigError("too-many-own-addresses", "mail", most=MOST)
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
                same = [each for each, told in there if told.is_at(destination.mail)]
                if any(each.since is not None for each in same):
                    _begin(session, row, now)
                elif not same:
                    address_codes.send(session, row, destination)
            _tell(session, row, destination, office, who, now)
            _note(session, by, action, who, as_data(destination))
            return own_address(row, destination)

    def change(
        self, employee_id: str, address_id: str, destination: MailDestination, *, by: Actor
    ) -> OwnAddress:
        """Change what is told to an address, which stays confirmed or not: also into a reminder.

        Raises NotFound, and ConfigError where such an entry of the address is there already.
        """
        offices, now = self._offices.snapshot().offices, datetime.now(UTC)
        with self._database.session() as session:
            who = _present(session, employee_id)
            office = _office(offices, who)
            row, _ = _found(session, employee_id, address_id)
            if row.destination != destination.key:
                address = shown(as_written(destination.mail))
                if _is_configured(office, who, destination):
                    raise ConfigError("address-told-already", "unheard_minutes", address=address)
                others = (each.destination for each, _ in rows_of(session, employee_id))
                if destination.key in others:
                    raise ConfigError("destination-there", "unheard_minutes", address=address)
                address_codes.follow(session, row, destination.key)
                row.destination = destination.key
            _tell(session, row, destination, office, who, now)
            _note(session, by, "address.change", who, as_data(destination))
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
            for each, _ in _same(session, row, told):
                each.code = each.code_until = None
            address_codes.send(session, row, told)
            _note(session, by, "address.code", who, {"mail": told.mail})

    def confirm(self, employee_id: str, address_id: str, code: str, *, by: Actor) -> OwnAddress:
        """Tell an address from now on, of what comes from now on.

        Raises NotFound, and ConfigError for another code than the one that was sent last.
        """
        offices, now = self._offices.snapshot().offices, datetime.now(UTC)
        with self._database.session() as session:
            who = _present(session, employee_id)
            row, told = _found(session, employee_id, address_id)
            same = _same(session, row, told)
            asked = next((each for each, _ in same if each.code is not None), row)
            refused = "" if row.since is not None else address_codes.refusal(asked, code)
            if row.since is None and not refused:
                for each, its in same:
                    _begin(session, each, now)
                    _plan(each, its, _office(offices, who), who, now)
                _note(session, by, "address.confirm", who, {"mail": told.mail})
        if refused:
            raise ConfigError(refused, "code")
        return own_address(row, told)

    def remove(self, employee_id: str, address_id: str, *, by: Actor) -> None:
        """Tell an address no more; what waits to be sent there is not sent. Raises NotFound."""
        offices = self._offices.snapshot().offices
        with self._database.session() as session:
            row, told = _found(session, employee_id, address_id)
            session.delete(row)
            session.flush()
            who = session.get_one(EmployeeRow, employee_id)
            site = offices.get(who.company_id)
            configured = destinations_of(site.office, who.extension) if site else ()
            if all(each.key != told.key for each in configured):
                theirs = (DeliveryRow.employee_id == who.id, DeliveryRow.destination == told.key)
                cancel_waiting(session, and_(*theirs), REMOVED)
            _note(session, by, "address.remove", who, {"mail": told.mail})

    def code(self, delivery_destination: str, employee_id: str | None) -> Code | None:
        """The code that a letter is to bring; None where nobody waits for it any more."""
        with self._database.reading() as session:
            return address_codes.to_bring(session, delivery_destination, employee_id)


def _found(
    session: Session, employee_id: str, address_id: str
) -> tuple[OwnAddressRow, MailDestination]:
    for row, told in rows_of(session, employee_id):
        if row.id == address_id:
            return row, told
    raise NotFound("no-own-address")


def _present(session: Session, employee_id: str) -> EmployeeRow:
    """Somebody who has an extension, kept from being changed twice at once. Raises NotFound."""
    who = session.get(EmployeeRow, employee_id, with_for_update=True)
    if who is None or who.until is not None:
        raise NotFound("no-such-extension")
    return who


def _same(
    session: Session, row: OwnAddressRow, told: MailDestination
) -> list[tuple[OwnAddressRow, MailDestination]]:
    """Both entries of an address that is told and reminded; mostly it is one."""
    there = rows_of(session, row.employee_id)
    return [(each, its) for each, its in there if its.is_at(told.mail)]


def _office(offices: Mapping[str, Site], who: EmployeeRow) -> Office:
    """That of somebody's company. Raises NotFound where it cannot be read."""
    if (site := offices.get(who.company_id)) is None:
        raise NotFound("no-such-extension")
    return site.office


def _is_configured(office: Office, who: EmployeeRow, told: MailDestination) -> bool:
    return any(each.place == told.place for each in destinations_of(office, who.extension))


def _tell(
    session: Session,
    row: OwnAddressRow,
    destination: MailDestination,
    office: Office,
    who: EmployeeRow,
    now: datetime,
) -> None:
    """Note what an address is told from now on."""
    row.settings = destination.model_dump_json()
    _plan(row, destination, office, who, now)
    mine = (DeliveryRow.employee_id == who.id) & (DeliveryRow.destination == row.destination)
    look_anew(session, now, mine)


def _begin(session: Session, row: OwnAddressRow, now: datetime) -> None:
    """Have it told, of what comes from now on."""
    row.since, row.set_at = session.scalar(select(func.max(NewsRow.seq))) or 0, now
    row.code = row.code_until = None
    begin_reading(session, row.since)


def _plan(
    row: OwnAddressRow, told: MailDestination, office: Office, who: EmployeeRow, now: datetime
) -> None:
    """Note when its digest is due: none before it is confirmed, nor of what the company tells."""
    is_told = row.since is not None and not _is_configured(office, who, told)
    plan_digest(row, next_digest(told, office, now) if is_told else None, now)


def _note(
    session: Session, by: Actor, action: str, who: EmployeeRow, details: dict[str, object]
) -> None:
    company_id, extension = who.company_id, who.extension
    note(session, by, action, company_id=company_id, subject=extension, details=details)

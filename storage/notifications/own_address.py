"""A mail address that an employee set to be told of their messages, as it is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypedDict, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.companies.destinations import own_destination
from storage.database.delivery_tables import OwnAddressRow
from storage.office.notify import AnyDestination, MailDestination

CONFIRM: Final = "address.confirm"
"""The event of a delivery that brings a code."""

OwnEvent = Literal["message.kept", "message.heard", "message.deleted", "message.restored"]
"""What employees may have told to addresses of their own."""
OWN_EVENTS: Final[tuple[OwnEvent, ...]] = get_args(OwnEvent)
OWN_FIELDS: Final = (
    *("mail", "attach", "attach_up_to", "events"),
    *("daily", "between", "unheard_minutes"),
)
"""What employees may say of such an address; the rest is as with any new destination."""


class OwnAddressJson(TypedDict):
    """An address as lists print it."""

    id: str
    mail: str
    attach: str
    attach_up_to: int
    events: list[str]
    daily: str | None
    between: str | None
    unheard_minutes: int | None
    confirmed: bool


@dataclass(frozen=True)
class OwnAddress:
    """A mail address of an employee's own, and what is told there once it is confirmed."""

    id: str
    destination: MailDestination
    is_confirmed: bool

    def as_json(self) -> OwnAddressJson:
        """For lists."""
        told = self.destination
        return {
            "id": self.id,
            "mail": told.mail,
            "attach": told.attach,
            "attach_up_to": told.attach_up_to,
            "events": list(told.events),
            "daily": told.daily,
            "between": told.between,
            "unheard_minutes": told.unheard_minutes,
            "confirmed": self.is_confirmed,
        }


@dataclass(frozen=True)
class Code:
    """A code on its way to the address that it confirms: whose it is, and their language."""

    code: str
    person: str
    extension: str
    language: Literal["ru", "en"] | None


def own_address(row: OwnAddressRow, told: MailDestination) -> OwnAddress:
    """What a row says, whose settings are read already."""
    return OwnAddress(row.id, told, row.since is not None)


def rows_of(session: Session, employee_id: str) -> list[tuple[OwnAddressRow, MailDestination]]:
    """Somebody's addresses in the order in which they were set, with what is told to each."""
    rows = session.scalars(
        select(OwnAddressRow)
        .where(OwnAddressRow.employee_id == employee_id)
        .order_by(OwnAddressRow.id)
    )
    return [(row, told) for row in rows if (told := own_destination(row)) is not None]


Own = Mapping[str, tuple[MailDestination, ...]]
"""The confirmed addresses of people, by their ids."""


def confirmed(
    session: Session, people: Collection[str]
) -> tuple[Own, dict[tuple[str, str, str], OwnAddressRow]]:
    """The confirmed addresses of some people, and their rows, locked, as they may change.

    Those are by company, person, and key of the destination.
    """
    rows = session.scalars(
        select(OwnAddressRow)
        .where(OwnAddressRow.employee_id.in_(people), OwnAddressRow.since.is_not(None))
        .order_by(OwnAddressRow.id)
        .with_for_update()
    )
    own: dict[str, tuple[MailDestination, ...]] = {}
    by_key = {}
    for row in rows:
        if (told := own_destination(row)) is not None:
            own[row.employee_id] = (*own.get(row.employee_id, ()), told)
            by_key[(row.company_id, row.employee_id, told.key)] = row
    return own, by_key


def beside(
    configured: tuple[AnyDestination, ...], own: tuple[MailDestination, ...]
) -> tuple[AnyDestination, ...]:
    """Both together: what the configuration says of an address goes before its owner's word."""
    places = {each.place for each in configured}
    return (*configured, *(each for each in own if each.place not in places))

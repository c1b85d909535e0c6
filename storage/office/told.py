"""Changing who is told of a mailbox: one destination at a time."""

from __future__ import annotations

import base64
import secrets

from storage.office import Office
from storage.office.edit import entry, with_entry, with_fields
from storage.office.notify import AnyDestination, Destination, Destinations
from storage.words.chats import hidden_address, scheme_of

COMPANY = ""
"""The company's own mailbox, where others have an extension."""
SECRET_BYTES = 32


def told(office: Office, mailbox: str) -> Destinations:
    """Who is told of an extension's mailbox, or of the company's; NotFound for no employee's."""
    if mailbox != COMPANY:
        entry(office.employees, mailbox, "employee")
    return destinations_of(office, mailbox)


def destinations_of(office: Office, mailbox: str) -> Destinations:
    """The same, and nobody where it is no employee's."""
    if mailbox == COMPANY:
        return office.voicemail.notify or ()
    employee = office.employees.get(mailbox)
    return employee.notify or () if employee else ()


def with_destination(office: Office, mailbox: str, destination: Destination) -> Office:
    """The office with a destination more, or another one in the place of the same address.

    A reminder stands beside what is told at once, and takes the place of another reminder.
    """
    there = told(office, mailbox)
    if any(each.place == destination.place for each in there):
        changed = tuple(destination if each.place == destination.place else each for each in there)
    else:
        changed = (*there, destination)
    return _with(office, mailbox, changed)


def with_changed(
    office: Office, mailbox: str, before: AnyDestination, destination: Destination
) -> Office:
    """The office with a destination in the place of one that is there."""
    there = told(office, mailbox)
    changed = tuple(destination if each.key == before.key else each for each in there)
    return _with(office, mailbox, changed)


def without_destination(
    office: Office, mailbox: str, address: str, *, reminder: bool | None = None
) -> Office:
    """The office in which this address is told no more: of both, or the reminder or the other one.

    Raises NotFound.
    """
    there = told(office, mailbox)
    meant = [each for each in there if reminder in (None, each.is_reminder)]
    left = tuple(each for each in there if not each.is_at(address) or each not in meant)
    if len(left) == len(there):
        written = hidden_address(address) if scheme_of(address) else address
        entry({each.address: each for each in meant}, written, "destination")
    return _with(office, mailbox, left)


def destination_at(
    office: Office, mailbox: str, address: str, *, reminder: bool = False
) -> AnyDestination | None:
    """The destination of that address, or the reminder there, if it is there."""
    there = (each for each in told(office, mailbox) if each.is_at(address))
    return next((each for each in there if each.is_reminder == reminder), None)


def new_secret() -> str:
    """A secret for a webhook, as Standard Webhooks write it."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def _with(office: Office, mailbox: str, destinations: Destinations) -> Office:
    update = {"notify": destinations or None}
    if mailbox == COMPANY:
        return with_fields(office, voicemail=office.voicemail.model_copy(update=update))
    employee = entry(office.employees, mailbox, "employee").model_copy(update=update)
    return with_fields(office, employees=with_entry(office.employees, mailbox, employee))

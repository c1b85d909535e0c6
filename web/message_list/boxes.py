"""The mailboxes that a list of messages may be about: to choose from, and their days."""

from __future__ import annotations

from collections.abc import Iterable

from storage.actor import Person
from storage.retention.due import quiet_days
from storage.text import printable
from web.message_list.address import Listing
from web.visit import Visit


def days_aside(visit: Visit, listing: Listing) -> int:
    """How many days the listed boxes keep what is probably empty; 0 where they differ."""
    usual = visit.services.quiet_days
    if visit.site is None:
        return usual
    office, own = visit.site.office, visit.scope.people is not None
    employees: Iterable[str] = visit.user.extensions if own else office.employees
    if listing.employee:
        employees = [listing.employee]
    boxes: list[str | None] = [*employees] if listing.box != "company" else []
    if not own and not listing.employee and listing.box != "employee":
        boxes.append(None)
    days = {quiet_days(office, box, usual) for box in boxes}
    return days.pop() if len(days) == 1 else 0


def mailboxes(visit: Visit, listing: Listing) -> dict[str, str]:
    """Whose messages can be chosen, in words; for an employee only the own ones.

    Somebody who has an extension is chosen by it, and others by the person's id.
    """
    user, company_id = visit.user, visit.user.company_id
    people = visit.services.messages.people(company_id) if user.is_administrator else user.people
    found = {_choice(who): _in_words(visit, who) for who in people}
    if listing.employee and user.is_administrator:
        found.setdefault(listing.employee, listing.employee)
    return found


def _choice(who: Person) -> str:
    return who.extension if who.is_present else who.id


def _in_words(visit: Visit, who: Person) -> str:
    name = printable(who.name, 60)
    if who.is_present:
        return f"{name} · {who.extension}" if name else who.extension
    return visit.text(
        "%(name)s · had %(extension)s",
        name=name or visit.text("Somebody"),
        extension=who.extension,
    )

"""The PIN of an employee's mailbox, as administrators see and set it: never what it is."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from storage.accounts.pin_rules import random_pin
from storage.errors import Refused
from storage.office.edit import entry
from web.forms import confirming
from web.language.telling import Mistakes
from web.visit import Visit, page


def show_pin(visit: Visit) -> Response:
    """Whether there is a PIN, and whether it is locked."""
    return _form(visit)


def set_pin(visit: Visit) -> Response:
    """Give the employee a PIN, for as long as they want it."""
    extension = _extension(visit)
    if why := confirming.refusal(visit):
        return _form(visit, {"current": [why]})
    pin = str(visit.form.get("pin", ""))
    try:
        visit.services.pins.set(visit.user.company_id, extension, pin, by=visit.actor)
    except Refused as error:
        return _form(visit, visit.mistakes(error.problems, "", ("pin",)))
    return _back(visit, visit.text("The PIN is set."))


def make_one_time_pin(visit: Visit) -> Response:
    """A PIN that is shown once, and that the employee has to change."""
    extension = _extension(visit)
    if why := confirming.refusal(visit):
        return _form(visit, {"current": [why]})
    pin = random_pin(extension)
    visit.services.pins.set(visit.user.company_id, extension, pin, one_time=True, by=visit.actor)
    return visit.render(
        "employees/pin_made.html",
        extension=extension,
        employee=visit.office.employees[extension],
        pin=pin,
    )


def unlock_pin(visit: Visit) -> Response:
    """Have the next PIN looked at."""
    extension = _extension(visit)
    if why := confirming.refusal(visit):
        return _form(visit, {"current": [why]})
    visit.services.pins.unlock(visit.user.company_id, extension, by=visit.actor)
    return _back(visit, visit.text("The PIN is unlocked."))


def remove_pin(visit: Visit) -> Response:
    """Let nobody in by a PIN any more."""
    visit.services.pins.remove(visit.user.company_id, _extension(visit), by=visit.actor)
    return _back(visit, visit.text("Removed."))


def go_to_pin(visit: Visit) -> Response:
    """The address of what was done or shown once leads back to the PIN."""
    return visit.redirect(f"/employees/{_extension(visit)}/pin")


def _extension(visit: Visit) -> str:
    """That of the employee whom the address names. NotFound."""
    extension: str = visit.path["extension"]
    entry(visit.office.employees, extension, "employee")
    return extension


def _form(visit: Visit, wrong: Mistakes | None = None) -> Response:
    extension = _extension(visit)
    return visit.render(
        "employees/pin.html",
        422 if wrong else 200,
        extension=extension,
        employee=visit.office.employees[extension],
        pin=visit.services.pins.state(visit.user.company_id, extension),
        wrong=wrong or {},
    )


def _back(visit: Visit, notice: str) -> Response:
    return visit.redirect(f"/employees/{_extension(visit)}/pin", notice)


_PIN = "/employees/{extension}/pin"

routes = [
    Route(_PIN, page(show_pin, role="administrator"), methods=["GET"]),
    Route(_PIN, page(set_pin, role="administrator"), methods=["POST"]),
    Route(f"{_PIN}/one-time", page(go_to_pin, role="administrator"), methods=["GET"]),
    Route(f"{_PIN}/one-time", page(make_one_time_pin, role="administrator"), methods=["POST"]),
    Route(f"{_PIN}/unlock", page(go_to_pin, role="administrator"), methods=["GET"]),
    Route(f"{_PIN}/unlock", page(unlock_pin, role="administrator"), methods=["POST"]),
    Route(f"{_PIN}/remove", page(go_to_pin, role="administrator"), methods=["GET"]),
    Route(f"{_PIN}/remove", page(remove_pin, role="administrator"), methods=["POST"]),
]

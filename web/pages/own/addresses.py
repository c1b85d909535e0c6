"""Mail addresses of an employee's own: set and confirmed by themselves, removed by both sides."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from storage.errors import NotFound, Refused
from storage.notifications.own_address import OWN_EVENTS, OwnAddress
from storage.office.edit import entry
from storage.office.notify import Event
from web.forms import own_addresses
from web.forms.destinations import EMPTY, FIELDS, at_fields, events_in, values_of
from web.forms.fields import typed
from web.forms.office_changes import fingerprint, refuse_if_changed
from web.forms.own_account import (
    OwnVoicemail,
    account_page,
    go_to_account,
    own_voicemail,
    settled,
)
from web.language.telling import Mistakes
from web.language.texts import texts
from web.visit import Visit, page


def add_address(visit: Visit) -> Response:
    """Set one more, which is sent a code."""
    own = _own(visit)
    try:
        fields = own_addresses.fields_in(visit.form)
        set_ = own_addresses.add_address(
            visit.services, own.employee_id, fields, language=visit.language, by=visit.actor
        )
    except Refused as error:
        return account_page(visit, **{f"addresses-{own.extension}": _wrong(visit, error)})
    known = {each.destination.mail for each in own.addresses}
    if set_.is_confirmed or set_.destination.mail in known:
        return visit.redirect("/account", visit.text("Saved."))
    return _sent(visit)


def show_address(visit: Visit) -> Response:
    """What is told to one, in a form."""
    own = _own(visit)
    address = _address(visit, own)
    told = address.destination
    return _edit_form(visit, own, address, values_of(told, texts(visit.language)), told.events)


def change_address(visit: Visit) -> Response:
    """Tell one something else, or at another time."""
    own = _own(visit)
    address = _address(visit, own)
    try:
        refuse_if_changed(visit, address.destination)
        fields = own_addresses.fields_in(visit.form)
        own_addresses.change_address(
            visit.services, own.employee_id, address, fields, by=visit.actor
        )
    except Refused as error:
        values, events = {**EMPTY, **typed(visit.form)}, events_in(visit.form)
        return _edit_form(visit, own, address, values, events, _wrong(visit, error))
    return visit.redirect("/account", visit.text("Saved."))


def _edit_form(
    visit: Visit,
    own: OwnVoicemail,
    address: OwnAddress,
    values: dict[str, str],
    events: tuple[Event, ...],
    wrong: Mistakes | None = None,
) -> Response:
    return visit.render(
        "account/address.html",
        422 if wrong else 200,
        here=f"/account/addresses/{own.extension}/{address.id}",
        address=address,
        values=values,
        chosen=events,
        own_events=OWN_EVENTS,
        seen=fingerprint(address.destination),
        wrong=wrong or {},
    )


def _address(visit: Visit, own: OwnVoicemail) -> OwnAddress:
    """The one that the page's address names. Raises NotFound."""
    for each in own.addresses:
        if each.id == visit.path["id"]:
            return each
    raise NotFound("no-own-address")


def _wrong(visit: Visit, error: Refused) -> Mistakes:
    here = at_fields(error.problems, typed(visit.form))
    return visit.mistakes(here, "", ("mail", *FIELDS))


def send_code(visit: Visit) -> Response:
    """Send another code."""
    own = _own(visit)
    address_id = visit.path["id"]
    try:
        visit.services.own_addresses.send_code(own.employee_id, address_id, by=visit.actor)
    except Refused as error:
        here = [problem.at("code") for problem in error.problems]
        wrong = visit.mistakes(here, "", ("code",))
        return account_page(visit, **{f"code-{address_id}": wrong})
    return _sent(visit)


def confirm(visit: Visit) -> Response:
    """Take the code that a letter brought: from now on letters about messages go there."""
    own, form = _own(visit), typed(visit.form)
    address_id = visit.path["id"]
    try:
        visit.services.own_addresses.confirm(
            own.employee_id, address_id, form.get("code", ""), by=visit.actor
        )
    except Refused as error:
        wrong = visit.mistakes(error.problems, "", ("code",))
        return account_page(visit, **{f"code-{address_id}": wrong})
    return visit.redirect("/account", visit.text("The address is confirmed."))


def remove(visit: Visit) -> Response:
    """Send no more there; that is always allowed."""
    own = own_voicemail(visit)
    visit.services.own_addresses.remove(own.employee_id, visit.path["id"], by=visit.actor)
    return visit.redirect("/account", visit.text("Removed."))


def remove_of_employee(visit: Visit) -> Response:
    """Remove an address of an employee's, by an administrator."""
    extension = visit.path["extension"]
    entry(visit.office.employees, extension, "employee")
    addresses = visit.services.own_addresses
    employee_id = addresses.person(visit.user.company_id, extension)
    if employee_id is None:
        raise NotFound("no-such-extension")
    addresses.remove(employee_id, visit.path["id"], by=visit.actor)
    return visit.redirect(f"/employees/{extension}/notify", visit.text("Removed."))


def show_employee(visit: Visit) -> Response:
    """Where an administrator comes who logs in after having sent that form."""
    extension = visit.path["extension"]
    entry(visit.office.employees, extension, "employee")
    return visit.redirect(f"/employees/{extension}/notify")


def _own(visit: Visit) -> OwnVoicemail:
    """The voicemail that the address names, where the company lets employees. NotFound, 403."""
    own = own_voicemail(visit)
    if not visit.office.company.self_service:
        raise HTTPException(403)
    return own


def _sent(visit: Visit) -> Response:
    return visit.redirect(
        "/account", visit.text("A letter with a code is on its way. Type the code here.")
    )


_ONE = "/account/addresses/{extension}/{id}"
_OF_EMPLOYEE = "/employees/{extension}/notify/own/{id}/remove"

routes = [
    Route("/account/addresses/{extension}", page(go_to_account), methods=["GET"]),
    Route("/account/addresses/{extension}", page(settled(add_address)), methods=["POST"]),
    Route(f"{_ONE}/edit", page(settled(show_address)), methods=["GET"]),
    Route(f"{_ONE}/edit", page(settled(change_address)), methods=["POST"]),
    Route(f"{_ONE}/code", page(go_to_account), methods=["GET"]),
    Route(f"{_ONE}/code", page(settled(send_code)), methods=["POST"]),
    Route(f"{_ONE}/confirm", page(go_to_account), methods=["GET"]),
    Route(f"{_ONE}/confirm", page(settled(confirm)), methods=["POST"]),
    Route(f"{_ONE}/remove", page(go_to_account), methods=["GET"]),
    Route(f"{_ONE}/remove", page(settled(remove)), methods=["POST"]),
    Route(_OF_EMPLOYEE, page(show_employee, role="administrator"), methods=["GET"]),
    Route(_OF_EMPLOYEE, page(remove_of_employee, role="administrator"), methods=["POST"]),
]

"""Who is told of a mailbox's messages: of an employee's, and of the company's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, get_args

from starlette.responses import Response
from starlette.routing import Route

from storage.errors import Problem, Refused
from storage.notifications.own_address import OwnAddress
from storage.office import Office
from storage.office.edit import entry
from storage.office.notify import KINDS, AnyDestination, Destination, Event, WebhookDestination
from storage.office.told import (
    COMPANY,
    destination_at,
    new_secret,
    told,
    with_changed,
    with_destination,
    without_destination,
)
from storage.text import shown
from storage.words.mail_addresses import as_written
from web.errors import FormError
from web.forms.destinations import (
    EMPTY,
    FIELDS,
    at_fields,
    destination_in,
    events_in,
    kind_in,
    values_of,
)
from web.forms.fields import typed
from web.forms.office_changes import edit_office, fingerprint, form_status, refuse_if_changed
from web.language.telling import Mistakes
from web.language.texts import texts
from web.visit import Visit, page

NEW: Final = {"kind": "mail", "address": "", **EMPTY}
"""The form before anything is typed."""


def show_notify(visit: Visit) -> Response:
    """Who is told, and a form for one more."""
    return _form(visit, {}, ("message.kept",))


def add(visit: Visit) -> Response:
    """Tell one more. A new webhook's secret is shown, this once."""
    mailbox, form, secret = _mailbox(visit), typed(visit.form), new_secret()

    def with_more(office: Office) -> Office:
        destination = destination_in(visit.form, kind_in(form), secret)
        _refuse_twice(office, mailbox, destination)
        return with_destination(office, mailbox, destination)

    try:
        office = edit_office(visit, with_more)
    except Refused as error:
        return _form(visit, form, events_in(visit.form), _wrong(visit, error), form_status(error))
    return _saved(visit, office, secret)


def show_edit(visit: Visit) -> Response:
    """A destination's form, filled in."""
    there = _meant(visit, visit.office, visit.query.get("address"), visit.query.get("reminder"))
    return _edit_form(visit, there, values_of(there, texts(visit.language)), there.events)


def change(visit: Visit) -> Response:
    """Tell one otherwise, or elsewhere. A secret that is made for another place is shown."""
    mailbox, form, secret = _mailbox(visit), typed(visit.form), new_secret()
    before = _meant(visit, visit.office, form.get("was"), form.get("reminder"))

    def with_other(office: Office) -> Office:
        there = _meant(visit, office, form.get("was"), form.get("reminder"))
        refuse_if_changed(visit, there)
        destination = destination_in(visit.form, there.kind, secret, there)
        _refuse_twice(office, mailbox, destination, but=there)
        return with_changed(office, mailbox, there, destination)

    try:
        office = edit_office(visit, with_other)
    except Refused as error:
        wrong, status = _wrong(visit, error), form_status(error)
        return _edit_form(visit, before, form, events_in(visit.form), wrong, status)
    return _saved(visit, office, secret)


def _refuse_twice(
    office: Office, mailbox: str, destination: Destination, but: AnyDestination | None = None
) -> None:
    """Nothing else that is there is changed in silence, ``but`` what the form is of. FormError."""
    reminds = destination.is_reminder
    there = destination_at(office, mailbox, destination.sent_to, reminder=reminds)
    if there is not None and (but is None or there.key != but.key):
        written = shown(as_written(there.address))
        raise FormError("destination-there", "address", address=written)


def _wrong(visit: Visit, error: Refused) -> Mistakes:
    here = map(_at_address, at_fields(error.problems, typed(visit.form)))
    return visit.mistakes(here, "", ("address", *FIELDS))


def _saved(visit: Visit, office: Office, secret: str) -> Response:
    """Back to the list; with a look at the secret, where it was made just now."""
    mailbox = _mailbox(visit)
    for each in told(office, mailbox):
        if isinstance(each, WebhookDestination) and each.secret == secret:
            place = _place(visit)
            return visit.render(
                "notify/secret.html", secret=secret, address=each.address, renewed=False, **place
            )
    return visit.redirect(_address(mailbox), visit.text("Saved."))


def _meant(
    visit: Visit, office: Office, address: str | None, reminder: str | None
) -> AnyDestination:
    """The destination that a form or an address names. Raises NotFound."""
    mailbox, address = _mailbox(visit), address or ""
    there = destination_at(office, mailbox, address, reminder=reminder == "yes")
    return entry({address: there} if there else {}, address, "destination")


def _at_address(problem: Problem) -> Problem:
    """The same, at the form's field where it is about an address."""
    field = problem.where.rpartition(".")[2]  # in the document, or of the destination alone
    return problem.at("address") if field in KINDS else problem


def remove(visit: Visit) -> Response:
    """Tell an address no more, or remind it no more."""
    mailbox, address = _mailbox(visit), str(visit.form.get("address", ""))
    reminder = visit.form.get("reminder") == "yes"

    def without(office: Office) -> Office:
        return without_destination(office, mailbox, address, reminder=reminder)

    edit_office(visit, without)
    return visit.redirect(_address(mailbox), visit.text("Removed."))


def renew_secret(visit: Visit) -> Response:
    """Sign with a new secret, shown this once; with the old one, too, until that is dropped."""
    secret = new_secret()
    address = _change_webhook(visit, lambda hook: {"secret": secret, "old_secret": hook.secret})
    return visit.render(
        "notify/secret.html", secret=secret, address=address, renewed=True, **_place(visit)
    )


def drop_secret(visit: Visit) -> Response:
    """Sign with the old secret no more."""
    _change_webhook(visit, lambda _: {"old_secret": None})
    return visit.redirect(_address(_mailbox(visit)), visit.text("Saved."))


def _change_webhook(
    visit: Visit, changed: Callable[[WebhookDestination], dict[str, str | None]]
) -> str:
    """Change the webhook that the form names: its address. Raises NotFound."""
    mailbox, address = _mailbox(visit), str(visit.form.get("address", ""))
    reminder = visit.form.get("reminder") == "yes"

    def with_other(office: Office) -> Office:
        there = destination_at(office, mailbox, address, reminder=reminder)
        hooks = {address: there} if isinstance(there, WebhookDestination) else {}
        hook = entry(hooks, address, "destination")
        return with_destination(office, mailbox, hook.model_copy(update=changed(hook)))

    edit_office(visit, with_other)
    return address


def show(visit: Visit) -> Response:
    """Where somebody comes who logs in after having sent one of the forms."""
    return visit.redirect(_address(_mailbox(visit)))


def _mailbox(visit: Visit) -> str:
    """The extension that the address names, or the company's. Raises NotFound."""
    extension = visit.path.get("extension", COMPANY)
    if extension != COMPANY:
        entry(visit.office.employees, extension, "employee")
    return extension


def _address(mailbox: str) -> str:
    return "/mailbox/notify" if mailbox == COMPANY else f"/employees/{mailbox}/notify"


def _place(visit: Visit) -> dict[str, object]:
    mailbox = _mailbox(visit)
    name = visit.office.employees[mailbox].name if mailbox != COMPANY else ""
    return {"mailbox": mailbox, "name": name, "here": _address(mailbox)}


def _form(
    visit: Visit,
    values: dict[str, str],
    events: tuple[Event, ...],
    wrong: Mistakes | None = None,
    status: int = 200,
) -> Response:
    return visit.render(
        "notify/list.html",
        status,
        told=told(visit.office, _mailbox(visit)),
        own=_own(visit),
        values={**NEW, **values},
        chosen=events,
        events=get_args(Event),
        wrong=wrong or {},
        **_place(visit),
    )


def _edit_form(
    visit: Visit,
    there: AnyDestination,
    values: dict[str, str],
    events: tuple[Event, ...],
    wrong: Mistakes | None = None,
    status: int = 200,
) -> Response:
    return visit.render(
        "notify/edit.html",
        status,
        there=there,
        told=told(visit.office, _mailbox(visit)),
        values={**EMPTY, **values, "kind": there.kind},
        chosen=events,
        events=get_args(Event),
        seen=fingerprint(there),
        wrong=wrong or {},
        **_place(visit),
    )


def _own(visit: Visit) -> list[OwnAddress]:
    """The addresses that the employee set."""
    addresses, mailbox = visit.services.own_addresses, _mailbox(visit)
    who = mailbox and addresses.person(visit.user.company_id, mailbox)
    return addresses.of(who) if who else []


def _routes(path: str) -> list[Route]:
    return [
        Route(path, page(show_notify, role="administrator"), methods=["GET"]),
        Route(path, page(add, role="administrator"), methods=["POST"]),
        Route(f"{path}/edit", page(show_edit, role="administrator"), methods=["GET"]),
        Route(f"{path}/edit", page(change, role="administrator"), methods=["POST"]),
        *(
            Route(f"{path}/{deed}", page(does, role="administrator"), methods=[method])
            for deed, done in (
                ("remove", remove),
                ("secret", renew_secret),
                ("secret/drop", drop_secret),
            )
            for method, does in (("GET", show), ("POST", done))
        ),
    ]


routes = [*_routes("/mailbox/notify"), *_routes("/employees/{extension}/notify")]

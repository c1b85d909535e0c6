"""Who is told of a mailbox's messages: of an employee's, and of the company's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, get_args

from starlette.responses import Response
from starlette.routing import Route

from storage.errors import Problem, Refused
from storage.notifications.own_address import OwnAddress
from storage.office import Office, make_part
from storage.office.edit import entry
from storage.office.notify import (
    KINDS,
    ChatDestination,
    Destination,
    Event,
    Kind,
    MailDestination,
    WebhookDestination,
)
from storage.office.told import (
    COMPANY,
    destination_at,
    new_secret,
    told,
    with_destination,
    without_destination,
)
from web.forms.destinations import EMPTY, FIELDS, TIMES, at_fields, attached_in, times_in
from web.forms.fields import typed
from web.forms.office_changes import edit_office, form_status
from web.language.telling import Mistakes
from web.visit import Visit, page

NEW: Final = {"kind": "mail", "address": "", **EMPTY}
"""The form before anything is typed."""


def show_notify(visit: Visit) -> Response:
    """Who is told, and a form for one more."""
    return _form(visit, {}, ("message.kept",))


def add(visit: Visit) -> Response:
    """Tell one more, or the same one otherwise. A new webhook's secret is shown, this once."""
    mailbox, form = _mailbox(visit), typed(visit.form)
    kind: Kind = next((each for each in KINDS if each == form.get("kind")), "mail")
    address = form.get("address", "").strip()
    events = tuple(each for each in get_args(Event) if each in visit.form.getlist("event"))
    reminds = bool(form.get("unheard_minutes"))
    there = destination_at(visit.office, mailbox, address, reminder=reminds)
    is_new = there is None or there.kind != kind
    secret = new_secret() if kind == "webhook" and is_new else ""

    def with_more(office: Office) -> Office:
        return with_destination(
            office, mailbox, _destination(visit, office, kind, address, events, secret)
        )

    try:
        edit_office(visit, with_more)
    except Refused as error:
        here = map(_at_address, at_fields(error.problems, form))
        wrong = visit.mistakes(here, "", ("address", *FIELDS))
        return _form(visit, form, events, wrong, form_status(error))
    if secret:
        return visit.render(
            "notify/secret.html", secret=secret, address=address, renewed=False, **_place(visit)
        )
    return visit.redirect(_address(mailbox), visit.text("Saved."))


def _destination(
    visit: Visit,
    office: Office,
    kind: Kind,
    address: str,
    events: tuple[str, ...],
    secret: str,
) -> Destination:
    """What the form describes. ConfigError has each mistake."""
    form = typed(visit.form)
    times = times_in(form, kind)
    reminds = "unheard_minutes" in times
    before = destination_at(office, _mailbox(visit), address, reminder=reminds)
    known = before.model_dump() if before is not None and before.kind == kind else {}
    known = {name: value for name, value in known.items() if name not in (*TIMES, "attach_up_to")}
    # Which it was, where it is told hidden.
    known = {kind: address, **known, "events": events, **times}
    if kind == "mail":
        once_sent = form.get("once_sent", "keep")
        return make_part(MailDestination, **{**known, **attached_in(form), "once_sent": once_sent})
    if kind == "chat":
        return make_part(ChatDestination, **{**known, "attach": form.get("attach", "none")})
    return make_part(WebhookDestination, **{"secret": secret, **known})


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
    events: tuple[str, ...],
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


def _own(visit: Visit) -> list[OwnAddress]:
    """The addresses that the employee set."""
    addresses, mailbox = visit.services.own_addresses, _mailbox(visit)
    who = mailbox and addresses.person(visit.user.company_id, mailbox)
    return addresses.of(who) if who else []


def _routes(path: str) -> list[Route]:
    return [
        Route(path, page(show_notify, role="administrator"), methods=["GET"]),
        Route(path, page(add, role="administrator"), methods=["POST"]),
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

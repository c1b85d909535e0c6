"""Logging in and out, and the one-time link with which an account begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import Route

from storage.accounts.sessions import LoginRefused
from storage.actor import Actor, User
from storage.errors import ConfigError, NotFound, Refused
from storage.office import Company, Office, make_part
from web.errors import FormError
from web.guard import address_of, forget_session, keep_session, visitor, within
from web.http.cookies import session_token
from web.http.devices import device_in, keep_device
from web.language.telling import Mistakes
from web.language.timezones import USUAL, zones
from web.visit import Guest, Visit, open_page, page


@dataclass(frozen=True)
class Entry:
    """A session that has just begun, and the secret by which its browser is known."""

    token: str
    device: str


_SETUP_FIELDS: Final = ("company.name", "company.timezone", "name", "login", "password")


def show_login(guest: Guest) -> Response:
    """The form; a user who has logged in goes on."""
    wanted = within(guest.query.get("next", ""))
    if visitor(guest.request, guest.services):
        return guest.redirect(wanted)
    return guest.render("login.html", next=wanted, login=guest.query.get("login", ""), problem="")


def log_in(guest: Guest) -> Response:
    """A new session, or the form again with one sentence that tells nobody whose logins exist."""
    login, wanted = str(guest.form.get("login", "")), within(str(guest.form.get("next", "")))
    try:
        entry = _begin_session(guest, login, str(guest.form.get("password", "")))
    except LoginRefused as refused:
        wait = refused.retry_after
        problem = (
            guest.text("Too many attempts. Try again in %(seconds)s s.", seconds=wait)
            if wait
            else guest.text("The login or the password is wrong.")
        )
        response = guest.render(
            "login.html", 429 if wait else 422, next=wanted, login=login, problem=problem
        )
        if wait:
            response.headers["Retry-After"] = str(wait)
        return response
    return _let_in(guest, entry, guest.redirect(wanted))


def log_out(visit: Visit) -> Response:
    """End this session."""
    _end_session(visit)
    response = visit.redirect("/login")
    forget_session(visit.request, response)
    return response


def show_setup(guest: Guest) -> Response:
    """What a one-time link leads to: the choice of a login and a password."""
    key = guest.query.get("key", "")
    return _setup_form(guest, key, status=200, wrong={})


def set_up(guest: Guest) -> Response:
    """Make the account, or set the new password, and log in."""
    key = str(guest.form.get("key", ""))
    login, password = str(guest.form.get("login", "")), str(guest.form.get("password", ""))
    if password != str(guest.form.get("again", "")):
        differ = guest.text("The two passwords differ.")
        return _setup_form(guest, key, status=422, wrong={"again": [differ]})
    try:
        invitation = guest.services.invitations.look(key)
        of_nobody = invitation.user is None and invitation.company_id is None
        user = guest.services.invitations.accept(
            key,
            login=login,
            name=str(guest.form.get("name", "")),
            password=password,
            address=address_of(guest.request),
            company_id=_company(guest, login) if of_nobody else None,
        )
    except Refused as error:
        return _setup_form(
            guest, key, status=422, wrong=guest.mistakes(error.problems, "", _SETUP_FIELDS)
        )
    except NotFound:
        return _setup_form(guest, key, status=404, wrong={})
    return _log_in_newcomer(guest, user, password)


def _log_in_newcomer(guest: Guest, user: User, password: str) -> Response:
    """Go on with the password that was just chosen, or to the form that takes it."""
    try:
        entry = _begin_session(guest, user.login, password)
    except LoginRefused:
        address = f"/login?login={quote(user.login)}"
        return guest.redirect(address, guest.text("The password is set. Log in now."))
    welcome = guest.redirect("/messages", guest.text("Welcome, %(name)s.", name=user.name))
    return _let_in(guest, entry, welcome)


def _setup_form(guest: Guest, key: str, *, status: int, wrong: Mistakes) -> Response:
    try:
        invitation = guest.services.invitations.look(key)
    except NotFound:
        return guest.render("setup.html", 404, invitation=None, key="", wrong={}, typed={})
    fields = ("login", "name", "company", "timezone")
    typed = {name: str(guest.form.get(name, "")) for name in fields}
    site = guest.services.offices.snapshot().offices.get(invitation.company_id or "")
    response = guest.render(
        "setup.html",
        status,
        invitation=invitation,
        company_name=site.office.company.name if site else "",
        key=key,
        wrong=wrong,
        typed=typed,
        zones=zones(guest.language, typed["timezone"]),
        usual_zone=USUAL[guest.language],
    )
    # The key goes nowhere; without any referrer, browsers would not tell where the form is from.
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _company(guest: Guest, login: str) -> str:
    """The id of the company that the first administrator names; it is made if need be.

    Raises Refused for a name or a time zone that is none.
    """
    timezone = str(guest.form.get("timezone", "")) or USUAL[guest.language]
    if not timezone:
        raise FormError("choose-time-zone", "company.timezone")
    name = str(guest.form.get("company", ""))
    try:
        company = make_part(Company, name=name, language=guest.language, timezone=timezone)
    except ConfigError as error:
        raise ConfigError.of(problem.under("company") for problem in error.problems) from error
    offices = guest.services.offices
    if company.name not in offices.names():
        by = Actor(login, via="page", address=address_of(guest.request))
        offices.apply(Office(company=company), by=by)
    return offices.site(company.name).company_id


def _begin_session(guest: Guest, login: str, password: str) -> Entry:
    """Raises LoginRefused."""
    sessions = guest.services.sessions
    device = sessions.device_of(device_in(guest.request))
    _, token = sessions.log_in(
        login,
        password,
        address=address_of(guest.request),
        agent=guest.request.headers.get("user-agent", ""),
        device=device,
    )
    return Entry(token, device)


def _let_in(guest: Guest, entry: Entry, response: Response) -> Response:
    """The response, which gives the browser the new session for the one that it came with."""
    _end_session(guest)
    keep_session(guest.request, response, entry.token)
    keep_device(guest.request, response, entry.device)
    return response


def _end_session(guest: Guest) -> None:
    """End the session that the browser came with."""
    token = session_token(guest.request)
    if token:
        guest.services.sessions.end(token)


def go_to_messages(visit: Visit) -> Response:
    """The page begins with the messages."""
    return visit.redirect("/messages")


routes = [
    Route("/", page(go_to_messages)),
    Route("/login", open_page(show_login), methods=["GET"]),
    Route("/login", open_page(log_in), methods=["POST"]),
    Route("/logout", page(log_out), methods=["POST"]),
    Route("/setup", open_page(show_setup), methods=["GET"]),
    Route("/setup", open_page(set_up), methods=["POST"]),
]

"""Accounts: who may log in, with which role and numbers, and how they get in the first time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from storage.accounts.invitations import LINK_HOURS
from storage.accounts.rules import check_extensions, check_way_in, wants_password
from storage.actor import Role, User
from storage.errors import AccountError, Refused
from web.forms import confirming
from web.forms.fields import typed
from web.forms.office_changes import fingerprint, form_status, refuse_if_changed
from web.http.hosts import own_address
from web.language.telling import Mistakes
from web.language.texts import LANGUAGES, Language
from web.visit import Visit, page

_FIELDS: Final = ("login", "name", "role", "extensions", "language", "password")
_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
"""None that is taken for another one when it is read out."""


@dataclass(frozen=True)
class Account:
    """What the form of an account holds."""

    login: str = ""
    name: str = ""
    role: Role = "employee"
    extensions: tuple[str, ...] = ()
    language: Language | None = None
    way_in: str = "link"
    password: str = ""


def show_users(visit: Visit) -> Response:
    """The accounts of the company."""
    search = visit.query.get("search", "")
    users = visit.services.users.of_company(visit.user.company_id, search=search)
    invited = visit.services.users.invited(visit.user.company_id)
    return visit.render("users/list.html", users=users, invited=invited, search=search)


def ask_new_user(visit: Visit) -> Response:
    """The form of a new account; for an employee's, their name and number stand there already."""
    extension = visit.query.get("extension", "")
    employee = visit.office.employees.get(extension)
    account = Account()
    if employee is not None:
        account = Account(name=employee.name, login=extension, extensions=(extension,))
    return _new_form(visit, account)


def add_user(visit: Visit) -> Response:
    """Make an account, and show its one-time link; with a password chosen, go to the list."""
    account = _account_in(visit)
    password = account.password if account.way_in == "password" else None
    if why := confirming.refusal(visit):
        return _new_form(visit, account, {"current": [why]})
    try:
        check_extensions(account.extensions, visit.office.employees)
        user = visit.services.users.add(
            company_id=visit.user.company_id,
            login=account.login,
            name=account.name,
            role=account.role,
            extensions=account.extensions,
            language=account.language,
            password=password,
            must_change_password=password is not None,
            by=visit.actor,
        )
    except Refused as error:
        return _new_form(visit, account, visit.mistakes(error.problems, "", _FIELDS))
    if password is None:
        return _show_link(visit, user)
    return visit.redirect("/users", visit.text("Account made: %(name)s.", name=user.name))


def show_user(visit: Visit) -> Response:
    """The form of an account."""
    return _form(visit, _user(visit))


def change_user(visit: Visit) -> Response:
    """Change an account: its name, role, numbers and language.

    Who makes somebody an administrator, or changes what somebody logs in with, is asked for the
    present password.
    """
    user, account = _user(visit), _account_in(visit)
    if wants_password(user, role=account.role, login=account.login) and (
        why := confirming.refusal(visit, "raising")
    ):
        return _form(visit, user, account, {"raising": [why]})
    try:
        check_extensions(account.extensions, visit.office.employees, user.bound)
        visit.services.users.change(
            user.id,
            company_id=visit.user.company_id,
            login=account.login,
            name=account.name,
            role=account.role,
            extensions=account.extensions,
            language=account.language,
            by=visit.actor,
            expect=lambda there: refuse_if_changed(visit, _account(there)),
        )
    except Refused as error:
        wrong = visit.mistakes(error.problems, "", _FIELDS)
        return _form(visit, user, account, wrong, form_status(error))
    return visit.redirect("/users", visit.text("Saved: %(name)s.", name=account.name))


def make_link(visit: Visit) -> Response:
    """A new one-time link, with which the user chooses a password."""
    user = _user(visit)
    if refused := _refusal(visit, user):
        return refused
    return _show_link(visit, user)


def make_password(visit: Visit) -> Response:
    """A new password that is shown once, and that the user has to change."""
    user, password = _user(visit), _new_password()
    if refused := _refusal(visit, user):
        return refused
    visit.services.users.set_password(
        user.id,
        password,
        company_id=visit.user.company_id,
        must_change=True,
        by=visit.actor,
    )
    return visit.render("users/secret.html", account=user, password=password, link="")


def disable_user(visit: Visit) -> Response:
    """Keep the user out, and end the sessions there are."""
    user = _user(visit)
    try:
        visit.services.users.disable(user.id, company_id=visit.user.company_id, by=visit.actor)
    except Refused as error:
        return _form(visit, user, wrong=visit.mistakes(error.problems, "", _FIELDS))
    return _back(visit, user, visit.text("Disabled: %(name)s.", name=user.name))


def enable_user(visit: Visit) -> Response:
    """Let the user in again; who does so is asked for the present password."""
    user = _user(visit)
    if why := confirming.refusal(visit, "enabling"):
        return _form(visit, user, wrong={"enabling": [why]})
    visit.services.users.enable(user.id, company_id=visit.user.company_id, by=visit.actor)
    return _back(visit, user, visit.text("Enabled: %(name)s.", name=user.name))


def ask_remove_user(visit: Visit) -> Response:
    """The question before an account is removed."""
    return visit.render("users/remove.html", account=_user(visit))


def remove_user(visit: Visit) -> Response:
    """Remove an account; the messages stay."""
    user = _user(visit)
    try:
        visit.services.users.remove(user.id, company_id=visit.user.company_id, by=visit.actor)
    except Refused as error:
        return _form(visit, user, wrong=visit.mistakes(error.problems, "", _FIELDS))
    return visit.redirect("/users", visit.text("Removed: %(name)s.", name=user.name))


def go_to_user(visit: Visit) -> Response:
    """The address of what was shown once leads back to the account."""
    return visit.redirect(f"/users/{_user(visit).id}")


def _user(visit: Visit) -> User:
    """The user that the address names. NotFound also for another company's."""
    return visit.services.users.get(visit.path["id"], company_id=visit.user.company_id)


def _refusal(visit: Visit, user: User) -> Response | None:
    """The page that says why the visitor may not give the user another way in, if that is so."""
    try:
        check_way_in(user.id, visit.actor)
    except AccountError as error:
        return _form(visit, user, wrong=visit.mistakes(error.problems, "", _FIELDS))
    why = confirming.refusal(visit)
    return _form(visit, user, refused=why) if why else None


def _account(user: User) -> Account:
    """What the form of an account that there is holds."""
    return Account(
        login=user.login,
        name=user.name,
        role=user.role,
        extensions=user.bound,
        language=user.language,
    )


def _account_in(visit: Visit) -> Account:
    fields = typed(visit.form)
    language = fields.get("language", "")
    return Account(
        login=fields.get("login", ""),
        name=fields.get("name", ""),
        role="administrator" if fields.get("role") == "administrator" else "employee",
        extensions=tuple(str(one) for one in visit.form.getlist("extensions")),
        language=next((one for one in LANGUAGES if one == language), None),
        way_in=fields.get("way_in", "link"),
        password=str(visit.form.get("password", "")),
    )


def _new_form(visit: Visit, account: Account, wrong: Mistakes | None = None) -> Response:
    return visit.render("users/new.html", 422 if wrong else 200, account=account, wrong=wrong or {})


def _form(
    visit: Visit,
    user: User,
    account: Account | None = None,
    wrong: Mistakes | None = None,
    status: int = 422,
    refused: str = "",
) -> Response:
    return visit.render(
        "users/edit.html",
        status if wrong or refused else 200,
        account=account or _account(user),
        person=user,
        seen=fingerprint(_account(user)),
        wrong=wrong or {},
        refused=refused,
    )


def _show_link(visit: Visit, user: User) -> Response:
    secret = visit.services.invitations.make(
        user.company_id, role=user.role, hours=LINK_HOURS, user_id=user.id, by=visit.actor
    )
    link = f"{own_address(visit.request, visit.services.hosts)}/setup?key={secret}"
    return visit.render("users/secret.html", account=user, link=link, password="", hours=LINK_HOURS)


def _new_password() -> str:
    """Eighty bits of chance, in groups that can be read out over the phone."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def _back(visit: Visit, user: User, notice: str) -> Response:
    return visit.redirect(f"/users/{user.id}", notice)


routes = [
    Route("/users", page(show_users, role="administrator"), methods=["GET"]),
    Route("/users/new", page(ask_new_user, role="administrator"), methods=["GET"]),
    Route("/users/new", page(add_user, role="administrator"), methods=["POST"]),
    Route("/users/{id}", page(show_user, role="administrator"), methods=["GET"]),
    Route("/users/{id}", page(change_user, role="administrator"), methods=["POST"]),
    Route("/users/{id}/link", page(go_to_user, role="administrator"), methods=["GET"]),
    Route("/users/{id}/link", page(make_link, role="administrator"), methods=["POST"]),
    Route("/users/{id}/password", page(go_to_user, role="administrator"), methods=["GET"]),
    Route("/users/{id}/password", page(make_password, role="administrator"), methods=["POST"]),
    Route("/users/{id}/disable", page(go_to_user, role="administrator"), methods=["GET"]),
    Route("/users/{id}/disable", page(disable_user, role="administrator"), methods=["POST"]),
    Route("/users/{id}/enable", page(enable_user, role="administrator"), methods=["POST"]),
    Route("/users/{id}/remove", page(ask_remove_user, role="administrator"), methods=["GET"]),
    Route("/users/{id}/remove", page(remove_user, role="administrator"), methods=["POST"]),
]

"""`voicepost users`: who may log in to the page, as what, and with which numbers."""

from __future__ import annotations

import sys
from typing import Literal

import click

from commands import tokens
from commands.context import App
from commands.terminal.office_options import company_option, json_option
from commands.terminal.tables import print_json, print_table
from storage.accounts.invitations import LINK_HOURS
from storage.accounts.users import Unchanged
from storage.actor import Person, Role, User
from storage.database.account_tables import Language
from storage.toml import BYTE_ORDER_MARK

_LANGUAGES: dict[str | None, Language | Unchanged | None] = {
    None: Unchanged.UNCHANGED,
    "company": None,
    "ru": "ru",
    "en": "en",
}
_ROLE = click.Choice(["administrator", "employee"])
_extension_option = click.option(
    "--extension",
    "extensions",
    multiple=True,
    help="An extension whose messages an employee sees; repeatable.",
)
_stdin_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)


@click.group()
def group() -> None:
    """Add, list, change and remove the users of the page."""


@group.command()
@click.argument("login")
@click.option("--name", help="The person's name.  [default: the login]")
@click.option("--role", type=_ROLE, required=True, help="What is open to the user.")
@_extension_option
@click.option("--language", type=click.Choice(["ru", "en"]), help="[default: the company's]")
@_stdin_option
@click.option("--link", is_flag=True, help="Print a one-time link to choose a password by.")
@company_option
@click.pass_obj
def add(
    app: App,
    *,
    login: str,
    name: str | None,
    role: Role,
    extensions: tuple[str, ...],
    language: Language | None,
    password_stdin: bool,
    link: bool,
    company: str | None,
) -> None:
    """Add a user. Without --link or --password-stdin the password is asked for."""
    if link and password_stdin:
        raise click.UsageError("give either --link or --password-stdin")
    company_id = app.offices.site(company).company_id
    user = app.users.add(
        company_id=company_id,
        login=login,
        name=name or login,
        role=role,
        extensions=extensions,
        password=None if link else _password(from_stdin=password_stdin),
        language=language,
        by=app.actor,
    )
    if link:
        _print_link(app, user)


@group.command("list")
@click.option("--search", default="", help="Part of a name, a login or an extension.")
@company_option
@json_option
@click.pass_obj
def list_command(app: App, search: str, company: str | None, as_json: bool) -> None:
    """List the users, those of all companies unless one is named."""
    company_id = None if company is None else app.offices.site(company).company_id
    users = app.users.of_company(company_id, search)
    invited = app.users.invited(company_id)
    if as_json:
        print_json([_as_json(app, user, invited) for user in users])
        return
    print_table(
        ("LOGIN", "NAME", "COMPANY", "ROLE", "EXTENSIONS", "STATE", "LAST LOGIN"),
        (
            (
                user.login,
                user.name,
                _company_of(app, user),
                user.role,
                ", ".join((*user.extensions, *map(_had, user.former))),
                _state(user, invited),
                _last_login(user),
            )
            for user in users
        ),
    )


@group.command()
@click.argument("login")
@json_option
@click.pass_obj
def show(app: App, login: str, as_json: bool) -> None:
    """Show a user."""
    user = app.users.find(login)
    invited = app.users.invited(user.company_id)
    if as_json:
        print_json(_as_json(app, user, invited))
        return
    print_table(
        ("SETTING", "VALUE"),
        (
            ("login", user.login),
            ("name", user.name),
            ("company", _company_of(app, user)),
            ("role", user.role),
            ("extensions", ", ".join((*user.extensions, *map(_had, user.former)))),
            ("language", user.language or "the company's"),
            ("state", _state(user, invited)),
            ("last login", _last_login(user)),
        ),
    )


@group.command("set")
@click.argument("login")
@click.option("--login", "new_login", metavar="LOGIN", help="Another login.")
@click.option("--name", help="The person's name.")
@click.option("--role", type=_ROLE, help="What is open to the user.")
@_extension_option
@click.option("--no-extensions", is_flag=True, help="Take all extensions away.")
@click.option("--language", type=click.Choice(["ru", "en", "company"]), help="Of the page.")
@click.pass_obj
def set_command(
    app: App,
    *,
    login: str,
    new_login: str | None,
    name: str | None,
    role: Role | None,
    extensions: tuple[str, ...],
    no_extensions: bool,
    language: str | None,
) -> None:
    """Change a user. The extensions given take the place of those before."""
    if extensions and no_extensions:
        raise click.UsageError("give either --extension or --no-extensions")
    user = app.users.find(login)
    app.users.change(
        user.id,
        login=new_login,
        name=name,
        role=role,
        extensions=extensions if extensions or no_extensions else None,
        language=_LANGUAGES[language],
        by=app.actor,
    )


@group.command()
@click.argument("login")
@_stdin_option
@click.option("--must-change", is_flag=True, help="Have the user choose another at the next login.")
@click.pass_obj
def password(app: App, login: str, password_stdin: bool, must_change: bool) -> None:
    """Give a user another password, end the sessions there are, and revoke the API tokens."""
    user = app.users.find(login)
    new = _password(from_stdin=password_stdin)
    app.users.set_password(user.id, new, must_change=must_change, by=app.actor)


@group.command()
@click.argument("login")
@click.pass_obj
def disable(app: App, login: str) -> None:
    """Let a user in no more, until enabled again."""
    app.users.disable(app.users.find(login).id, by=app.actor)


@group.command()
@click.argument("login")
@click.pass_obj
def enable(app: App, login: str) -> None:
    """Let a user in again."""
    app.users.enable(app.users.find(login).id, by=app.actor)


@group.command()
@click.argument("login")
@click.confirmation_option(prompt="Remove this user?")
@click.pass_obj
def remove(app: App, login: str) -> None:
    """Remove a user. Messages, and what the audit log tells, stay."""
    app.users.remove(app.users.find(login).id, by=app.actor)


@group.command()
@click.argument("login")
@click.option("--hours", default=LINK_HOURS, show_default=True, help="How long it can be used.")
@click.pass_obj
def link(app: App, login: str, hours: int) -> None:
    """Print a one-time link by which a user chooses a password. Earlier ones are void.

    When it is used, the user's sessions end, and the API tokens are revoked.
    """
    _print_link(app, app.users.find(login), hours)


for command in (tokens.list_command, tokens.add, tokens.revoke):
    group.add_command(command)


def _print_link(app: App, user: User, hours: int = LINK_HOURS) -> None:
    secret = app.invitations.make(user.company_id, user_id=user.id, hours=hours, by=app.actor)
    click.echo(f"{app.settings.web_url}/setup?key={secret}")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        line = sys.stdin.readline().removeprefix(BYTE_ORDER_MARK).rstrip("\r\n")
        if not line:
            raise click.ClickException("standard input has no password")
        return line
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return answer


def _as_json(app: App, user: User, invited: frozenset[str]) -> dict[str, object]:
    return {
        "id": user.id,
        "login": user.login,
        "name": user.name,
        "company": _company_of(app, user),
        "role": user.role,
        "extensions": list(user.extensions),
        "former": [{"id": p.id, "extension": p.extension, "name": p.name} for p in user.former],
        "language": user.language,
        "state": _state(user, invited),
        "must_change_password": user.must_change_password,
        "created_at": user.created_at.isoformat(timespec="seconds"),
        "logged_in_at": user.logged_in_at and user.logged_in_at.isoformat(timespec="seconds"),
    }


def _had(person: Person) -> str:
    """A former employee who is bound to an account."""
    return f"({person.name or 'somebody'} had {person.extension})"


def _company_of(app: App, user: User) -> str:
    site = app.offices.snapshot().offices.get(user.company_id)
    return site.office.company.name if site else ""


def _state(user: User, invited: frozenset[str]) -> Literal["active", "disabled", "invited"]:
    if user.is_disabled:
        return "disabled"
    return "invited" if user.id in invited else "active"


def _last_login(user: User) -> str:
    return "never" if user.logged_in_at is None else f"{user.logged_in_at:%Y-%m-%d %H:%M} UTC"

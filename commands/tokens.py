"""`voicepost users token …`: the API tokens of a user, by which scripts come in."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from commands.context import App
from commands.terminal.office_options import json_option
from commands.terminal.tables import print_json, print_table
from storage.accounts.tokens import ApiToken
from storage.errors import NotFound


@click.command("tokens")
@click.argument("login")
@json_option
@click.pass_obj
def list_command(app: App, login: str, as_json: bool) -> None:
    """List a user's API tokens, the newest first; those that ended lately too."""
    tokens, now = app.tokens.of_user(app.users.find(login).id), datetime.now(UTC)
    if as_json:
        print_json([_as_json(token) for token in tokens])
        return
    print_table(
        ("ID", "NAME", "MAY", "MADE", "LAST USED", "VALID UNTIL", "STATE"),
        (
            (
                token.id,
                token.name,
                "only read" if token.read_only else "do everything",
                _day(token.created_at),
                _day(token.used_at) if token.used_at else "not yet",
                _day(token.expires_at),
                _state(token, now),
            )
            for token in tokens
        ),
    )


@click.command("token")
@click.argument("login")
@click.option("--name", required=True, help="What the token is for.")
@click.option("--days", type=int, help="How long it lasts.  [default: web.token_days]")
@click.option("--read-only", is_flag=True, help="Only let it read and listen.")
@click.pass_obj
def add(app: App, login: str, name: str, days: int | None, read_only: bool) -> None:
    """Make an API token for a user, and print it: it cannot be shown again."""
    user = app.users.find(login)
    token, secret = app.tokens.make(user.id, name, days, read_only=read_only, by=app.actor)
    click.echo(secret)
    click.echo(f"It is valid until {_day(token.expires_at)}.", err=True)


@click.command()
@click.argument("login")
@click.argument("token", required=False)
@click.option("--all", "is_all", is_flag=True, help="Revoke all of the user's tokens.")
@click.pass_obj
def revoke(app: App, login: str, token: str | None, is_all: bool) -> None:
    """Make an API token of a user worthless. TOKEN is its id, or the beginning of it."""
    if is_all == (token is not None):
        raise click.UsageError("give either a token's id or --all")
    user = app.users.find(login)
    if token is None:
        app.tokens.revoke_all(user.id, by=app.actor)
        return
    found = [one.id for one in app.tokens.of_user(user.id) if one.id.startswith(token.lower())]
    if len(found) > 1:
        raise click.ClickException("several tokens have ids that begin like that")
    if not found or not token:
        raise NotFound("no-such-token")
    app.tokens.revoke(user.id, found[0], by=app.actor)


def _state(token: ApiToken, now: datetime) -> str:
    left = token.days_left(now)
    if left < 0:
        return "ended"
    return f"ends within {left + 1} days" if token.ends_soon(now) else "valid"


def _day(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"


def _as_json(token: ApiToken) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "created_at": token.created_at.isoformat(timespec="seconds"),
        "used_at": token.used_at and token.used_at.isoformat(timespec="seconds"),
        "expires_at": token.expires_at.isoformat(timespec="seconds"),
        "read_only": token.read_only,
    }

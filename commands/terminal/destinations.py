"""Destinations of notifications on the command line: the same for employees and the company."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from typing import Any, TypeVar, get_args

import click

from commands.terminal.tables import print_json
from storage.errors import NotFound
from storage.office import as_data
from storage.office.file import make_part
from storage.office.notify import (
    AnyDestination,
    Attach,
    Destinations,
    Event,
    MailDestination,
    WebhookDestination,
)

Command = TypeVar("Command", bound=Callable[..., Any])
Edit = Callable[[Destinations | None], Destinations | None]


def destination_options(command: Command) -> Command:
    """What adds, changes or removes one destination; without any of it, they are listed."""
    for option in reversed(
        (
            click.option("--mail", metavar="ADDRESS", help="Tell this mail address."),
            click.option("--webhook", metavar="URL", help="Tell this webhook."),
            click.option(
                "--secret", help="Signs what the webhook gets: whsec_…  [new: one is made]"
            ),
            click.option(
                "--attach",
                type=click.Choice(get_args(Attach)),
                help="The recording comes along.  [new: none]",
            ),
            click.option(
                "--attach-up-to", type=int, metavar="BYTES", help="Above that the link alone."
            ),
            click.option(
                "--event",
                "events",
                multiple=True,
                type=click.Choice(get_args(Event)),
                help="What is told; repeatable.  [new: message.kept]",
            ),
            click.option("--remove", metavar="ADDRESS", help="Tell this address or URL no more."),
        )
    ):
        command = option(command)
    return command


def edit_of(
    mail: str | None,
    webhook: str | None,
    remove: str | None,
    *,
    secret: str | None,
    events: tuple[Event, ...],
    **fields: object,
) -> Edit | None:
    """The change that the options ask for; None where they ask for none. UsageError."""
    if sum(each is not None for each in (mail, webhook, remove)) > 1:
        raise click.UsageError("one of --mail, --webhook and --remove at a time")
    if remove is not None:
        return lambda there: _without(there, remove)
    given = {key: value for key, value in fields.items() if value is not None}
    if events:
        given["events"] = events
    if mail is not None:
        return lambda there: _with(there, MailDestination, mail, "mail", given)
    if webhook is not None:
        if secret is not None:
            given["secret"] = secret
        return lambda there: _with(there, WebhookDestination, webhook, "webhook", given)
    if given or secret:
        raise click.UsageError("say whom: --mail ADDRESS or --webhook URL")
    return None


def _with(
    there: Destinations | None,
    kind: type[MailDestination | WebhookDestination],
    address: str,
    name: str,
    given: dict[str, object],
) -> Destinations:
    before = next((each for each in there or () if each.address == address), None)
    if before is None and kind is WebhookDestination and "secret" not in given:
        given = {**given, "secret": _new_secret()}
        click.echo(f"secret: {given['secret']}")  # here once, and never again
    known = before.model_dump(exclude_unset=True) if isinstance(before, kind) else {}
    made = make_part(kind, **{name: address, **known, **given})
    others = tuple(each for each in there or () if each.key != made.key)
    return (*others, made)


def _without(there: Destinations | None, address: str) -> Destinations | None:
    left = tuple(each for each in there or () if each.address != address)
    if len(left) == len(there or ()):
        known = ", ".join(each.address for each in there or ()) or "none yet"
        raise NotFound("no-entry", kind="destination", name=address, known=known)
    return left or None


def _new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def print_destinations(there: Destinations | None, *, as_json: bool) -> None:
    """Who is told."""
    if as_json:
        print_json([as_data(each) for each in there or ()])
        return
    for each in there or ():
        click.echo(f"{each.kind:8} {each.address}  {_details(each)}")


def _details(each: AnyDestination) -> str:
    attached = f", attach {each.attach}" if isinstance(each, MailDestination) else ""
    return f"{', '.join(each.events)}{attached}"

"""Destinations of notifications on the command line: the same for employees and the company."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar, get_args

import click

from commands.context import App
from commands.terminal.destination_times import TIME_OPTIONS, times_given, times_in_words
from commands.terminal.office_options import change
from commands.terminal.tables import print_json
from storage.notifications.own_address import OwnAddress
from storage.office import Office, as_data, make_part
from storage.office.edit import entry
from storage.office.notify import (
    ATTACH_UP_TO,
    AnyDestination,
    Attach,
    ChatDestination,
    Destination,
    Event,
    Kind,
    MailDestination,
    OnceSent,
    WebhookDestination,
)
from storage.office.told import (
    destination_at,
    new_secret,
    told,
    with_destination,
    without_destination,
)
from storage.words.mail_addresses import as_written

_GOES_WITH: Final[dict[str, tuple[Kind, ...]]] = {
    **dict.fromkeys(("attach", "daily"), ("mail", "chat")),
    **dict.fromkeys(("attach_up_to", "once_sent"), ("mail",)),
    **dict.fromkeys(("secret", "old_secret", "no_old_secret"), ("webhook",)),
}
"""The options that not every kind of destination has."""

Command = TypeVar("Command", bound=Callable[..., Any])


def destination_options(command: Command) -> Command:
    """What adds, changes or removes one destination; without any of it, they are listed."""
    for option in reversed(
        (
            click.option("--mail", metavar="ADDRESS", help="Tell this mail address."),
            click.option("--webhook", metavar="URL", help="Tell this webhook."),
            click.option("--chat", metavar="URL", help="Tell this chat: tgram://BOT-TOKEN/CHAT, …"),
            click.option(
                "--secret", help="Signs what the webhook gets: whsec_…  [new: one is made]"
            ),
            click.option(
                "--old-secret", help="Signs too, while the receiver changes to a new one."
            ),
            click.option("--no-old-secret", is_flag=True, help="The old one signs no more."),
            click.option(
                "--attach",
                type=click.Choice(get_args(Attach)),
                help="The recording comes along; with --chat none or opus.  [new: none]",
            ),
            click.option(
                "--attach-up-to", type=int, metavar="BYTES", help="Above that the link alone."
            ),
            click.option(
                "--once-sent",
                type=click.Choice(get_args(OnceSent)),
                help="The message, once its recording was taken by the mail server.  [new: keep]",
            ),
            click.option(
                "--event",
                "events",
                multiple=True,
                type=click.Choice(get_args(Event)),
                help="What is told; repeatable.  [new: message.kept]",
            ),
            *TIME_OPTIONS,
            click.option("--remove", metavar="ADDRESS", help="Tell this address or URL no more."),
            click.option(
                "--reminder", is_flag=True, help="With --remove: only do not remind it any more."
            ),
        )
    ):
        command = option(command)
    return command


def list_or_change(
    app: App,
    company: str | None,
    mailbox: str,
    *,
    as_json: bool,
    own: Sequence[OwnAddress] = (),
    mail: str | None,
    webhook: str | None,
    chat: str | None,
    remove: str | None,
    reminder: bool,
    **fields: object,
) -> None:
    """Do what the options ask for with who is told of a mailbox. UsageError.

    ``own`` are addresses that the employee set: they are listed, and no part of the configuration.
    """
    places: dict[Kind, str | None] = {"mail": mail, "webhook": webhook, "chat": chat}
    named = [(kind, place) for kind, place in places.items() if place is not None]
    if len(named) + (remove is not None) > 1:
        raise click.UsageError("one of --mail, --webhook, --chat and --remove at a time")
    given = {key: value for key, value in fields.items() if not _is_unsaid(value)}
    if remove is not None:
        if given:
            raise click.UsageError("--remove goes with no other option")
        _remove(app, company, mailbox, remove, True if reminder else None)
    elif reminder:
        raise click.UsageError("--reminder goes with --remove; to remind, --unheard-minutes")
    elif named:
        ((kind, address),) = named
        _refuse_other_kinds(kind, given)
        reminds = "unheard_minutes" in given
        before = destination_at(app.offices.get(company), mailbox, address, reminder=reminds)
        if before is None and kind == "webhook" and "secret" not in given:
            given["secret"] = new_secret()

        def changed(office: Office) -> Office:
            return with_destination(office, mailbox, _made(office, mailbox, kind, address, given))

        change(app, company, changed)
        if fields.get("secret") is None and "secret" in given:
            click.echo(f"secret: {given['secret']}")  # here once, and never again
    elif given:
        raise click.UsageError("say whom: --mail ADDRESS, --webhook URL or --chat URL")
    else:
        _print(told(app.offices.get(company), mailbox), own, as_json=as_json)


def _refuse_other_kinds(kind: Kind, given: Mapping[str, object]) -> None:
    for name, kinds in _GOES_WITH.items():
        if name in given and given[name] != "" and kind not in kinds:
            option = f"--{name.replace('_', '-')}"
            goes_with = " and ".join(f"--{each}" for each in kinds)
            raise click.ClickException(f"{option} goes with {goes_with}, not with --{kind}")


def _remove(
    app: App, company: str | None, mailbox: str, address: str, reminder: bool | None
) -> None:
    def without(office: Office) -> Office:
        return without_destination(office, mailbox, address, reminder=reminder)

    change(app, company, without)


def _is_unsaid(value: object) -> bool:
    return value is None or value is False or value == ()


def _made(
    office: Office, mailbox: str, kind: Kind, address: str, given: dict[str, object]
) -> Destination:
    reminds = "unheard_minutes" in given
    before = destination_at(office, mailbox, address, reminder=reminds)
    known = before.model_dump(exclude_unset=True) if before else {}
    fields = times_given({kind: address, **known, **given})  # which it was, where told hidden
    if fields.pop("no_old_secret", False):
        if before is None and kind == "webhook":  # else it would be made, with a new secret
            entry({}, address, "destination")
        fields["old_secret"] = None
    if kind == "mail":
        return make_part(MailDestination, **fields)
    if kind == "chat":
        return make_part(ChatDestination, **fields)
    return make_part(WebhookDestination, **fields)


def _print(there: tuple[AnyDestination, ...], own: Sequence[OwnAddress], *, as_json: bool) -> None:
    if as_json:
        theirs = [
            {**as_data(each.destination), "own": True, "confirmed": each.is_confirmed}
            for each in own
        ]
        print_json([*(as_data(each) for each in there), *theirs])
        return
    for each in there:
        click.echo(_in_words(each))
    for one in own:
        state = "own" if one.is_confirmed else "own, not confirmed"
        click.echo(f"{_in_words(one.destination)}  ({state})")


def _in_words(each: AnyDestination) -> str:
    more = ""
    if isinstance(each, MailDestination | ChatDestination):
        more = f", attach {each.attach}"
    if isinstance(each, MailDestination):
        if each.attach_up_to != ATTACH_UP_TO:
            more += f" up to {each.attach_up_to} bytes"
        if each.once_sent != "keep":
            more += f", then {each.once_sent}"
    what = f"{', '.join(each.events)}{more}{times_in_words(each)}"
    return f"{each.kind:8} {as_written(each.address)}  {what}"

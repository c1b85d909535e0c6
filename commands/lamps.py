"""`voicepost lamps`: what phones show of new messages, and which mailbox each has to name."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import click

from commands.context import App
from commands.phone import ari_access
from commands.terminal.office_options import company_option, json_option
from commands.terminal.tables import print_json, print_table
from storage.companies.directory import Directory
from storage.errors import ConfigError
from storage.notifications.lamps import Lamp
from telephony.ari.client import Ari, HttpAri
from telephony.ari.lamps import Naming, any_naming, is_lit, naming
from telephony.errors import AriError, AriUnavailable
from web.language.problems import whole


@dataclass(frozen=True)
class Seen:
    """What Asterisk has: whether the lamp is on, and whether the phone names its mailbox.

    The company's is named by any phone.

    None is what cannot be told.
    """

    lit: bool | None = None
    named: Naming | None = None


@click.group("lamps")
def group() -> None:
    """Lamps of phones: what they show of new messages."""


@group.command("list")
@company_option
@json_option
@click.pass_obj
def list_command(app: App, company: str | None, as_json: bool) -> None:
    """List mailboxes as Asterisk calls them, what is in them, and whether the lamp is on.

    A phone names its mailbox in Asterisk's pjsip.conf: `mailboxes` of its endpoint, for phones that
    are told by themselves, and of its aor, for phones that subscribe.
    """
    company_id = app.offices.site(company).company_id if company else None
    directory = app.offices.snapshot()
    there = [
        lamp
        for lamp in app.lamps.all(directory)
        if lamp.boxes and company_id in (None, lamp.company_id)
    ]
    counts = app.lamps.counts()
    seen = asyncio.run(_look(app, there, directory))
    rows = [(lamp, lamp.count(counts), each) for lamp, each in zip(there, seen, strict=True)]
    if as_json:
        print_json(
            [
                {
                    "mailbox": lamp.mailbox,
                    "company": directory.offices[lamp.company_id].office.company.name,
                    "extension": lamp.extension or None,
                    "with_company": not lamp.extension or len(lamp.boxes) > 1,
                    "new": count.new,
                    "old": count.old,
                    "lit": each.lit,
                    "endpoint": None if each.named is None else each.named.endpoint,
                    "aor": None if each.named is None else each.named.aor,
                }
                for lamp, count, each in rows
            ]
        )
        return
    print_table(
        ("MAILBOX", "WHOSE", "NEW", "OLD", "LAMP", "NAMED BY"),
        (
            (
                lamp.mailbox,
                _whose(lamp, directory),
                count.new,
                count.old,
                {True: "on", False: "off", None: "unknown"}[each.lit],
                _named_by(each.named),
            )
            for lamp, count, each in rows
        ),
    )


async def _look(app: App, lamps: Sequence[Lamp], directory: Directory) -> list[Seen]:
    """What Asterisk has of each; nothing where it cannot be asked."""
    try:
        access = ari_access(app.settings)
        async with HttpAri.connect(access) as ari:
            return [await _seen(ari, lamp, directory) for lamp in lamps]
    except (AriUnavailable, ConfigError) as error:
        why = whole(error) if isinstance(error, ConfigError) else error
        click.echo(f"Warning: what lamps show is not known: {why}", err=True)
        return [Seen() for _ in lamps]


async def _seen(ari: Ari, lamp: Lamp, directory: Directory) -> Seen:
    try:
        lit = await is_lit(ari, lamp.mailbox)
        if not lamp.extension:
            return Seen(lit, await any_naming(ari, lamp.mailbox))
        employee = directory.offices[lamp.company_id].office.employees[lamp.extension]
        return Seen(lit, await naming(ari, employee.endpoint, lamp.mailbox))
    except AriUnavailable:
        raise
    except AriError:  # a module is missing: `voicepost doctor` tells which
        return Seen()


def _whose(lamp: Lamp, directory: Directory) -> str:
    company = directory.offices[lamp.company_id].office.company.name
    if not lamp.extension:
        return company
    return f"{lamp.name} + {company}" if len(lamp.boxes) > 1 else lamp.name


def _named_by(named: Naming | None) -> str:
    if named is None:
        return ""
    both = (("endpoint", named.endpoint), ("aor", named.aor))
    return ", ".join(name for name, is_so in both if is_so) or "nobody"

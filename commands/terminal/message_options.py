"""The options by which commands choose messages."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date, datetime
from typing import Concatenate

import click

from commands.context import App
from storage.intake.intake import Box
from storage.messages.repository import Query

Command = Callable[Concatenate[App, ...], None]
Day = click.DateTime(["%Y-%m-%d"])

_SELECTION: tuple[Callable[[Command], Command], ...] = (
    click.option("--box", type=click.Choice(["company", "employee"]), help="Whose box."),
    click.option(
        "--employee",
        metavar="EXTENSION",
        help="Only messages of who has this extension now, or of the employee of that id.",
    ),
    click.option("--month", metavar="YYYY-MM", help="Only this month's."),
    click.option("--from", "since", type=Day, metavar="YYYY-MM-DD", help="From this day on."),
    click.option("--to", "until", type=Day, metavar="YYYY-MM-DD", help="Up to and with this day."),
    click.option("--search", default="", help="Names and numbers of addressee and caller."),
    click.option("--company", metavar="NAME", help="Only this company's messages."),
    click.option(
        "--limit", type=click.IntRange(1, 1_000_000_000), help="Only so many, the newest."
    ),
    click.option("--trash", is_flag=True, help="Deleted messages instead of the others."),
    click.option("--held", is_flag=True, help="Only those on hold, deleted ones too."),
    click.option("--quiet", is_flag=True, help="Only those kept aside as probably empty."),
)

ANY = Query(limit=None)
"""What is chosen where none of the options is given."""


def selecting(command: Command) -> Command:
    """Give a command the options that choose messages, as one ``query``."""

    def with_query(
        app: App,
        *,
        box: Box | None,
        employee: str | None,
        month: str | None,
        since: datetime | None,
        until: datetime | None,
        search: str,
        company: str | None,
        limit: int | None,
        trash: bool,
        held: bool,
        quiet: bool,
        **others: object,
    ) -> None:
        query = Query(
            company=company,
            box=box,
            employee=employee,
            month=month,
            since=_day(since),
            until=_day(until),
            search=search,
            limit=limit,
            deleted=trash,
            held=held,
            quiet=quiet,
        )
        command(app, query=query, **others)

    functools.update_wrapper(with_query, command)
    for option in reversed(_SELECTION):
        option(with_query)
    return with_query


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None

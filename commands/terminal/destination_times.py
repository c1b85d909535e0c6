"""When a destination is told, on the command line: its options, and how they are printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import click

from storage.office.notify import AnyDestination, daily_of

TIME_OPTIONS: Final = (
    click.option(
        "--daily",
        metavar="HH:MM",
        help='No webhooks: once a day at that time, what is still unheard.  ["": at once]',
    ),
    click.option(
        "--between",
        metavar="HH:MM-HH:MM",
        help='Between these times only; what comes outside of them waits.  ["": always]',
    ),
    click.option(
        "--unheard-minutes",
        type=int,
        metavar="MINUTES",
        help="A reminder beside what is told at once: so long after a message, if it is unheard.",
    ),
    click.option(
        "--most-per-hour",
        type=int,
        metavar="N",
        help="What is more is told of together.  [new: 60, with --webhook any; 0: as new]",
    ),
)


def times_given(fields: Mapping[str, object]) -> dict[str, object]:
    """A destination's fields, in which "" and 0 stand for what a new one has."""
    usual = {"daily": "", "between": "", "most_per_hour": 0}
    return {
        name: value for name, value in fields.items() if name not in usual or value != usual[name]
    }


def times_in_words(destination: AnyDestination) -> str:
    """``, daily at 08:00``, and the like; "" for one that is told at once, always."""
    usual = type(destination).model_fields["most_per_hour"].default
    parts = (
        (daily_of(destination), "daily at {}"),
        (destination.between, "between {}"),
        (destination.unheard_minutes, "if unheard after {} min"),
        (None if destination.most_per_hour == usual else destination.most_per_hour, "{} an hour"),
    )
    return "".join(f", {words.format(value)}" for value, words in parts if value is not None)

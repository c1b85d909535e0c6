"""What the commands that show and change an office have in common."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from commands.context import App
from storage.errors import NotFound
from storage.office import Office, check
from storage.office.actions import Part
from storage.office.values import shown

Command = TypeVar("Command", bound=Callable[..., Any])
Value = TypeVar("Value")
P = TypeVar("P", bound=Part)


def company_option(command: Command) -> Command:
    """`--company NAME`, needed where there are several."""
    return click.option(
        "--company", metavar="NAME", help="Whose it is; needed only if there are several companies."
    )(command)


def json_option(command: Command) -> Command:
    """`--json`, for other programs to read."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def change(app: App, company: str | None, edit: Callable[[Office], Office]) -> Office:
    """Change an office, from the next call on, and print the warnings the change brought."""
    known = check(app.offices.get(company))
    office = app.offices.edit(company, edit)
    for problem in check(office):
        if problem not in known:
            click.echo(f"Warning: {problem}", err=True)
    return office


def with_fields(part: P, **fields: object) -> P:
    """A part with some fields changed; fields of None stay as they are."""
    return part.model_copy(update={k: v for k, v in fields.items() if v is not None})


def with_entry(entries: Mapping[str, Value], key: str, value: Value) -> dict[str, Value]:
    """A table with one entry added or replaced, in its place."""
    return {**entries, key: value}


def without_entry(entries: Mapping[str, Value], key: str, kind: str) -> dict[str, Value]:
    """A table without one entry; NotFound says what kind of thing is not there."""
    entry(entries, key, kind)
    return {other: value for other, value in entries.items() if other != key}


def entry(entries: Mapping[str, Value], key: str, kind: str) -> Value:
    """An entry of a table; NotFound says what kind of thing is not there."""
    if key not in entries:
        known = ", ".join(entries) or "none yet"
        raise NotFound(f"there is no {kind} “{shown(key)}” (there is: {shown(known, 200)})")
    return entries[key]

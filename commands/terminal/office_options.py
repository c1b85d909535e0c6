"""What the commands that show and change an office have in common."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import click

from commands.context import App
from storage.office import Office
from web.language.problems import sentence

Command = TypeVar("Command", bound=Callable[..., Any])


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
    before = app.offices.site(company)
    known = [*before.problems(), *app.offices.snapshot().contested(before.company_id)]
    office = app.offices.edit(company, edit, by=app.actor)
    contested = app.offices.snapshot().contested(before.company_id)
    for problem in (*replace(before, office=office).problems(), *contested):
        if problem not in known:
            click.echo(f"Warning: {sentence(problem)}", err=True)
    return office


def warn_of_doubts(app: App, prompts: Mapping[str, str | None]) -> None:
    """Print what is doubtful about the sounds of prompts, given by their names as digests."""
    for name, digest in prompts.items():
        for doubt in app.prompts.doubts(digest):
            click.echo(f"Warning: {sentence(doubt.at(f'prompts.{name}'))}", err=True)

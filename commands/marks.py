"""``voicepost messages mark``: messages as heard, or as new again."""

from __future__ import annotations

from typing import get_args

import click

from commands.context import App
from commands.terminal.office_options import json_option
from commands.terminal.tables import counted, print_json
from storage.messages.message import State


@click.command()
@click.argument("message_ids", metavar="ID...", nargs=-1, required=True)
@click.argument("state", type=click.Choice(get_args(State)), metavar="heard|new")
@json_option
@click.pass_obj
def mark(app: App, message_ids: tuple[str, ...], state: State, as_json: bool) -> None:
    """Mark messages as heard, or as new again.

    As with `play`, what is new to an employee who has an account stays so, and so does the lamp
    of their phone: they mark it themselves, on the page.
    """
    wanted = [app.messages.get(message_id).id for message_id in message_ids]
    changed = app.messages.mark(wanted, state, by=app.actor)
    if as_json:
        print_json([message.as_json() for message in app.messages.those(wanted)])
    click.echo(f"{counted(len(changed))} marked as {state}", err=True)
    if others := len(set(wanted)) - len(changed):
        click.echo(f"{counted(others)} {state} already, or kept aside", err=True)

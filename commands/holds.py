"""``voicepost messages hold`` and ``release``: what must not be deleted, by anybody and by time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import click

from commands.context import App
from commands.terminal.message_options import ANY, selecting
from commands.terminal.tables import counted
from storage.messages.repository import Query

TOGETHER = 200
"""Messages changed in one transaction."""


@click.command()
@click.argument("message_ids", metavar="[ID]...", nargs=-1)
@click.option("--reason", required=True, metavar="TEXT", help="Why; it is shown with the message.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
@selecting
def hold(app: App, *, message_ids: tuple[str, ...], query: Query, reason: str, yes: bool) -> None:
    """Keep messages from being deleted: those named, or all that the options choose.

    Nobody can delete a message on hold, and time does not: not out of its box, nor out of the
    trash. What comes in later is not on hold.
    """

    def put(ids: Sequence[str]) -> int:
        return len(app.messages.hold(ids, reason=reason, by=app.actor))

    changed, chosen = _each(app, message_ids, query, "Put {} on hold?", put, yes=yes)
    click.echo(f"{counted(changed)} put on hold", err=True)
    if changed < chosen:
        click.echo(f"{counted(chosen - changed)} on hold already", err=True)


@click.command()
@click.argument("message_ids", metavar="[ID]...", nargs=-1)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
@selecting
def release(app: App, *, message_ids: tuple[str, ...], query: Query, yes: bool) -> None:
    """End the hold of messages: of those named, or of all that the options choose.

    What was in the trash for its time already is then removed for good, within an hour.
    """

    def let_go(ids: Sequence[str]) -> int:
        return len(app.messages.release(ids, by=app.actor))

    if query != ANY:
        query = replace(query, held=True)
    changed, _ = _each(app, message_ids, query, "Release {}?", let_go, yes=yes)
    click.echo(f"{counted(changed)} released", err=True)


def _each(
    app: App,
    message_ids: tuple[str, ...],
    query: Query,
    question: str,
    change: Callable[[Sequence[str]], int],
    *,
    yes: bool,
) -> tuple[int, int]:
    """Change the chosen messages, after the question; how many were changed, and how many chosen.

    Those named are changed all or none.
    """
    if bool(message_ids) == (query != ANY):
        raise click.UsageError("name messages by their ids, or choose them by options")
    if message_ids:
        ids = list(dict.fromkeys(app.messages.get(message_id).id for message_id in message_ids))
        return change(ids), len(ids)
    if not yes:
        click.confirm(question.format(counted(app.messages.count(query))), abort=True, err=True)
    changed = chosen = 0
    for ids in _in_batches(message.id for message in app.messages.each(query)):
        changed += change(ids)
        chosen += len(ids)
    return changed, chosen


def _in_batches(ids: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(ids, TOGETHER)):
        yield batch

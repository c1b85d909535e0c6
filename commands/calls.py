"""`voicepost calls list` and `show`: what happened in calls, from the logs of all roles."""

from __future__ import annotations

import json

import click

from commands.context import App
from commands.observability.call_story import outcome, sentence
from commands.observability.log_reader import CallFiles, Line, NotInLogs
from commands.terminal.tables import print_table
from storage.errors import DatabaseUnavailable, NotFound
from storage.text import escaped, json_text, printable, with_texts
from storage.words.withheld import shown_caller
from telephony import log_events


@click.command("list")
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    help="Only so many, the newest.",
)
@click.option("--json", "as_json", is_flag=True, help="An array of objects, newest first.")
@click.pass_obj
def list_calls(app: App, *, limit: int, as_json: bool) -> None:
    """List the newest calls, as far as the logs go back."""
    rows = [
        _summary(call, lines)
        for call, lines in CallFiles(app.settings.log_folder).newest(limit).items()
    ]
    if as_json:
        told = with_texts(rows, escaped)
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        columns = ("call", "began", "caller", "dialled", "by", "outcome")
        print_table(
            columns, ([printable(_shown(row)[column]) for column in columns] for row in rows)
        )


@click.command()
@click.argument("call_or_message", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="The lines as they are in the logs.")
@click.pass_obj
def show(app: App, call_or_message: str, *, as_json: bool) -> None:
    """Tell one call's story, from the logs of all roles.

    ID is the call's, or that of a message left in it, or the beginning of either.
    """
    files = CallFiles(app.settings.log_folder)
    call = _call_of(app, files, call_or_message.strip())
    lines = files.story(call)
    if as_json:
        for line in lines:
            click.echo(json_text(line.raw))
        return
    click.echo(f"call {printable(call)}, {lines[0].at:%Y-%m-%d}")
    for line in lines:
        click.echo(
            f"{line.at:%H:%M:%S}.{line.at.microsecond // 1000:03}  {line.role:5}  ", nl=False
        )
        click.echo(sentence(line))


def _shown(row: dict[str, str]) -> dict[str, str]:
    """A call as people read it; one that we place has no caller."""
    if not row["dialled"]:
        return row
    return row | {"caller": shown_caller(row["caller"], "").strip()}


def _call_of(app: App, files: CallFiles, wanted: str) -> str:
    try:
        return files.find(wanted)
    except NotInLogs as not_in_logs:
        # The message may say more than its own id: the call in which it was left.
        try:
            call = app.messages.get(wanted).call_id
        except (NotFound, DatabaseUnavailable):
            raise not_in_logs from None
        return files.find(call) if call else _no_call(wanted)


def _no_call(message: str) -> str:
    raise click.ClickException(f"nobody knows in which call the message {message} was left")


def _summary(call: str, lines: list[Line]) -> dict[str, str]:
    first = next(line for line in lines if line.event == log_events.CALL)
    args = first.facts.get("args") or []
    return {
        "call": call,
        "began": f"{first.at:%Y-%m-%d %H:%M:%S}",
        "caller": str(first.facts.get("caller", "")),
        "dialled": str(args[1]) if args[1:] and args[0] in ("call", "agi") else "",
        "by": "fallback" if args[:1] == ["agi"] else "service",
        "outcome": outcome(lines),
    }

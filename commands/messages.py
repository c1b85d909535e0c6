"""``voicepost messages``: find, hear, take away, delete, restore and look after messages."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click

from commands.context import App
from commands.holds import hold, release
from commands.importing import import_messages
from commands.marks import mark
from commands.phone import phone_endpoint, ring_phone
from commands.retention import print_report, tell_done
from commands.terminal.audio_player import play_aloud
from commands.terminal.message_options import selecting
from commands.terminal.progress import progress_bar
from commands.terminal.tables import counted, print_table
from storage.actor import EVERYTHING, Scope
from storage.messages.message import Hold
from storage.messages.quiet import COUNTED
from storage.messages.repository import Message, Query
from storage.text import json_text, printable
from storage.transfer.export import export
from storage.transfer.manifest import CSV_STYLES, CsvStyle
from storage.words.withheld import shown_caller
from web.language.problems import sentence

# As many as one looks through in a terminal, unless --limit says otherwise.
TERMINAL_ROWS = 100
# So many characters of an id are its millisecond, and nearly always enough.
ID_CHARACTERS = 13

COLUMNS = ("id", "received", "company", "box", "addressee", "caller", "length", "state")


@click.group("messages")
def group() -> None:
    """Find, hear and look after voice messages."""


group.add_command(hold)
group.add_command(release)
group.add_command(import_messages)
group.add_command(mark)


@group.command("list")
@click.pass_obj
@selecting
@click.option("--json", "as_json", is_flag=True, help="An array of objects, newest first.")
def list_messages(app: App, *, query: Query, as_json: bool) -> None:
    """List messages, newest first."""
    if as_json:
        _print_array(app.messages.each(query))
        return
    shown = query
    if query.limit is None and sys.stdout.isatty():
        shown = replace(query, limit=TERMINAL_ROWS)
    messages = list(app.messages.each(shown))
    print_table(COLUMNS, map(_row, messages))
    if query == Query(limit=query.limit) and (aside := app.messages.quiet_count(EVERYTHING)):
        more = " or more" if aside >= COUNTED else ""
        click.echo(f"{counted(aside)}{more} kept aside as probably empty: --quiet", err=True)
    if shown is not query and len(messages) == TERMINAL_ROWS:
        click.echo(f"the newest {TERMINAL_ROWS}; --limit shows more", err=True)


@group.command()
@click.argument("message_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="As an object.")
@click.pass_obj
def show(app: App, message_id: str, *, as_json: bool) -> None:
    """Show everything about a message."""
    message = app.messages.get(message_id)
    if as_json:
        click.echo(json_text(json.dumps(message.as_json(), ensure_ascii=False, indent=2)))
        return
    for name, value in (
        ("id", message.id),
        ("box", f"{message.box} ({message.company})"),
        ("addressee", f"{message.addressee_name} {message.addressee_number}"),
        ("caller", shown_caller(message.caller_number, message.caller_name)),
        ("dialled", message.dialled),
        ("received", f"{message.received_at:%Y-%m-%d %H:%M:%S %Z}"),
        ("length", f"{message.duration:.1f} s"),
        ("state", _state(message)),
        *((("incomplete", "something that was said may be missing"),) if message.cut_off else ()),
        *((("hold", _words(message.hold)),) if message.hold else ()),
        ("taken by", message.source),
        ("call", message.call_id),
        ("sha256", message.sha256),
        ("bytes", str(message.size)),
    ):
        click.echo(f"{name + ':':11}{printable(value)}")


@group.command()
@click.argument("message_id", metavar="ID")
@click.option("--speed", type=click.FloatRange(0.5, 4.0), default=1.0, help="2 is twice as fast.")
@click.option("--phone", metavar="EXTENSION", help="Ring this phone and play it there.")
@click.pass_obj
def play(app: App, message_id: str, *, speed: float, phone: str | None) -> None:
    """Play a message through the speaker, or on a phone."""
    if phone and speed != 1.0:
        raise click.UsageError("--speed is for the speaker; a phone plays as recorded")
    message = app.messages.get(message_id)
    if phone:
        words = [message.id]
        if message.company in app.offices.names():
            office = app.offices.get(message.company)
            words += [phone] if phone in office.employees else []
            phone = phone_endpoint(office, phone)
        ring_phone(app.settings, phone, "play-message", *words)
        click.echo(f"ringing {phone}", err=True)
        return
    play_aloud(app.messages.read(message), speed)
    app.messages.listen(message.id, by=app.actor)


@group.command()
@click.argument("message_id", metavar="ID")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to; - is standard output.",
)
@click.pass_obj
def download(app: App, message_id: str, *, out: Path) -> None:
    """Write a message's audio (WAV) to a file."""
    message = app.messages.get(message_id)
    audio = app.messages.read(message)
    app.messages.note_download(message, by=app.actor)
    if str(out) == "-":
        sys.stdout.buffer.write(audio)
        return
    try:
        out.write_bytes(audio)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from error


@group.command("export")
@click.argument("target", type=click.Path(path_type=Path), metavar="DIR|FILE.zip")
@click.option(
    "--csv",
    "style",
    type=click.Choice(CSV_STYLES),
    default="excel",
    show_default=True,
    help="How manifest.csv is written: for spreadsheets, or without a byte-order mark.",
)
@click.pass_obj
@selecting
def export_messages(app: App, *, query: Query, target: Path, style: CsvStyle) -> None:
    """Write recordings and a manifest (CSV and JSON) to a folder or a zip.

    Run again after an interruption, it continues where it stopped.
    """
    with progress_bar("exporting") as progress:
        done = export(app.messages, query, target, progress, style)
    app.messages.note_export(query, done.written + done.skipped, by=app.actor)
    click.echo(f"{done.written} written, {done.skipped} were there already", err=True)
    for problem in done.missing:
        click.echo(f"missing: {sentence(problem)}", err=True)
    if done.missing:
        raise click.ClickException(f"{len(done.missing)} recordings could not be exported")


@group.command()
@click.argument("message_ids", metavar="ID...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(app: App, message_ids: tuple[str, ...], *, yes: bool) -> None:
    """Move messages to the trash; `restore` takes them back."""
    messages = [app.messages.get(message_id) for message_id in message_ids]
    if not yes:
        for message in messages:
            click.echo("  ".join(_row(message)), err=True)
        click.confirm(f"Delete {counted(len(messages))}?", abort=True, err=True)
    deleted = app.messages.delete_many([message.id for message in messages], by=app.actor)
    click.echo(f"{counted(len(deleted))} moved to the trash", err=True)


@group.command()
@click.argument("message_ids", metavar="ID...", nargs=-1, required=True)
@click.pass_obj
def restore(app: App, message_ids: tuple[str, ...]) -> None:
    """Take messages back from the trash."""
    messages = [app.messages.get(message_id) for message_id in message_ids]
    restored = app.messages.restore_many([message.id for message in messages], by=app.actor)
    click.echo(f"{counted(len(restored))} restored", err=True)


@group.command()
@click.argument("message_ids", metavar="ID...", nargs=-1, required=True)
@click.pass_obj
def accept(app: App, message_ids: tuple[str, ...]) -> None:
    """Make ordinary messages of some that were kept aside as probably empty."""
    messages = [app.messages.get(message_id) for message_id in message_ids]
    accepted = app.messages.accept([message.id for message in messages], by=app.actor)
    click.echo(f"{counted(len(accepted))} made ordinary", err=True)
    if others := len({message.id for message in messages}) - len(accepted):
        click.echo(f"{counted(others)} not kept aside", err=True)


@group.command()
@click.option(
    "--older-than", type=click.IntRange(0, 100_000), metavar="DAYS", help="Days in the trash."
)
@click.option("--company", metavar="NAME", help="Only that company's trash.")
@click.option("--dry-run", is_flag=True, help="Only tell what would go.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def purge(
    app: App, *, older_than: int | None, company: str | None, dry_run: bool, yes: bool
) -> None:
    """Remove for good what has been in the trash for long (by default, as the settings say).

    With --older-than 0 the trash is empty then, but for what is on hold.
    """
    days = app.settings.messages.trash_days if older_than is None else older_than
    scope = EVERYTHING if company is None else Scope(app.offices.site(company).company_id)
    if dry_run:
        print_report(app.retention.rehearse_purge(timedelta(days=days), scope))
        return
    if not yes:
        question = f"Remove for good what was deleted {days} days ago or earlier?"
        click.confirm(question, abort=True, err=True)
    tell_done(app.retention.purge(timedelta(days=days), by=app.actor, scope=scope))


def _print_array(messages: Iterator[Message]) -> None:
    """A JSON array, one object a line, while it is read: any number of messages will do."""
    separator = "[\n"
    for message in messages:
        line = json_text(json.dumps(message.as_json(), ensure_ascii=False))
        click.echo(separator + line, nl=False)
        separator = ",\n"
    click.echo("[]" if separator == "[\n" else "\n]")


def _row(message: Message) -> tuple[str, ...]:
    seconds = max(1, round(message.duration)) if message.duration else 0  # as on the page
    return (
        message.id[:ID_CHARACTERS],
        f"{message.received_at:%Y-%m-%d %H:%M}",
        printable(message.company, 40),
        message.box,
        printable(f"{message.addressee_name} {message.addressee_number}", 60),
        printable(shown_caller(message.caller_number, message.caller_name), 60),
        f"{seconds // 60}:{seconds % 60:02}",
        _state(message),
    )


def _words(hold: Hold) -> str:
    return f"since {hold.since.astimezone():%Y-%m-%d %H:%M %Z} by {hold.by}: {hold.reason}"


def _state(message: Message) -> str:
    also = {
        "probably empty": message.quiet,
        "deleted": message.deleted_at,
        "held": message.hold,
    }
    return ", ".join([message.state, *(word for word, is_so in also.items() if is_so)])

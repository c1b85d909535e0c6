"""``voicepost retention``: what old messages go, told beforehand or done now."""

from __future__ import annotations

from datetime import timedelta

import click

from commands.context import App
from commands.terminal.office_options import json_option
from commands.terminal.tables import counted, print_json, print_table
from storage.retention.report import Effect, Report, Whose
from storage.text import printable
from web.language.problems import sentence

COLUMNS = ("COMPANY", "BOX", "TO THE TRASH", "FOR GOOD", "BYTES", "ON HOLD")


@click.group("retention")
def group() -> None:
    """Remove old messages: as old as their boxes keep them (keep_days), and old trash."""


@group.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would go.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def run(app: App, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Do now what the service does once an hour.

    What has been in the trash for `messages.trash_days` is removed for good; what is older than
    its box keeps it is moved to the trash. What is on hold stays.
    """
    trash = timedelta(days=app.settings.messages.trash_days)
    if not dry_run and not yes:
        due = app.retention.rehearse(trash)
        print_report(due, err=True)
        done = due.total
        if not done.moved and not done.removed:
            return
        click.confirm(
            f"Move {counted(done.moved)} to the trash and remove {counted(done.removed)} for good?",
            abort=True,
            err=True,
        )
    report = app.retention.rehearse(trash) if dry_run else app.retention.run(trash, by=app.actor)
    if as_json:
        print_json([_as_json(*entry) for entry in sorted(report.effects.items())])
    elif dry_run:
        print_report(report)
    if not dry_run:
        tell_done(report)


def print_report(report: Report, *, err: bool = False) -> None:
    """What goes, box by box, and the sum."""
    if not report.effects:
        click.echo("nothing is due", err=True)
        return
    rows = [_row(*entry) for entry in sorted(report.effects.items())]
    print_table(COLUMNS, [*rows, ("all together", "", *_numbers(report.total))], err=err)


def tell_done(report: Report) -> None:
    """What was done. Raises ClickException if some messages could not be removed."""
    done = report.total
    if done.moved:
        click.echo(f"{counted(done.moved)} moved to the trash", err=True)
    click.echo(f"{counted(done.removed)} removed for good", err=True)
    for problem in report.failures:
        click.echo(sentence(problem), err=True)
    if report.failed:
        raise click.ClickException(
            f"{counted(report.failed)} could not be removed and will be tried again"
        )


def _row(whose: Whose, effect: Effect) -> tuple[object, ...]:
    box = f"employee {whose.number}" if whose.box == "employee" else "company"
    return (printable(whose.company, 40), printable(box, 60), *_numbers(effect))


def _numbers(effect: Effect) -> tuple[int, ...]:
    return effect.moved, effect.removed, effect.removed_bytes, effect.held


def _as_json(whose: Whose, effect: Effect) -> dict[str, object]:
    return {
        "company": whose.company,
        "box": whose.box,
        "employee": whose.number or None,
        "to_trash": effect.moved,
        "for_good": effect.removed,
        "bytes": effect.removed_bytes,
        "held": effect.held,
    }

"""The command `voicepost doctor`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import asdict

import click

from commands.context import App
from commands.doctor.finding import Finding, look
from storage.text import json_text, printable

COLOURS = {"ok": "green", "warning": "yellow", "failure": "red", "skipped": "bright_black"}


@click.command()
@click.option("--probe", is_flag=True, help="Also place a test call, record it and read it back.")
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
@click.pass_obj
def doctor(app: App, *, probe: bool, as_json: bool) -> None:
    """Check everything a running system needs; says for each failure what to do.

    Changes nothing. The exit code is 1 if something fails, 0 if all is well or only warned of.
    """
    found = examine(app, with_probe=probe)
    if as_json:
        data = [asdict(finding) for finding in found]
        click.echo(json_text(json.dumps(data, ensure_ascii=False, indent=2)))
    else:
        for finding in found:
            _tell(finding)
    if not all(finding.is_well for finding in found):
        sys.exit(1)


def examine(app: App, *, with_probe: bool) -> list[Finding]:
    """All checks. Raises `ConfigError` where not even the settings can be read."""
    # Imported here: it takes a moment, and who only asks for help needs none of it.
    from commands.doctor import data, disk, pages
    from commands.doctor.telephony import telephone_side

    _ = app.settings
    first = look([("database", lambda: data.database(app))])
    if not first[0].is_well:
        # Whoever opens the database migrates it, or makes one: doctor changes nothing.
        needs = {"unsettled", "last message", "kept aside", "companies", "accounts", "PINs"}
        needs |= {"prompts", "stray audio", "unknown numbers", "notifications", "housekeeping"}
    else:
        needs = set()
    found = asyncio.run(telephone_side(app, with_probe=with_probe, knows_offices=not needs))
    found += first
    for name, check in (*list(data.checks(app))[1:], *disk.checks(app), *pages.checks(app)):
        if name in needs:
            found.append(Finding(name, "skipped", "the database cannot be asked"))
        else:
            found += look([(name, check)])
    return found


def _tell(finding: Finding) -> None:
    in_colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    state = f"{finding.state:8}"
    if in_colour:
        state = click.style(state, fg=COLOURS[finding.state])
    advice = f" — {finding.advice}" if finding.advice else ""
    click.echo(f"{state} {finding.name}: {printable(finding.what + advice, 2000)}")

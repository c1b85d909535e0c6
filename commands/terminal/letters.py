"""A company's own letters on the command line: written, taken back, and looked at."""

from __future__ import annotations

from pathlib import Path

import click

from commands.context import App
from commands.terminal.office_options import change
from commands.terminal.tables import print_json
from storage.letters.rendering import LetterFailed
from storage.office import Office, as_data, make_part
from storage.office.edit import with_letter
from storage.office.model import LetterTemplate
from web.language.problems import sentence


def change_letter(
    app: App, company: str | None, subject: str | None, text: Path | None, html: Path | None
) -> None:
    """Change what is given of the company's letter; UsageError where a new one lacks something."""
    before = app.offices.get(company).voicemail.letter
    given = {"subject": subject, "text": _read(text), "html": _read(html)}
    fields = {name: value for name, value in given.items() if value is not None}
    if before is None and len(fields) < len(given):
        raise click.UsageError("a new letter needs --subject, --text and --html")

    def changed(office: Office) -> Office:
        there = office.voicemail.letter
        known = there.model_dump() if there else {}
        return with_letter(office, make_part(LetterTemplate, **{**known, **fields}))

    change(app, company, changed)


def remove_letter(app: App, company: str | None) -> None:
    """Have letters read as usual again."""
    change(app, company, lambda office: with_letter(office, None))


def print_letter(app: App, company: str | None, *, as_json: bool) -> None:
    """What is written; nothing where letters read as usual."""
    wording = app.offices.get(company).voicemail.letter
    if as_json:
        print_json(as_data(wording) if wording else None)
    elif wording is None:
        click.echo("letters read as usual", err=True)
    else:
        click.echo(f"{wording.subject}\n\n{wording.text}\n\n{wording.html}")


def print_preview(app: App, company: str | None, *, as_json: bool) -> None:
    """How the letter reads of a message that there never was. ClickException."""
    from web.letters.preview import preview

    office = app.offices.get(company)
    try:
        made = preview(office.company, office.voicemail.letter, app.settings.web_url)
    except LetterFailed as error:
        raise click.ClickException(sentence(error.problem)) from error
    if as_json:
        print_json({"subject": made.subject, "text": made.text, "html": made.html})
    else:
        click.echo(f"{made.subject}\n\n{made.text}")


def _read(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"cannot read {file}: {error}") from error

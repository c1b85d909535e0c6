"""`voicepost audit`: who did what, when and from where."""

import json
from dataclasses import replace

import click

from commands.context import App
from commands.terminal.office_options import company_option, json_option
from commands.terminal.tables import print_table
from storage.audit import AuditEntry, AuditQuery
from storage.text import json_text, printable


@click.group()
def group() -> None:
    """Read the audit log: who listened, downloaded, deleted, changed what."""


@group.command("list")
@company_option
@click.option("--action", default="", help="Only this, such as message.delete, or message. alone.")
@click.option("--search", default="", help="In who, action, subject and address.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1_000_000_000),
    default=100,
    show_default=True,
    help="Only so many.",
)
@json_option
@click.pass_obj
def list_command(
    app: App, company: str | None, action: str, search: str, limit: int, as_json: bool
) -> None:
    """List entries, newest first."""
    company_id = app.offices.site(company).company_id if company else None
    entries = _entries(app, AuditQuery(company_id, action=action, search=search, limit=limit))
    if as_json:
        found = [entry.as_json() for entry in entries]
        click.echo(json_text(json.dumps(found, ensure_ascii=False, indent=2)))
    else:
        print_table(("AT", "WHO", "VIA", "FROM", "ACTION", "SUBJECT"), map(_row, entries))


def _entries(app: App, query: AuditQuery) -> list[AuditEntry]:
    """As many as are wanted, also where a search has to look far back."""
    entries: list[AuditEntry] = []
    before = None
    while len(entries) < query.limit:
        page = app.audit.list(replace(query, before=before))
        entries += page.entries
        before = page.next
        if before is None:
            break
    return entries[: query.limit]


def _row(entry: AuditEntry) -> tuple[str, ...]:
    return (
        f"{entry.at.astimezone():%Y-%m-%d %H:%M:%S}",
        printable(entry.who, 40),
        entry.via,
        printable(entry.address, 45),
        entry.action,
        printable(entry.subject, 60),
    )

"""`voicepost messages import`: the messages that Asterisk's own voicemail has kept."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from commands.context import App
from commands.terminal.office_options import company_option
from commands.terminal.progress import progress_bar
from commands.terminal.tables import print_table
from storage.companies.store import Site
from storage.intake.mailboxes import company_mailbox, employee_mailbox, unassigned_mailbox
from storage.messages.envelope import Mailbox
from storage.text import printable
from storage.transfer.app_voicemail import OldMessage, survey
from storage.transfer.asterisk_import import Imported, Importer
from telephony.identity import guess
from web.language.problems import sentence

COLUMNS = ("mailbox", "goes to", "as", "messages")


@click.command("import")
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
@company_option
@click.option(
    "--company-mailbox",
    "of_company",
    multiple=True,
    metavar="NUMBER",
    help="An old mailbox whose messages are the company's own; may be repeated.",
)
@click.option(
    "--context",
    "contexts",
    multiple=True,
    metavar="NAME",
    help="Only the mailboxes of this context; may be repeated.",
)
@click.option(
    "--sort-quiet",
    is_flag=True,
    help="Keep unheard ones aside that are probably empty: with less speech than min_seconds.",
)
@click.option("--dry-run", is_flag=True, help="Only tell what would be taken in, and where to.")
@click.pass_obj
def import_messages(
    app: App,
    *,
    folder: Path,
    company: str | None,
    of_company: tuple[str, ...],
    contexts: tuple[str, ...],
    sort_quiet: bool,
    dry_run: bool,
) -> None:
    """Take in the messages of Asterisk's own voicemail (app_voicemail).

    FOLDER holds its contexts, usually /var/spool/asterisk/voicemail; nothing in it is changed. A
    mailbox is that of the employee with its number, or unassigned where there is none. What was
    taken in before is not taken in again.
    """
    site = app.offices.site(company)
    spool = survey(folder, contexts)
    min_speech = site.office.voicemail.min_seconds if sort_quiet else 0.0
    zone = ZoneInfo(site.office.company.timezone)
    importer = Importer(
        app.database, app.audio, _addressing(site, of_company), min_speech, zone, guess
    )
    with progress_bar("reading" if dry_run else "importing") as progress:
        if dry_run:
            done = importer.rehearse(spool.messages, progress)
        else:
            done = importer.run(spool.messages, progress, company_id=site.company_id, by=app.actor)
    if dry_run:
        _print(done)
    would = "would be " if dry_run else ""
    click.echo(f"{done.taken.total()} {would}taken in, {done.there} were there already", err=True)
    refused = (*spool.refused, *done.refused)
    for problem in (*done.doubtful, *refused):
        click.echo(sentence(problem), err=True)
    if refused:
        raise click.ClickException(f"{len(refused)} could not be taken in")


def _addressing(site: Site, of_company: Collection[str]) -> Callable[[OldMessage], Mailbox]:
    """Whose the messages of an old mailbox are."""

    def mailbox_of(old: OldMessage) -> Mailbox:
        if old.mailbox in of_company:
            return company_mailbox(site, old.mailbox)
        if old.mailbox in site.office.employees:
            return employee_mailbox(site, old.mailbox)
        return unassigned_mailbox(old.mailbox)

    return mailbox_of


def _print(done: Imported) -> None:
    """What goes where, a line for each mailbox and state."""
    print_table(
        COLUMNS,
        (
            (printable(origin), _words(mailbox), state, messages)
            for (origin, mailbox, state), messages in sorted(
                done.taken.items(), key=lambda item: (item[0][0], item[0][2])
            )
        ),
    )


def _words(mailbox: Mailbox) -> str:
    if mailbox.box == "employee":
        return printable(f"{mailbox.addressee_name} {mailbox.addressee_number}", 60)
    return printable(mailbox.addressee_name, 60)

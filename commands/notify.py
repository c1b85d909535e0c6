"""`voicepost notify`: trying whether notifications arrive."""

from __future__ import annotations

import asyncio

import click

from commands.context import App
from commands.terminal.office_options import company_option
from storage.companies.directory import Site
from storage.messages.query import Query
from storage.notifications.own_address import beside
from storage.office.edit import entry
from storage.office.notify import AnyDestination
from storage.words.mail_addresses import as_written


@click.group("notify")
def group() -> None:
    """Try whether notifications arrive."""


@group.command("test")
@click.argument("extension", metavar="[EXTENSION|LOGIN|NAME]", required=False)
@company_option
@click.pass_context
def test_command(context: click.Context, extension: str | None, company: str | None) -> None:
    """Tell everybody who is told of EXTENSION's messages, or of the company's, of the newest one.

    Prints what each mail server and receiver answers; exit code 1 where one did not take it.
    """
    from notifications.trial import try_all

    app = context.find_object(App)
    assert app
    site = app.offices.site(company)
    there: tuple[AnyDestination, ...] | None
    if extension is not None:
        extension = _extension_of(app, site, extension)
        there = entry(site.office.employees, extension, "employee").notify
        if who := app.own_addresses.person(site.company_id, extension):
            there = beside(there or (), app.own_addresses.told(who))
    else:
        there = site.office.voicemail.notify
    if not there:
        raise click.ClickException("nobody is told: see `employees notify` and `mailbox notify`")
    query = Query(company=site.office.company.name, employee=extension, limit=1)
    newest = app.messages.list(query).messages
    if not newest:
        raise click.ClickException("there is no message yet to tell of: leave one first")
    outcomes = asyncio.run(
        try_all(app.settings, app.messages, app.own_addresses, site, there, newest[0])
    )
    for address, arrived, answer in outcomes:
        click.echo(f"{'ok' if arrived else 'FAILED':6}  {as_written(address)}  {answer}")
    if not all(arrived for _, arrived, _ in outcomes):
        context.exit(1)


def _extension_of(app: App, site: Site, asked: str) -> str:
    """The extension that is meant: itself, a login's or, where only one begins so, a name's."""
    if asked in site.office.employees:
        return asked
    users = app.users.of_company(site.company_id)
    found = [e for user in users if user.login == asked.casefold() for e in user.extensions]
    found = found or [
        extension
        for extension, who in site.office.employees.items()
        if who.name.casefold().startswith(asked.casefold())
    ]
    return found[0] if len(found) == 1 else asked

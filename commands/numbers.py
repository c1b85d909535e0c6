"""`voicepost numbers`: the numbers people dial, and where each call begins."""

import click

from commands.changes import change, company_option, json_option
from commands.context import App
from commands.listing import print_json, print_table
from commands.words import TARGET, spell_target
from storage.office import Office, Target, as_data
from storage.office.edit import as_written, entry, with_entry, with_fields, without_entry


@click.group()
def group() -> None:
    """List, set and remove the companies' numbers."""


@group.command("list")
@company_option
@json_option
@click.pass_obj
def list_command(app: App, company: str | None, as_json: bool) -> None:
    """List numbers: of all companies, or of one."""
    sites = app.offices.snapshot().offices.values()
    offices = [app.offices.get(company)] if company else [site.office for site in sites]
    numbers = [
        (number, office.company.name, target)
        for office in offices
        for number, target in office.numbers.items()
    ]
    if as_json:
        print_json([{"number": n, "company": name, **as_data(t)} for n, name, t in numbers])
    else:
        print_table(
            ("NUMBER", "COMPANY", "LEADS TO"),
            ((number, name, spell_target(target)) for number, name, target in numbers),
        )


@group.command("set")
@click.argument("number")
@click.argument("target", type=TARGET)
@company_option
@click.pass_obj
def set_command(app: App, number: str, target: Target, company: str | None) -> None:
    """Lead calls to NUMBER to TARGET: "menu NAME", "employee EXTENSION" or "voicemail"."""
    change(
        app,
        company,
        lambda office: with_fields(
            office, numbers=with_entry(office.numbers, as_written(office, number), target)
        ),
    )


@group.command()
@click.argument("number")
@company_option
@click.pass_obj
def remove(app: App, number: str, company: str | None) -> None:
    """Take calls to NUMBER no longer."""

    def without_number(office: Office) -> Office:
        written = as_written(office, number)
        entry(office.numbers, written, "number")
        return with_fields(office, numbers=without_entry(office.numbers, written, "number"))

    change(app, company, without_number)

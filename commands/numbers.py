"""`voicepost numbers`: the numbers people dial, and where each call begins."""

import click

from commands.context import App
from commands.terminal.action_syntax import TARGET, spell_target
from commands.terminal.office_options import change, company_option, json_option
from commands.terminal.tables import print_json, print_table
from storage.office import Office, Target, as_data
from storage.office.edit import as_written, entry, with_entry, with_fields, without_entry
from storage.office.values import checked_number


@click.group()
def group() -> None:
    """List, set and remove the companies' numbers, and say which company may use which."""


@group.command("list")
@click.option("--assigned", is_flag=True, help="All that are assigned, in use or not.")
@company_option
@json_option
@click.pass_obj
def list_command(app: App, company: str | None, assigned: bool, as_json: bool) -> None:
    """List numbers: of all companies, or of one."""
    if assigned:
        _list_assigned(app, company, as_json=as_json)
        return
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


def _list_assigned(app: App, company: str | None, *, as_json: bool) -> None:
    company_id = app.offices.site(company).company_id if company else None
    offices = app.offices.snapshot().offices
    rows = [
        (number.number, offices[number.company_id].office.company.name, number.in_use)
        for number in app.allowances.assigned(company_id)
        if number.company_id in offices
    ]
    if as_json:
        print_json([{"number": n, "company": name, "in_use": used} for n, name, used in rows])
    else:
        print_table(
            ("NUMBER", "COMPANY", "IN USE"),
            ((number, name, "yes" if used else "no") for number, name, used in rows),
        )


@group.command()
@click.argument("number")
@click.argument("company")
@click.pass_obj
def assign(app: App, number: str, company: str) -> None:
    """Let COMPANY use NUMBER: its administrators say where its calls begin.

    Where there are several companies, they can use only what is assigned. Whatever you set yourself
    is.
    """
    site = app.offices.site(company)
    app.allowances.assign(checked_number(number), site.company_id, site.region, by=app.actor)


@group.command()
@click.argument("number")
@click.pass_obj
def unassign(app: App, number: str) -> None:
    """Let no company use NUMBER, which none uses now."""
    regions = [site.region for site in app.offices.snapshot().offices.values()]
    app.allowances.unassign(checked_number(number), regions, by=app.actor)


@group.command("set")
@click.argument("number")
@click.argument("target", type=TARGET)
@company_option
@click.pass_obj
def set_command(app: App, number: str, target: Target, company: str | None) -> None:
    """Lead calls to NUMBER to TARGET: "menu NAME", "employee EXTENSION", "voicemail", "mailbox"."""
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

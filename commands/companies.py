"""`voicepost companies`: the companies of one system, each seeing only its own."""

import click

from commands.changes import change, json_option
from commands.context import App
from commands.listing import print_json, print_table
from storage.errors import ConfigError
from storage.office import Company, Office, make_part
from storage.office.edit import with_fields

_LANGUAGE = click.Choice(["ru", "en"])


@click.group()
def group() -> None:
    """Add, list, change and remove companies."""


@group.command("list")
@json_option
@click.pass_obj
def list_command(app: App, as_json: bool) -> None:
    """List the companies."""
    offices = [site.office for site in app.offices.snapshot().offices.values()]
    if as_json:
        print_json([_summary(office) for office in offices])
    else:
        print_table(
            ("COMPANY", "LANGUAGE", "TIME ZONE", "NUMBERS", "MENUS", "EMPLOYEES"),
            (
                (
                    office.company.name,
                    office.company.language,
                    office.company.timezone,
                    ", ".join(office.numbers),
                    len(office.menus),
                    len(office.employees),
                )
                for office in offices
            ),
        )


@group.command()
@click.argument("name")
@click.option(
    "--language",
    type=_LANGUAGE,
    default="ru",
    show_default=True,
    help="Of prompts and pages.",
)
@click.option(
    "--timezone", default="Europe/Moscow", show_default=True, help="Whose days and months count."
)
@click.pass_obj
def add(app: App, name: str, language: str, timezone: str) -> None:
    """Add a company, with nothing in it yet."""
    office = Office(company=make_part(Company, name=name, language=language, timezone=timezone))
    if office.company.name in app.offices.names():
        raise ConfigError(f"there is a company “{office.company.name}” already")
    app.offices.apply(office, by=app.actor)


@group.command()
@click.argument("name")
@click.argument("new_name")
@click.pass_obj
def rename(app: App, name: str, new_name: str) -> None:
    """Give a company another name; its messages stay its own."""
    app.offices.rename(name, new_name, by=app.actor)


@group.command("set")
@click.argument("name")
@click.option("--language", type=_LANGUAGE, help="Of prompts and pages; texts are spoken anew.")
@click.option("--timezone", help="Such as Europe/Moscow: decides days and months.")
@click.option(
    "--self-service/--no-self-service",
    default=None,
    help="Employees set their own voicemail and ring timeout on the page.",
)
@click.pass_obj
def set_command(app: App, /, name: str, **settings: object) -> None:
    """Change a company's language, time zone, or what its employees may set themselves."""
    change(app, name, lambda office: _with_company(office, settings))


@group.command()
@click.argument("name")
@click.confirmation_option(prompt="Forget this company's configuration (its messages stay)?")
@click.pass_obj
def remove(app: App, name: str) -> None:
    """Forget a company's configuration. Its messages stay."""
    app.offices.remove(name, by=app.actor)


def _with_company(office: Office, settings: dict[str, object]) -> Office:
    return with_fields(office, company=with_fields(office.company, **settings))


def _summary(office: Office) -> dict[str, object]:
    return {
        "name": office.company.name,
        "language": office.company.language,
        "timezone": office.company.timezone,
        "self_service": office.company.self_service,
        "numbers": list(office.numbers),
        "menus": list(office.menus),
        "employees": list(office.employees),
    }

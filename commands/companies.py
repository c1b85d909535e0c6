"""`voicepost companies`: the companies of one system, each seeing only its own."""

from typing import Final

import click

from commands.context import App
from commands.terminal.office_options import change, json_option
from commands.terminal.tables import print_json, print_table
from storage.companies.allowance import Allowance, may_meet
from storage.companies.directory import Site
from storage.errors import ConfigError
from storage.office import Company, Office, make_part
from storage.office.edit import with_fields

MOST_TOLD: Final = 5
USUAL_ZONE: Final = "Europe/Moscow"
_LANGUAGE = click.Choice(["ru", "en"])


@click.group()
def group() -> None:
    """Add, list, change and remove companies."""


@group.command("list")
@json_option
@click.pass_obj
def list_command(app: App, as_json: bool) -> None:
    """List the companies."""
    sites = list(app.offices.snapshot().offices.values())
    if as_json:
        print_json([_summary(app, site) for site in sites])
    else:
        print_table(
            (
                *("COMPANY", "LANGUAGE", "TIME ZONE", "NUMBERS", "MENUS", "EMPLOYEES"),
                *("PHONES", "MAY DIAL"),
            ),
            (
                (
                    site.office.company.name,
                    site.office.company.language,
                    site.office.company.timezone,
                    ", ".join(site.office.numbers),
                    len(site.office.menus),
                    len(site.office.employees),
                    _phones(site.allowance),
                    site.allowance.allow or "none",
                )
                for site in sites
            ),
        )


@group.command()
@click.argument("name", required=False)
@json_option
@click.pass_obj
def show(app: App, name: str | None, as_json: bool) -> None:
    """Show a company, and what the operator allows it."""
    site = app.offices.site(name)
    if as_json:
        print_json(_summary(app, site))
        return
    company, allowance = site.office.company, site.allowance
    print_table(
        ("SETTING", "VALUE"),
        (
            ("name", company.name),
            ("language", company.language),
            ("time zone", company.timezone),
            ("self-service", "yes" if company.self_service else "no"),
            ("numbers in use", ", ".join(site.office.numbers)),
            ("numbers assigned", ", ".join(_assigned(app, site))),
            ("phones it may use", _phones(allowance)),
            ("numbers it may dial", allowance.allow or "none"),
            ("dialled from before", ", ".join(sorted(allowance.dialled_before))),
            ("mailboxes in Asterisk", f"…@{site.mailbox_context}"),
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
    "--timezone",
    help=f"Whose days and months count, and which country's numbers.  [default: {USUAL_ZONE}]",
)
@click.pass_obj
def add(app: App, name: str, language: str, timezone: str | None) -> None:
    """Add a company, with nothing in it yet."""
    zone = timezone or USUAL_ZONE
    office = Office(company=make_part(Company, name=name, language=language, timezone=zone))
    if office.company.name in app.offices.names():
        raise ConfigError("company-exists", name=office.company.name)
    app.offices.apply(office, by=app.actor)
    if timezone is None and language != "ru":
        click.echo(
            f"Warning: the time zone of “{office.company.name}” is {zone} until you set another:"
            " companies set --timezone",
            err=True,
        )
    for site in app.offices.snapshot().offices.values():
        if not site.allowance.names_phones:
            click.echo(
                f"Warning: administrators of “{site.office.company.name}” can choose no phone until"
                " you say which there are: companies set --endpoint-pattern",
                err=True,
            )


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
@click.option(
    "--endpoint-pattern",
    metavar="PATTERN",
    help="Which phone an employee may have, such as PJSIP/north-{extension}; “” is the usual one.",
)
@click.option(
    "--endpoint",
    "endpoints",
    metavar="LIST",
    help="Other phones that employees may have, with commas between.",
)
@click.option(
    "--allow",
    metavar="LIST",
    help="Outside numbers that may be dialled: prefixes such as +7495 or 112, and the words"
    " national, any, none, with commas between; “” is the setting calls.allow.",
)
@click.option(
    "--mailbox-context",
    metavar="NAME",
    help="What stands behind the @ of the mailboxes that phones name in Asterisk, such as 101@NAME;"
    " “” is the company's id.",
)
@click.pass_obj
def set_command(
    app: App,
    /,
    name: str,
    endpoint_pattern: str | None,
    endpoints: str | None,
    allow: str | None,
    mailbox_context: str | None,
    **settings: object,
) -> None:
    """Change a company's language, time zone, what its employees may set, and what is allowed it.

    Phones and prefixes are the bounds of what its own administrators can choose. Lamps go on only
    on phones that name the mailbox as it is called then: see `voicepost lamps list`.
    """
    company_id = app.offices.site(name).company_id
    if any(setting is not None for setting in settings.values()):
        change(app, name, lambda office: _with_company(office, settings))
    app.allowances.set(
        company_id,
        endpoint_pattern=endpoint_pattern,
        endpoints=endpoints,
        allow=allow,
        mailbox_context=mailbox_context,
        by=app.actor,
    )
    if endpoint_pattern or endpoints:
        _warn_of_others(app, company_id)


@group.command()
@click.argument("name")
@click.confirmation_option(prompt="Forget this company's configuration (its messages stay)?")
@click.pass_obj
def remove(app: App, name: str) -> None:
    """Forget a company's configuration. Its messages stay."""
    app.offices.remove(name, by=app.actor)


def _with_company(office: Office, settings: dict[str, object]) -> Office:
    return with_fields(office, company=with_fields(office.company, **settings))


def _warn_of_others(app: App, company_id: str) -> None:
    """Say whose phones the company can name as well."""
    offices = app.offices.snapshot().offices
    site = offices[company_id]
    for other in offices.values():
        if other.company_id == company_id:
            continue
        name, theirs = other.office.company.name, other.allowance.endpoint_pattern
        if may_meet(site.allowance.endpoint_pattern, theirs):
            click.echo(
                f"Warning: “{name}” has the pattern {theirs}: "
                "each company can name phones of the other",
                err=True,
            )
        elif phones := site.phones_of(other):
            click.echo(f"Warning: “{name}” has {_several(phones)} too", err=True)


def _several(phones: list[str]) -> str:
    more = f" and {len(phones) - MOST_TOLD} more" if len(phones) > MOST_TOLD else ""
    return ", ".join(phones[:MOST_TOLD]) + more


def _phones(allowance: Allowance) -> str:
    phones = (allowance.endpoint_pattern, *allowance.endpoints)
    return ", ".join(phone for phone in phones if phone) or "none"


def _assigned(app: App, site: Site) -> list[str]:
    return [assigned.number for assigned in app.allowances.assigned(site.company_id)]


def _summary(app: App, site: Site) -> dict[str, object]:
    office, allowance = site.office, site.allowance
    return {
        "name": office.company.name,
        "language": office.company.language,
        "timezone": office.company.timezone,
        "self_service": office.company.self_service,
        "numbers": list(office.numbers),
        "menus": list(office.menus),
        "employees": list(office.employees),
        "endpoint_pattern": allowance.endpoint_pattern,
        "endpoints": list(allowance.endpoints),
        "allow": allowance.allow,
        "dialled_before": sorted(allowance.dialled_before),
        "assigned": _assigned(app, site),
        "mailbox_context": site.mailbox_context,
    }

"""`voicepost config`: a company's whole configuration as one document."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

import click

from commands.context import App
from commands.terminal.office_options import company_option, json_option, warn_of_doubts
from commands.terminal.tables import print_json
from storage.accounts.stale import account_problems
from storage.companies.allowance import usual_allowance
from storage.companies.bounds import not_told
from storage.companies.directory import Site
from storage.errors import ConfigError, StorageError, warning, wrong
from storage.office import Office, Problem, Prompt, as_data, dump_office, read_office
from storage.office.secrets import with_secrets
from web.language.problems import message, sentence


@click.group()
def group() -> None:
    """Apply, show and check a company's configuration (office.toml)."""


@group.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def apply(app: App, file: Path) -> None:
    """Make FILE the configuration of the company it names, from the next call on.

    All or nothing: if anything in it is wrong, nothing changes.
    """
    office = read_office(file)
    folder = file.absolute().parent
    version = app.offices.apply(office, folder, by=app.actor)
    site = app.offices.site(office.company.name)
    for problem in (*site.problems(), *app.offices.snapshot().contested(site.company_id)):
        click.echo(f"Warning: {sentence(problem)}", err=True)
    prompts = site.office.prompts
    for problem in _missing_files(office, folder, prompts):
        click.echo(f"Warning: {sentence(problem)}", err=True)
    warn_of_doubts(app, {name: prompt.audio for name, prompt in prompts.items()})
    click.echo(f"applied: {office.company.name} (version {version})")


@group.command()
@company_option
@json_option
@click.pass_obj
def show(app: App, company: str | None, as_json: bool) -> None:
    """Print the configuration in effect, as a file that can be applied again."""
    office = app.offices.get(company)
    if as_json:
        print_json(as_data(office))
    else:
        click.echo(dump_office(office), nl=False)


@group.command("check")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@company_option
@json_option
@click.pass_obj
def check_command(app: App, file: Path | None, company: str | None, as_json: bool) -> None:
    """Say what is wrong with FILE, or with the configuration in effect.

    Exit code 1 if there are errors; warnings alone leave it at 0.
    """
    problems = _problems(app, file) if file else _in_effect(app, company)
    errors = sum(problem.severity == "error" for problem in problems)
    if as_json:
        print_json(
            [{"severity": p.severity, "where": p.where, "message": message(p)} for p in problems]
        )
    else:
        for problem in problems:
            click.echo(f"{problem.severity}: {sentence(problem)}")
        warnings = len(problems) - errors
        click.echo(f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}", err=True)
    if errors:
        raise click.exceptions.Exit(1)


def _in_effect(app: App, company: str | None) -> list[Problem]:
    """What is wrong with a company's configuration, numbers, and accounts that it left behind."""
    site = app.offices.site(company)
    return [
        *site.problems(),
        *app.offices.snapshot().contested(site.company_id),
        *account_problems(app.users.stale_bindings(site.company_id)),
    ]


def _problems(app: App, file: Path) -> list[Problem]:
    """What is wrong with a file, including what keeps it from being an office at all."""
    try:
        office = read_office(file)
    except ConfigError as error:
        return [one if one.where else one.at(file.name) for one in error.problems]
    there = _sites(app)
    sites = there or ()
    known = next((each for each in sites if each.office.company.name == office.company.name), None)
    before = known.office if known else None
    allowance = known.allowance if known else usual_allowance(app.settings)
    if sites and not known:
        allowance = replace(allowance, endpoint_pattern=None)
    unknown: tuple[Problem, ...] = ()
    if there is not None:
        try:
            office = with_secrets(office, before)
        except ConfigError as error:
            unknown = error.problems
    missing = _missing_files(office, file.absolute().parent, known.office.prompts if known else {})
    added = list(not_told(before, office, allowance))
    places = {each.where for each in added}
    others = (each for each in Site("", office, allowance).problems() if each.where not in places)
    return [*unknown, *missing, *sorted(chain(added, others), key=lambda each: each.severity)]


def _sites(app: App) -> Collection[Site] | None:
    """The companies there are: none where there is no database yet; None where it does not answer.

    A file is checked there, too.
    """
    if not app.database_exists:
        return ()
    try:
        return app.offices.snapshot().offices.values()
    except StorageError:
        return None


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _missing_files(
    office: Office, folder: Path, applied: Mapping[str, Prompt]
) -> Iterator[Problem]:
    """Sound files that are not there: no error where the same one was ``applied`` before."""
    for name, prompt in office.prompts.items():
        if prompt.file is None or (folder / prompt.file).is_file():
            continue
        where, before = f"prompts.{name}.file", applied.get(name)
        if before and before.audio and before.file == prompt.file:
            yield warning("no-file-but-applied", where, file=prompt.file)
        else:
            yield wrong("no-file", where, file=prompt.file)

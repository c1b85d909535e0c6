"""The command `voicepost`: every command, and how their errors are told.

Exit codes: 0, 1 (failed), 2 (wrong use). Data goes to stdout, talk and errors to stderr.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from commands import (
    audit,
    companies,
    completion,
    config,
    employees,
    mailbox,
    menus,
    messages,
    numbers,
    prompts,
    roles,
    sandbox,
    serve,
    tryout,
    users,
)
from commands.context import App
from commands.demo.command import demo
from commands.logs import configure_logs
from storage.errors import ConfigError, StorageError
from telephony.errors import TelephonyError

DEFAULT_HOME = Path("var")


class Voicepost(click.Group):
    """The root command: turns the errors of our trees into one sentence each."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except ConfigError as error:
            for problem in error.problems or [str(error)]:
                click.echo(f"Error: {problem}", err=True)
        except (StorageError, TelephonyError) as error:
            click.echo(f"Error: {error}", err=True)
        except OSError as error:
            click.echo(f"Error: {error.filename or 'the system'}: {error.strerror}", err=True)
        context.exit(1)


def _use_home(context: click.Context, _: click.Parameter, home: Path | None) -> None:
    if home is not None:
        context.obj = context.find_root().obj = App(home)


def _home_option() -> click.Option:
    return click.Option(
        ["--home"],
        type=click.Path(file_okay=False, path_type=Path),
        expose_value=False,
        is_eager=True,
        callback=_use_home,
        help="Folder with all state [default: $VOICEPOST_HOME or ./var].",
    )


@click.group(cls=Voicepost, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="voicepost")
@click.option(
    "--home",
    envvar="VOICEPOST_HOME",
    default=DEFAULT_HOME,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder with all state [default: $VOICEPOST_HOME or ./var].",
)
@click.pass_context
def main(context: click.Context, home: Path) -> None:
    """Voicemail and voice menus for companies on Asterisk."""
    configure_logs("warning", "text")
    context.obj = App(home)


for _command in (
    serve.serve,
    roles.calls,
    roles.agi,
    roles.web,
    tryout.try_call,
    completion.completion,
    demo,
):
    main.add_command(_command)
for _name, _module in {
    "messages": messages,
    "config": config,
    "companies": companies,
    "numbers": numbers,
    "menus": menus,
    "employees": employees,
    "users": users,
    "prompts": prompts,
    "mailbox": mailbox,
    "sandbox": sandbox,
    "audit": audit,
}.items():
    main.add_command(_module.group, _name)


def _accept_home_everywhere(group: click.Group) -> None:
    """Let --home stand behind any command as well as before it."""
    for command in group.commands.values():
        command.params.append(_home_option())
        if isinstance(command, click.Group):
            _accept_home_everywhere(command)


_accept_home_everywhere(main)

if __name__ == "__main__":
    sys.exit(main())

"""The command `voicepost`: every command, and how their errors are told.

Exit codes: 0, 1 (failed), 2 (wrong use). Data goes to stdout, talk and errors to stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import click

from commands.context import App
from commands.observability.logging import configure_logs
from storage.errors import StorageError
from storage.text import printable
from telephony.errors import TelephonyError
from web.language.problems import sentences

COMMANDS: Mapping[str, str] = {
    "serve": "commands.processes.serve:serve",
    "calls": "commands.processes.roles:calls",
    "agi": "commands.processes.roles:agi",
    "web": "commands.processes.roles:web",
    "worker": "commands.processes.worker:worker",
    "fork-server": "commands.processes.preload:fork_server",
    "try": "commands.tryout:try_call",
    "completion": "commands.completion:completion",
    "demo": "commands.demo.command:demo",
    "messages": "commands.messages:group",
    "config": "commands.config:group",
    "companies": "commands.companies:group",
    "numbers": "commands.numbers:group",
    "menus": "commands.menus:group",
    "employees": "commands.employees:group",
    "users": "commands.users:group",
    "prompts": "commands.prompts:group",
    "mailbox": "commands.mailbox:group",
    "sandbox": "commands.sandbox:group",
    "audit": "commands.audit:group",
    "deliveries": "commands.deliveries:group",
    "lamps": "commands.lamps:group",
    "notify": "commands.notify:group",
    "doctor": "commands.doctor.command:doctor",
    "retention": "commands.retention:group",
    "backup": "commands.backup:backup",
    "restore": "commands.backup:restore",
}
"""Every command, and where it is. Its module is loaded when the command is asked for."""

DEFAULT_HOME = Path("var")


class Voicepost(click.Group):
    """The root command: turns the errors of our trees into one sentence each."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name in COMMANDS and name not in self.commands:
            module, _, attribute = COMMANDS[name].partition(":")
            command: click.Command = getattr(import_module(module), attribute)
            _accept_home(command)
            self.add_command(command, name)
        return super().get_command(context, name)

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except StorageError as error:
            for told in sentences(error):
                click.echo(f"Error: {told}", err=True)
        except TelephonyError as error:
            click.echo(f"Error: {error}", err=True)
        except UnicodeEncodeError as error:
            click.echo(f"Error: this is not text: {error.object[:60]!a}", err=True)
        except BrokenPipeError:
            raise  # who read it has read enough; click ends without a word
        except OSError as error:
            where = printable(str(error.filename), 500) if error.filename else "the system"
            click.echo(f"Error: {where}: {error.strerror}", err=True)
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


def _accept_home(command: click.Command) -> None:
    """Let --home stand behind a command, and those below it, as well as before."""
    command.params.append(_home_option())
    if isinstance(command, click.Group):
        for below in command.commands.values():
            _accept_home(below)


if __name__ == "__main__":
    sys.exit(main())

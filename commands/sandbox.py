"""`voicepost sandbox`: the private Asterisk that needs no root and no container."""

from __future__ import annotations

import asyncio

import click

from commands.context import App
from commands.processes.serve import sandbox_asterisk
from telephony.sandbox.build import find_build


@click.group()
def group() -> None:
    """The private Asterisk of this home."""


@group.command()
@click.pass_obj
def install(app: App) -> None:
    """Install Asterisk's program: the system's is used where there is one (20 or newer)."""
    build = find_build(app.settings.sandbox.cache, lambda line: click.echo(line, err=True))
    click.echo(f"Asterisk {'.'.join(map(str, build.version()))} is ready to run.")


@group.command()
@click.argument("command", nargs=-1, required=True)
@click.pass_obj
def rx(app: App, command: tuple[str, ...]) -> None:
    """Ask the running private Asterisk, as on its console: `… rx core show channels`."""
    click.echo(asyncio.run(sandbox_asterisk(app.settings).rx(" ".join(command))).rstrip())

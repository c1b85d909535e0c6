"""`voicepost backup` and `voicepost restore`: everything a home has, in one file, and back."""

from __future__ import annotations

from pathlib import Path

import click

from commands.context import App
from commands.processes.serve import only_service
from commands.terminal.progress import progress_bar
from storage.backup.home import Home
from storage.backup.making import back_up
from storage.backup.restoring import restore as restore_home
from storage.backup.verifying import verify
from storage.database.engine import Database
from storage.privacy import make_home, tighten
from web.language.problems import sentence


@click.command()
@click.argument("target", type=click.Path(path_type=Path), metavar="FILE|FOLDER")
@click.option("--verify", "only_verify", is_flag=True, help="Check the backup FILE instead.")
@click.pass_obj
def backup(app: App, target: Path, *, only_verify: bool) -> None:
    """Write messages, recordings, offices, users, prompts and settings to one file.

    The service goes on meanwhile. FILE is a tar; in a FOLDER it is named by the time. Prints its
    name. Nobody but its owner may read it: the settings' passwords are in it.
    """
    if only_verify:
        with progress_bar("verifying") as progress:
            found = verify(target, progress)
        click.echo(f"{target} is whole: {found.messages} recordings", err=True)
        return
    with progress_bar("backing up") as progress:
        made = back_up(Home.of(app.settings, app.database, app.audio), target, progress)
    click.echo(made.path)
    click.echo(f"{made.messages} recordings", err=True)
    for message_id in made.purged:
        click.echo(f"removed for good meanwhile, and left out: {message_id}", err=True)
    for problem in made.damaged:
        click.echo(f"without its recording: {sentence(problem)}", err=True)
    for problem in made.unread:
        click.echo(f"left out: {sentence(problem)}", err=True)
    if missing := len(made.damaged) + len(made.unread):
        raise click.ClickException(
            f"the backup is written, but {missing} recordings could not be read"
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.pass_obj
def restore(app: App, file: Path) -> None:
    """Restore a backup into an empty home: all of it, or nothing.

    The database may be of the other kind, and recordings may go elsewhere, as the home's settings
    say. The backup's own settings are only put beside them, as voicepost.toml.from-backup.
    """
    settings = app.settings
    make_home(settings.home)
    tighten(settings)  # before anything is in it
    with only_service(settings.home):
        home = Home.of(settings, Database(settings.database_url), app.audio)
        with progress_bar("restoring") as progress:
            done = restore_home(file, home, progress)
    tighten(settings)
    click.echo(f"{done.messages} recordings restored", err=True)
    if done.unfiled:
        click.echo(f"{done.unfiled} more will be filed when the service runs", err=True)
    if done.waiting:
        click.echo(f"{done.waiting} will be uploaded when the service runs", err=True)

"""A full disk: where Asterisk records, where kept audio goes, where the database is.

Each is a small file system of its own, in memory, so that one can be full while the others are
not. Mounting takes root.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import click
from sqlalchemy import select

from storage.database.tables import MessageRow
from tests.faults.fault import Blow, Fault, Limits
from tests.faults.installation import Installation, open_installation

MEGABYTES = 96
FULL_SECONDS = {"short": 12.0, "long": 30.0}
BLOCK = 4096
FILLER = "filler"

PLACES = {"spool": "asterisk/spool", "audio": "audio", "database": "database"}
"""What can be full, and where in the home it is."""


@asynccontextmanager
async def installation_with_small_disks(place: str) -> AsyncIterator[Installation]:
    """An installation in which ``place`` is a small file system of its own."""
    mounted: list[Path] = []

    def mount(home: Path) -> None:
        folder = home / PLACES[place]
        folder.mkdir(parents=True)
        small = f"size={MEGABYTES}m,mode=0700"
        _run("mount", "-t", "tmpfs", "-o", small, "voicepost-faults", str(folder))
        mounted.append(folder)

    settings = ""
    if place == "database":
        settings = '[database]\nurl = "sqlite:///{home}/database/voicepost.db"'
    try:
        async with open_installation(settings, prepare=mount) as installation:
            yield installation
    finally:
        for folder in mounted:
            _run("umount", "--lazy", str(folder))


async def fill(blow: Blow, place: str) -> None:
    """Not a byte is left, for a while."""
    installation = blow.installation
    filler = installation.house.home / PLACES[place] / FILLER
    filling = asyncio.create_task(_keep_full(filler))
    await asyncio.sleep(FULL_SECONDS[blow.size])
    await asyncio.to_thread(_check_promises, blow)
    filling.cancel()
    await asyncio.gather(filling, return_exceptions=True)
    filler.unlink()


async def _keep_full(filler: Path) -> None:
    """Take every block that is there, and that comes to be there."""
    while True:
        with filler.open("ab", buffering=0) as file:
            while True:
                try:
                    file.write(bytes(BLOCK))
                except OSError:
                    break
        await asyncio.sleep(0.05)


def _check_promises(blow: Blow) -> None:
    """Whoever was told by now that a message is saved has one, disk full or not."""
    promised = [
        caller.number for caller in blow.installation.callers.values() if caller.was_told_saved
    ]
    with blow.installation.app.database.reading() as session:
        kept = set(session.scalars(select(MessageRow.caller_number).filter_by(state="kept")))
    blow.broken += [
        f"caller {number} was told “saved” while the disk was full, and it was not"
        for number in promised
        if number not in kept
    ]


def _fault(place: str, limits: Limits) -> Fault:
    return Fault(
        f"disk-full-{place}",
        partial(fill, place=place),
        limits,
        partial(installation_with_small_disks, place),
        rounds=20,
        after=12.0,
        long_after=30.0,
    )


def _run(*command: str) -> None:
    """Raises ClickException where it is refused."""
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise click.ClickException(
            f"a full disk is a small file system, which takes root to mount: {error}"
        ) from error


FAULTS = (
    _fault("spool", Limits(silence=5.0, all_speak=False, promised_only=True)),
    _fault("audio", Limits(silence=5.0, all_speak=False)),
    _fault("database", Limits(silence=5.0, all_speak=False)),
)

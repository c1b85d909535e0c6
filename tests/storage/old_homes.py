"""Homes that earlier versions made, opened by the present code: see `tests/data/README.md`."""

from __future__ import annotations

import gzip
import json
import subprocess
import tarfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from commands.context import App
from storage.backup.home import Home
from storage.database.engine import Database
from storage.intake.reconcile import settle, take_in_fallback, take_in_orphans
from tests.storage.homes import restored
from tests.storage.postgresql import connect

DATA = Path(__file__).parents[1] / "data"
VERSIONS = sorted(folder.name for folder in DATA.iterdir() if folder.is_dir())

Kind = Literal["sqlite", "postgresql"]


@dataclass(frozen=True)
class Origin:
    """A version's home with one kind of database; or its backup, restored ``into`` a kind."""

    version: str
    kind: Kind
    into: Kind | None = None

    def __str__(self) -> str:
        how = f"backup-into-{self.into}" if self.into else "home"
        return f"{self.version}-{self.kind}-{how}"


KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")
ORIGINS = [
    Origin(version, kind, into) for version in VERSIONS for kind in KINDS for into in (None, *KINDS)
]


@dataclass(frozen=True)
class OldHome:
    """One, with what its own version told of it."""

    app: App
    told: dict[str, Any]

    @property
    def home(self) -> Home:
        """What is backed up of it."""
        return Home.of(self.app.settings, self.app.database, self.app.audio)

    @property
    def made_at(self) -> datetime:
        """When it was made: sessions and links were good then, if for no longer."""
        return datetime.fromisoformat(self.told["made_at"]).astimezone(UTC)

    @property
    def known(self) -> list[dict[str, Any]]:
        """The messages that it had, those in the trash too."""
        return [*self.told["messages"], *self.told["trash"]]

    def file_all(self) -> None:
        """What the service does when it starts and finds no calls."""
        app = self.app
        settle(app.intake, app.intake.drafts.open(), ())
        take_in_fallback(
            app.intake,
            app.settings.fallback_spool,
            app.offices.snapshot(),
            (),
            asterisk_alive=False,
        )
        take_in_orphans(app.intake, app.database, asterisk_alive=False)


@contextmanager
def opened(origin: Origin, folder: Path, server: Path) -> Iterator[OldHome]:
    """A copy in ``folder``, migrated; PostgreSQL's is a database of its own on ``server``."""
    data, home = DATA / origin.version, folder / "home"
    with _database(server) as name:
        if origin.into is None:
            _unpack(data / "home.tar.gz", folder)
        if origin.kind == "postgresql" and origin.into is None:
            (home / "voicepost.db").unlink()
            _load(data / "postgresql.sql", server, name)
        if (origin.into or origin.kind) == "postgresql":
            home.mkdir(exist_ok=True)
            with (home / "voicepost.toml").open("a") as settings:
                settings.write(f'[database]\nurl = "postgresql://postgres@/{name}?host={server}"\n')
        app = App(home)
        if origin.into is not None:
            backup = folder / "backup.tar"
            backup.write_bytes(gzip.decompress((data / f"{origin.kind}.tar.gz").read_bytes()))
            _restore(backup, app)
        try:
            yield OldHome(app, json.loads((data / "contents.json").read_text()))
        finally:
            app.database.close()


def _restore(backup: Path, app: App) -> None:
    database = Database(app.settings.database_url)  # an empty one: without any tables
    try:
        restored(backup, Home.of(app.settings, database, app.audio))
    finally:
        database.close()


@contextmanager
def _database(server: Path) -> Iterator[str]:
    name = f"old_{uuid.uuid4().hex}"
    with connect(server) as administrator:
        administrator.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield name
        finally:
            administrator.execute(f"DROP DATABASE {name}".encode())


def _unpack(packed: Path, folder: Path) -> None:
    with tarfile.open(packed) as tar:
        tar.extractall(folder, filter="data")


def _load(dump: Path, server: Path, name: str) -> None:
    command = ("psql", "-qX", "-v", "ON_ERROR_STOP=1", "-h", server, "-U", "postgres", "-d", name)
    subprocess.run([*command, "-f", dump], check=True, capture_output=True)

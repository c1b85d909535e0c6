"""Restoring a backup into an empty home: all of it, or nothing.

First the whole backup is read and every sha256 compared. Then tables are made as they were when it
was written, filled, and migrated, in one transaction; audio is on the disk before that commits.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from sqlalchemy import Connection, func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from storage.backup.archive import MANIFEST, Member, check, members, plain_errors
from storage.backup.home import Home, Progress
from storage.backup.tables import Row, Tables, from_lines
from storage.database.delivery_tables import DeliveryRow, DestinationRow, OwnAddressRow, ReadNewsRow
from storage.database.engine import knows_revision, upgrade
from storage.database.tables import NewsRow
from storage.errors import StorageError, WrongValue, wrong
from storage.files.atomic import write_whole
from storage.files.fsync import flush_folder, make_folder
from storage.messages import month_counts

UNFINISHED = "restore.unfinished"
"""A file in the home for as long as a restoration runs: what it finds there is its own."""
# Whatever somebody did is in one of these.
TELLING_TABLES = ("companies", "messages", "users", "audit")
_HIGHEST = 2**62


@dataclass(frozen=True)
class Restored:
    """What a backup had: messages with a recording, and recordings that are yet to be filed."""

    messages: int
    unfiled: int
    waiting: int
    """Recordings that the service has yet to upload to the object store."""


def restore(path: Path, home: Home, progress: Progress) -> Restored:
    """Restore a backup into a home without messages, companies and recordings.

    Raises StorageError; then the home is as before.
    """
    manifest = check(path)
    if not knows_revision(str(manifest.get("revision"))):
        raise StorageError("backup-newer", path=path)
    mark = home.folder / UNFINISHED
    if not mark.exists() and not home.audio.is_empty():
        raise StorageError("home-has-recordings")
    loading = _Loading(path, home, manifest, progress)
    try:
        make_folder(home.folder)
        mark.touch()
        flush_folder(home.folder)
        try:
            with home.database.filling() as connection, _plain_rows(path):
                loading.load(connection)
        except BaseException:
            loading.undo()
            mark.unlink()
            raise
        mark.unlink()
    except OSError as error:
        raise StorageError("home-unwritable", folder=home.folder, reason=error.strerror) from error
    return Restored(loading.recordings, loading.unfiled, home.audio.waiting().files)


@contextmanager
def _plain_rows(path: Path) -> Iterator[None]:
    """Rows that the tables refuse are a damaged backup's."""
    try:
        with plain_errors(path):
            yield
    except IntegrityError as error:
        raise StorageError("backup-damaged", path=path, reason=wrong("rows-do-not-fit")) from error
    except DBAPIError as error:
        why = " ".join(str(error.orig).split())[:200]
        raise StorageError("backup-not-restored", path=path, reason=why) from error


def _send_nothing(connection: Connection) -> None:
    """Of what was there before the backup nobody is told by whoever restores it."""
    connection.execute(
        update(DeliveryRow)
        .where(DeliveryRow.state == "waiting")
        .values(state="cancelled", next_try_at=None, taken_until=None)
    )
    newest = select(func.coalesce(func.max(NewsRow.seq), 0)).scalar_subquery()
    connection.execute(update(ReadNewsRow).values(seq=newest))
    for table in (DestinationRow, OwnAddressRow):
        # A digest of what was unheard then would tell of it too.
        is_daily = table.next_digest_at.is_not(None)
        connection.execute(update(table).where(is_daily).values(set_at=datetime.now(UTC)))
        # Nor is anything told of along with what is cancelled.
        anew = update(table).values(hour_from=None, hour_count=None, hour_letter=None)
        connection.execute(anew)


class _Loading:
    """One restoration."""

    def __init__(
        self, path: Path, home: Home, manifest: dict[str, Any], progress: Progress
    ) -> None:
        self._path = path
        self._home = home
        self._manifest = manifest
        self._progress = progress
        self._members = 0
        self._there_before: set[str] = set()
        self._audio: dict[str, tuple[int, str]] = {}
        self._rows: dict[str, int] = {}
        self._without = 0
        self.recordings = 0
        self.unfiled = 0

    def load(self, connection: Connection) -> None:
        """Fill the database and the folders; the caller commits."""
        tables = Tables(connection)
        if any(tables.count(name) for name in TELLING_TABLES if name in tables.by_name):
            raise StorageError("home-in-use")
        tables.drop()
        upgrade(connection, str(self._manifest["revision"]))
        tables = Tables(connection)
        for table in reversed(tables.sorted):
            connection.execute(table.delete())  # what migrations put in
        total = _number(self._manifest, "recordings")
        for member in members(self._path):
            self._members += 1
            self._take(member, tables)
            self._progress(self.recordings, total)
        self._compare(tables)
        tables.set_sequences(_numbers(self._manifest, "sequences"))
        upgrade(connection)
        _send_nothing(connection)
        if _number(self._manifest, "purged_meanwhile"):
            with Session(connection) as session:
                month_counts.recount(session)
                session.commit()  # which leaves the connection's own transaction open

    def undo(self) -> None:
        """Remove what was written so far; what was there before stays."""
        for number, member in enumerate(members(self._path)):
            if number >= self._members:
                return
            if member.name in self._there_before:
                continue
            if member.kind == "audio":
                self._home.audio.delete(_key(member))
            elif place := self._place(member):
                place.unlink(missing_ok=True)

    def _take(self, member: Member, tables: Tables) -> None:
        if member.kind == "tables":
            self._take_rows(member, tables)
        elif member.kind == "audio":
            audio = member.read()
            self._audio[_key(member)] = len(audio), hashlib.sha256(audio).hexdigest()
            self._home.audio.put(_key(member), audio)
            self.recordings += 1
        elif place := self._place(member):
            self.unfiled += member.kind == "spool" and place.suffix == ".wav"
            if place.exists() and member.name != "voicepost.toml":
                self._there_before.add(member.name)
            else:
                _write(place, member)

    def _take_rows(self, member: Member, tables: Tables) -> None:
        name = member.name.split("/")[1]
        table = tables.by_name.get(name)
        if table is None:
            raise WrongValue("no-table", name=name)
        rows = from_lines(table, member.read(), is_sqlite=tables.is_sqlite)
        if name == "messages":
            self._match(rows)
        tables.insert(table, rows)
        self._rows[name] = self._rows.get(name, 0) + len(rows)

    def _match(self, rows: list[Row]) -> None:
        """Each kept message is to have its own audio, which came before it."""
        for row in rows:
            if row["state"] == "kept":
                audio = self._audio.pop(str(row["audio_key"]), None)
                self._without += audio is None
                if audio is not None and audio != (row["size"], row["sha256"]):
                    raise WrongValue("audio-of-another", id=str(row["id"]))
        if self._audio:
            raise WrongValue("audio-of-nobody", key=next(iter(self._audio)))

    def _compare(self, tables: Tables) -> None:
        """What was found has to be what the manifest says."""
        expected = _numbers(self._manifest, "rows")
        found = {name: self._rows.get(name, 0) for name in tables.by_name}
        if self._audio or found != expected:
            raise WrongValue("rows-missing")
        if self._without != _number(self._manifest, "without_recording"):
            raise WrongValue("recordings-missing")

    def _place(self, member: Member) -> Path | None:
        """Where a member goes that is a file of its own."""
        if member.name == "voicepost.toml":
            return self._home.settings_of_backup
        folder, _, name = member.name.rpartition("/")
        place = {
            "spool/recording": self._home.recordings,
            "spool/fallback": self._home.fallback,
            "prompts": self._home.prompts,
        }.get(folder)
        return place / os.fsdecode(unquote_to_bytes(name)) if place else None


def _key(member: Member) -> str:
    return member.name.removeprefix("audio/")


def _write(place: Path, member: Member) -> None:
    """Write a file durably, under its name only when it is whole."""
    make_folder(place.parent)
    # Asterisk may run as another user; settings are nobody else's business.
    write_whole(place, member.read(), mode=0o600 if place.suffix == ".from-backup" else 0o644)


def _number(manifest: dict[str, Any], name: str) -> int:
    number = manifest.get(name)
    if not isinstance(number, int) or not 0 <= number < _HIGHEST:
        raise WrongValue("no-number-of", file=MANIFEST, name=name)
    return number


def _numbers(manifest: dict[str, Any], name: str) -> dict[str, int]:
    numbers = manifest.get(name)
    if not isinstance(numbers, dict):
        raise WrongValue("no-field", file=MANIFEST, name=name)
    return {key: _number(numbers, key) for key in numbers}

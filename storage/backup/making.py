"""Making a backup while the service goes on.

All rows are of one moment, and the audio is that of exactly these rows. What was being said at that
moment is in the backup too, as far as Asterisk had written it: see `_add_drafts`.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Table, select, text

from storage.audio.wav import LARGEST_BYTES
from storage.backup.archive import ArchiveWriter
from storage.backup.home import Home, Progress
from storage.backup.tables import CHUNK_BYTES, Row, Tables, as_line
from storage.database.tables import IS_DRAFT, MessageRow
from storage.errors import AudioError, Problem, StorageError, reason_of, wrong
from storage.files.atomic import NotPlain, read_plain
from storage.identifiers import is_id
from storage.intake import draft_files

ID_CHARACTERS = 36
IS_PROMPT = re.compile(r"[0-9a-f]{64}\.wav")
# A store that is down is not asked for each of a million recordings.
FAILURES = 3


@dataclass
class Made:
    """What is in a backup, and what is not."""

    path: Path
    messages: int = 0
    purged: list[str] = field(default_factory=list)
    """Ids of messages removed for good in the meantime: neither row nor audio is in the backup."""
    damaged: list[Problem] = field(default_factory=list)
    """Messages whose audio is missing or not what was recorded: only their rows are there."""
    unread: list[Problem] = field(default_factory=list)
    """The files of the spool that are not in the backup, as they cannot be read."""


def back_up(home: Home, target: Path, progress: Progress) -> Made:
    """Write everything the home has to a file, or to a new file in a folder.

    Raises StorageError when the backup cannot be made; then there is none.
    """
    now = datetime.now(UTC)
    path = target / f"voicepost-{now:%Y-%m-%dT%H%M%SZ}.tar" if target.is_dir() else target
    if path.exists():
        raise StorageError("backup-exists", path=path)
    try:
        with ArchiveWriter(path) as archive:
            made = Made(path)
            _Backup(home, archive, made, progress).write(now)
    except OSError as error:
        raise StorageError("backup-unwritable", path=path, reason=error.strerror) from error
    return made


class _Backup:
    """One backup in the making."""

    def __init__(self, home: Home, archive: ArchiveWriter, made: Made, progress: Progress) -> None:
        self._home = home
        self._archive = archive
        self._made = made
        self._progress = progress
        self._left_out: set[int] = set()
        self._failed_in_a_row = 0

    def write(self, now: datetime) -> None:
        # What has no row yet comes before the moment of the rows: filed in between, it is in the
        # backup twice, and becomes one message all the same.
        self._add_rowless()
        counts = {}
        with self._home.database.snapshot() as connection:
            tables = Tables(connection)
            revision = tables.revision()
            drafts = select(text("id")).select_from(text("messages")).where(IS_DRAFT)
            self._add_drafts(connection.scalars(drafts).all())
            for table in tables.sorted:
                is_messages = table.name == "messages"
                chunks = self._messages(tables) if is_messages else self._rows(tables, table)
                counts[table.name] = self._add_table(table, chunks)
            sequences = tables.sequences()
        for path in sorted(self._home.prompts.glob("*.wav")):
            if IS_PROMPT.fullmatch(path.name):
                self._archive.add(f"prompts/{path.name}", path.read_bytes())
        if self._home.settings_file.exists():
            self._archive.add("voicepost.toml", self._home.settings_file.read_bytes())
        manifest: dict[str, Any] = {
            "made_at": now.isoformat(timespec="seconds"),
            "revision": revision,
            "rows": counts,
            "recordings": self._made.messages,
            "without_recording": len(self._made.damaged),
            "purged_meanwhile": len(self._made.purged),
            "sequences": sequences,
        }
        self._archive.finish(manifest)

    def _add_rowless(self) -> None:
        """Recordings that the fallback left, or that only a draft file or nobody knows."""
        for path in _files(self._home.fallback, ".wav"):
            self._add_recording("fallback", path)
        for path in _files(self._home.recordings, ".wav"):
            owner = path.name[:ID_CHARACTERS]
            if is_id(owner) and self._now(owner) is None:
                self._add_recording("recording", path)
        for path in _files(self._home.recordings, draft_files.SUFFIX):
            if is_id(path.stem):
                self._add_recording("recording", path)

    def _add_drafts(self, drafts: Sequence[str]) -> None:
        """What the drafts of this moment have recorded; restored, they are settled like any other.

        A draft that was filed since has its audio among the recordings kept.
        """
        for draft in drafts:
            parts = [p for p in _files(self._home.recordings, ".wav") if p.name.startswith(draft)]
            added = [self._add_recording("recording", part) for part in parts]
            row = self._now(draft)
            if not any(added) and row is not None and row.audio_key and row.state == "kept":
                with self._home.audio.open(row.audio_key) as file:
                    self._archive.add(f"spool/recording/{draft}.wav", file.read())

    def _add_recording(self, kind: str, path: Path) -> bool:
        """Add a file of the spool as it is now; false if it is gone."""
        try:
            contents = read_plain(path, LARGEST_BYTES)
        except FileNotFoundError:
            return False
        except (NotPlain, OSError) as error:
            self._made.unread.append(wrong("not-backed-up", path=path, reason=reason_of(error)))
            return False
        name = quote(os.fsencode(path.name), safe="+*~")
        self._archive.add(f"spool/{kind}/{name}", contents)
        return True

    def _add_table(self, table: Table, chunks: Iterator[list[bytes]]) -> int:
        """Add the rows, a megabyte at a time or as they come; returns how many."""
        rows = number = 0
        lines: list[bytes] = []
        for chunk in chunks:
            lines += chunk
            rows += len(chunk)
            if sum(map(len, lines)) >= CHUNK_BYTES or table.name == "messages":
                number += 1
                self._add_lines(table, number, lines)
                lines = []
        self._add_lines(table, number + 1, lines)
        return rows

    def _add_lines(self, table: Table, number: int, lines: list[bytes]) -> None:
        if lines:
            self._archive.add(f"tables/{table.name}/{number:06}.jsonl", b"\n".join(lines) + b"\n")

    def _rows(self, tables: Tables, table: Table) -> Iterator[list[bytes]]:
        """Rows, without those that belong to messages which are left out."""
        keys = [key for key in table.foreign_keys if key.column.table.name == "messages"]
        for rows in tables.rows(table):
            yield [
                as_line(row)
                for row in rows
                if not any(row[key.parent.name] in self._left_out for key in keys)
            ]

    def _messages(self, tables: Tables) -> Iterator[list[bytes]]:
        """Rows of messages, after the audio of each has been added."""
        table = tables.by_name["messages"]
        done, total = 0, tables.count("messages", table.c.state == "kept")
        self._progress(done, total)
        for rows in tables.rows(table):
            lines = []
            for row in rows:
                if row["state"] == "kept":
                    done += 1
                    self._progress(done, total)
                    if not self._add_audio(row):
                        continue
                lines.append(as_line(row))
            yield lines

    def _add_audio(self, row: Row) -> bool:
        """Add the message's audio; false if the message is to be left out."""
        key = str(row["audio_key"])
        try:
            audio = self._intact(key, row["sha256"])
        except StorageError as error:
            return self._go_without(row, error)
        self._failed_in_a_row = 0
        self._archive.add(f"audio/{key}", audio)
        self._made.messages += 1
        return True

    def _intact(self, key: str, sha256: str) -> bytes:
        with self._home.audio.open(key) as file:
            audio = file.read()
        if hashlib.sha256(audio).hexdigest() != sha256:
            raise StorageError("audio-changed")
        return audio

    def _go_without(self, row: Row, error: StorageError) -> bool:
        """Leave out a message that was removed meanwhile; keep the row of one that is damaged."""
        message_id = str(row["id"])
        now = self._now(message_id)
        if now is None or now.state != "kept" or now.deleted_at is not None:
            self._made.purged.append(message_id)
            self._left_out.add(row["place"])
            return False
        self._failed_in_a_row += isinstance(error, AudioError)
        if self._failed_in_a_row >= FAILURES:
            raise error
        self._made.damaged.append(wrong("not-exported", id=message_id, reason=error.problem))
        return True

    def _now(self, message_id: str) -> MessageRow | None:
        """The message as it is now, not at the moment of the backup."""
        with self._home.database.reading() as session:
            return session.scalars(select(MessageRow).where(MessageRow.id == message_id)).first()


def _files(folder: Path, suffix: str) -> list[Path]:
    """What lies in a folder of the spool, which may not be there yet."""
    return sorted(folder.glob(f"*{suffix}"))

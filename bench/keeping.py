"""Keeping: messages a second from the spool to kept, by one process, with every fsync.

Against `cp`, `fsync` and one committed insert into SQLite for each: what no way of keeping a file
and a row safely can do without.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

from bench.drafts import begun
from bench.figure import Figure, rates
from bench.part import Size
from commands.context import App
from storage.intake.intake import Draft, Kept, Mailbox
from tests.speech import samples, speak, write_wav

SECONDS = 30
RATE = 8000
BOX = Mailbox(None, "Ромашка", "company", "Ромашка", "74951234567")
TEXT = "Здравствуйте, это Иван. Перезвоните мне, пожалуйста, завтра утром."


def measure(size: Size) -> list[Figure]:
    """Keep so many messages, that many times."""
    runs, messages = (3, 20) if size == "quick" else (5, 100)
    with tempfile.TemporaryDirectory(prefix="vp-bench-") as name:
        folder = Path(name)
        said = write_wav(folder / "said.wav", _half_a_minute())
        ours, peer = _Ours(folder / "home", said, messages), _Peer(folder / "peer", said, messages)
        (folder / "peer").mkdir()
        for run in range(runs + 1):
            ours.record(run)
        mine, its = rates(runs, messages, ours.keep, peer.keep)
        ours.close()
    return [
        Figure(
            f"messages of {SECONDS} s kept a second",
            "cp, fsync, and an insert committed",
            "1/s",
            mine,
            its,
            goal=0.5,
            more_is_better=True,
        )
    ]


class _Ours:
    def __init__(self, home: Path, said: Path, count: int) -> None:
        self._app, self._said, self._count = App(home), said, count
        self._app.settings.recordings.mkdir(parents=True)
        self._drafts: dict[int, list[Draft]] = {}

    def record(self, run: int) -> None:
        """What comes before, and is not measured: drafts, and what Asterisk records."""
        messages, folder = self._app.intake, self._app.settings.recordings
        self._drafts[run] = drafts = begun(messages, BOX, run, self._count)
        for draft in drafts:
            recording = folder / f"{draft.id}.wav"
            # No two are the same: what was just heard is not listened to again.
            recording.write_bytes(self._said.read_bytes()[:-16] + draft.id.encode()[-16:])

    def keep(self, run: int) -> None:
        for draft in self._drafts.pop(run):
            assert isinstance(self._app.intake.finish(draft.id), Kept)

    def close(self) -> None:
        self._app.database.close()


class _Peer:
    def __init__(self, folder: Path, said: Path, count: int) -> None:
        self._folder, self._said, self._count = folder, said, count

    def keep(self, run: int) -> None:
        with sqlite3.connect(self._folder / "rows.db", isolation_level=None) as database:
            database.execute("pragma journal_mode = wal")
            database.execute("pragma synchronous = full")
            database.execute("create table if not exists messages (id text primary key, size int)")
            for number in range(self._count):
                copy = self._folder / f"{run}-{number}.wav"
                shutil.copyfile(self._said, copy)
                with copy.open("rb") as file:
                    os.fsync(file.fileno())
                row = (copy.name, copy.stat().st_size)
                database.execute("insert into messages values (?, ?)", row)
        database.close()


def _half_a_minute() -> bytes:
    said = samples(speak(TEXT))
    whole = said * (SECONDS * RATE * 2 // len(said) + 1)
    return whole[: SECONDS * RATE * 2]

"""Audio without a message: it is told, and never removed by itself.

Removing takes the audio first (`storage.retention.purge`), and keeping stores it first, so a crash
leaves no such file for long. One that is there all the same was put there by somebody, or its row
was lost: what somebody said may be in it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from storage.database.engine import Database
from storage.database.tables import MessageRow
from storage.errors import AudioError

LOOKED_AT = 10_000
"""Files looked at, those of the newest months first: it takes about a second."""
TOGETHER = 500
QUIET_SECONDS = 3600
"""Audio so young may belong to a message whose row is just being committed."""
MOST_TOLD = 20


@dataclass(frozen=True)
class Orphans:
    """Audio that belongs to no message: how many files, and the keys of the first `MOST_TOLD`.

    ``is_all`` says whether all files were looked at, and not only the newest ``looked_at``.
    """

    count: int
    keys: tuple[str, ...]
    looked_at: int
    is_all: bool


def orphan_audio(database: Database, folder: Path, look_at: int = LOOKED_AT) -> Orphans:
    """Audio files in a folder of kept audio that no row knows; changes nothing.

    Raises AudioError, DatabaseUnavailable.
    """
    files = _files(folder)
    found: list[str] = []
    looked_at = 0
    try:
        while batch := list(islice(files, min(TOGETHER, look_at - looked_at))):
            looked_at += len(batch)
            found += _unknown(database, folder, batch)
        is_all = looked_at < look_at or next(files, None) is None
    except OSError as error:
        raise AudioError("folder-unreadable", folder=folder, reason=error.strerror) from error
    return Orphans(len(found), tuple(found[:MOST_TOLD]), looked_at, is_all)


def _files(folder: Path) -> Iterator[Path]:
    """Audio files, newest folder first; what begins with a dot is not finished."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir(), reverse=True):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.suffix == ".wav":
            yield path


def _unknown(database: Database, folder: Path, files: list[Path]) -> list[str]:
    with database.reading() as session:
        ids = [path.stem for path in files]
        known = set(session.scalars(select(MessageRow.audio_key).where(MessageRow.id.in_(ids))))
    before = time.time() - QUIET_SECONDS
    keys = ((path.relative_to(folder).as_posix(), path) for path in files)
    return [key for key, path in keys if key not in known and _is_older(path, before)]


def _is_older(path: Path, before: float) -> bool:
    """Whether the file was changed last before that time; one that has gone by now is no orphan."""
    try:
        return path.stat().st_mtime < before
    except FileNotFoundError:
        return False

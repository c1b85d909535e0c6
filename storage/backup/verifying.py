"""Checking a backup without a home to restore it into."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from storage.audio.store import Waiting
from storage.backup.home import Home, Progress
from storage.backup.restoring import Restored, restore
from storage.database.engine import Database
from storage.errors import NotFound, Problem


def verify(path: Path, progress: Progress) -> Restored:
    """Restore a backup into a home that is thrown away; nobody needs its audio.

    So every sha256 is compared, and rows, audio and tables fit together. Raises StorageError.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = Database(f"sqlite:///{folder / 'voicepost.db'}")
        home = Home(
            folder, database, _Nowhere(), folder / "prompts", folder / "spool", folder / "fallback"
        )
        try:
            return restore(path, home, progress)
        finally:
            database.close()


class _Nowhere:
    """Takes any audio, and forgets it."""

    def put(self, key: str, audio: bytes) -> None:
        """Forget it."""

    def put_many(self, audio: Mapping[str, bytes]) -> None:
        """Forget all of it."""

    def open(self, key: str) -> BinaryIO:
        """Never there."""
        raise NotFound("audio-not-kept", key=key)

    def delete(self, key: str) -> None:
        """Gone already."""

    def tidy(self) -> None:
        """Nothing to do."""

    def is_empty(self) -> bool:
        """Always."""
        return True

    def upload(self, stop: threading.Event) -> tuple[Problem, ...]:
        """Nothing to do."""
        return ()

    def waiting(self) -> Waiting:
        """Nothing."""
        return Waiting(0, 0.0)

"""Recordings where Asterisk left them, from the moment they end until they are messages.

Others can write there, too. What is no recording is never followed out of the folder, never waited
for and never removed: it is refused, told of once, and stays for the administrator to see.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path

import structlog

from storage.audio import HEADER_BYTES, Audio, examine
from storage.durable import flush
from storage.errors import AudioError

log = structlog.get_logger(__name__)


def secure_recording(path: Path) -> None:
    """Have a recording that has ended on the disk, before anything else is done about it.

    Asterisk flushes nothing. From here on a power cut finds the recording whole, or the message
    that it became. Where it cannot be flushed it may still be read, filed and flushed as that.
    """
    try:
        if stat.S_ISREG(path.lstat().st_mode):
            flush(path)
    except FileNotFoundError:
        pass  # Asterisk made none
    except OSError as error:
        log.warning("recording cannot be flushed", path=str(path), reason=error.strerror)


def read_recording(path: Path) -> Audio | None:
    """The recording, or None where Asterisk made none, or one without audio.

    Raises NoRecording where something else is in its place, AudioError otherwise.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise AudioError(f"the folder of recordings {path.parent} is not there") from None
        return None
    except OSError as error:
        raise AudioError(f"{path} cannot be read: {error.strerror}") from error
    empty = stat.S_ISREG(found.st_mode) and found.st_size <= HEADER_BYTES
    return None if empty else examine(path)


def remove_recording(path: Path) -> None:
    """A recording no longer needed; if it cannot go now, the next reconciliation tries again."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("recording cannot be removed", path=str(path), reason=error.strerror)


class Refused:
    """What was found to be no recording, and need not be looked at again until it changes."""

    def __init__(self) -> None:
        self._marks: dict[Path, tuple[int, ...]] = {}

    def add(self, path: Path) -> None:
        """This is none."""
        if mark := _mark(path):
            self._marks[path] = mark

    def __contains__(self, path: Path) -> bool:
        return path in self._marks and self._marks[path] == _mark(path)

    def forget_all_but(self, folder: Path, there: Iterable[Path]) -> None:
        """Only these are still in the folder."""
        gone = {path for path in self._marks if path.parent == folder}.difference(there)
        for path in gone:
            del self._marks[path]


def _mark(path: Path) -> tuple[int, ...]:
    """Changes when the file does, or who may read it."""
    try:
        found = path.lstat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

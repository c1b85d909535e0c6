"""Where kept audio lives, behind a small interface."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Protocol

from storage.errors import AudioError, DamagedAudio, LostAudio, Problem
from storage.files.atomic import write_all_whole, write_whole
from storage.files.fsync import flush_folder, make_folder

MODE: Final = 0o640
"""Of each file: Asterisk may be another user of our group."""


class Waiting(NamedTuple):
    """Audio not yet where it is to stay: how many files, and how long the oldest has waited."""

    files: int
    oldest_seconds: float


class AudioStore(Protocol):
    """A store of audio by key; keys are relative paths such as ``2026/08/<id>.wav``.

    All methods raise AudioError when the store cannot be used.
    """

    def put(self, key: str, audio: bytes) -> None:
        """Store durably: once this returns, a power cut loses nothing. Repeating is harmless."""

    def put_many(self, audio: Mapping[str, bytes]) -> None:
        """Store many, by their keys, as durably as `put` does, and in less time than one by one."""

    def open(self, key: str) -> BinaryIO:
        """The audio, to be read and closed. Raises NotFound."""

    def delete(self, key: str) -> None:
        """Remove the audio; it may be gone already."""

    def tidy(self) -> None:
        """Remove what crashes left half-written."""

    def is_empty(self) -> bool:
        """Whether there is no audio at all."""

    def upload(self, stop: threading.Event) -> tuple[Problem, ...]:
        """Take what waits on this machine to where it stays; what failed.

        Ends early when ``stop`` is set.
        """

    def waiting(self) -> Waiting:
        """What waits to be uploaded; asks nobody but this machine's disk."""


class LocalAudio:
    """A folder of audio files."""

    # Unfinished files stay here: on the same file system, and never in anybody's way.
    INCOMING = ".incoming"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, key: str, audio: bytes) -> None:
        """Write beside, flush to the disk, rename into place, flush the folder."""
        place = self.path(key)
        incoming = self.folder / self.INCOMING
        try:
            for folder in (incoming, place.parent):
                make_folder(folder)
            write_whole(place, audio, beside=incoming, mode=MODE)
        except OSError as error:
            raise AudioError(
                "audio-not-kept-in", folder=self.folder, reason=error.strerror
            ) from error

    def put_many(self, audio: Mapping[str, bytes]) -> None:
        """The same, each step for all of them at once."""
        incoming = self.folder / self.INCOMING
        keys = {Path(key): contents for key, contents in audio.items()}
        folders = {folder: self.path(str(folder)) for folder in {key.parent for key in keys}}
        places = {folders[key.parent] / key.name: contents for key, contents in keys.items()}
        try:
            for folder in (incoming, *folders.values()):
                make_folder(folder)
            write_all_whole(places, beside=incoming, mode=MODE)
        except OSError as error:
            raise AudioError(
                "audio-not-kept-in", folder=self.folder, reason=error.strerror
            ) from error

    def open(self, key: str) -> BinaryIO:
        """The audio file, opened."""
        try:
            return self.path(key).open("rb")
        except FileNotFoundError as error:
            raise LostAudio("audio-lost", key=key, place=self.folder) from error
        except OSError as error:
            raise AudioError("kept-audio-unreadable", key=key, reason=error.strerror) from error

    def delete(self, key: str) -> None:
        """Unlink the file; no power cut brings it back."""
        path = self.path(key)
        try:
            path.unlink()
            flush_folder(path.parent)
        except FileNotFoundError:
            return
        except OSError as error:
            raise AudioError("audio-not-deleted", key=key, reason=error.strerror) from error

    def tidy(self) -> None:
        """Remove unfinished files an hour old: nobody writes for so long."""
        for unfinished in (self.folder / self.INCOMING).glob("*.part"):
            try:
                if unfinished.stat().st_mtime < time.time() - 3600:
                    unfinished.unlink(missing_ok=True)
            except OSError as error:
                raise AudioError(
                    "file-not-removed", path=unfinished, reason=error.strerror
                ) from error

    def is_empty(self) -> bool:
        """Whether there is no file; half-written ones do not count."""
        return next(self.keys(), None) is None

    def upload(self, stop: threading.Event) -> tuple[Problem, ...]:
        """Nothing: what is put is where it stays."""
        return ()

    def waiting(self) -> Waiting:
        """Nothing waits."""
        return Waiting(0, 0.0)

    def keys(self) -> Iterator[str]:
        """Every key there is, the oldest months first."""
        try:
            for folder, inner, names in os.walk(self.folder, onerror=_raise):
                inner[:] = sorted(name for name in inner if not name.startswith("."))
                place = Path(folder).relative_to(self.folder)
                yield from (str(place / name) for name in names if not name.startswith("."))
        except FileNotFoundError:
            return  # nothing was ever put
        except OSError as error:
            raise AudioError(
                "folder-unreadable", folder=self.folder, reason=error.strerror
            ) from error

    def path(self, key: str) -> Path:
        """Where the audio is, or would be. Raises DamagedAudio if that is elsewhere."""
        path = self.folder / key
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise DamagedAudio("audio-key-outside", key=repr(key))
        return path


def _raise(error: OSError) -> None:
    raise error

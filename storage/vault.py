"""Where kept audio lives, behind a small interface."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path
from typing import BinaryIO, Protocol

from storage.durable import flush_folder, make_folder
from storage.errors import AudioError, NotFound


class AudioStore(Protocol):
    """A store of audio by key; keys are relative paths such as ``2026/08/<id>.wav``.

    All methods raise AudioError when the store cannot be used.
    """

    def put(self, key: str, audio: bytes) -> None:
        """Store durably: once this returns, a power cut loses nothing. Repeating is harmless."""

    def open(self, key: str) -> BinaryIO:
        """The audio, to be read and closed. Raises NotFound."""

    def delete(self, key: str) -> None:
        """Remove the audio; it may be gone already."""

    def tidy(self) -> None:
        """Remove what crashes left half-written."""


class LocalAudio:
    """A folder of audio files."""

    # Unfinished files stay here: on the same file system, and never in anybody's way.
    INCOMING = ".incoming"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, key: str, audio: bytes) -> None:
        """Write beside, flush to the disk, rename into place, flush the folder."""
        place = self._path(key)
        unfinished = self.folder / self.INCOMING / f"{secrets.token_hex(8)}.part"
        try:
            for folder in (unfinished.parent, place.parent):
                make_folder(folder)
            try:
                with unfinished.open("xb") as file:
                    file.write(audio)
                    file.flush()
                    os.fsync(file.fileno())
                unfinished.replace(place)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
            flush_folder(place.parent)
        except OSError as error:
            raise AudioError(f"{self.folder} cannot take the audio: {error.strerror}") from error

    def open(self, key: str) -> BinaryIO:
        """The audio file, opened."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError as error:
            raise NotFound(f"the audio {key} is not in {self.folder}") from error
        except OSError as error:
            raise AudioError(f"the audio {key} cannot be read: {error.strerror}") from error

    def delete(self, key: str) -> None:
        """Unlink the file."""
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            raise AudioError(f"the audio {key} cannot be deleted: {error.strerror}") from error

    def tidy(self) -> None:
        """Remove unfinished files an hour old: nobody writes for so long."""
        for unfinished in (self.folder / self.INCOMING).glob("*.part"):
            try:
                if unfinished.stat().st_mtime < time.time() - 3600:
                    unfinished.unlink(missing_ok=True)
            except OSError as error:
                raise AudioError(f"{unfinished} cannot be removed: {error.strerror}") from error

    def _path(self, key: str) -> Path:
        path = self.folder / key
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise AudioError(f"the audio key {key!r} leads out of the audio folder")
        return path

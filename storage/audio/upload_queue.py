"""Audio in an object store, by way of a folder on this machine.

A message is kept when its audio is in the outbox; "saved" waits for no network. The uploader takes
it to the store, reads it back, and only then removes it here. Until then it is heard from here.

What is deleted leaves a mark in the outbox, until the store has forgotten it too: nothing waits
for a store that is down, and nothing comes back with it. How long is waited after a failure stands
in `commands.loops.uploading`.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote

from storage.audio.s3 import Bucket
from storage.audio.store import LocalAudio, Waiting
from storage.errors import AudioError, NotFound, Problem, wrong
from storage.files.fsync import flush, flush_folder, make_folder

# A store that is down is not asked about each of a thousand files.
FAILURES = 3
# Files and marks looked at in one round; the rest has its turn in the next one.
ROUND = 1_000
COUNTED = 10_000
"""Counting what waits stops here: it means "or more"."""


class OutboxAudio:
    """Audio that is put here and stays in a bucket. Safe to use from several processes at once."""

    def __init__(self, folder: Path, bucket: Bucket) -> None:
        self.folder = folder
        self._here = LocalAudio(folder)
        self._bucket = bucket
        self._marks = folder / ".deleted"
        self._failures: Counter[str] = Counter()

    def put(self, key: str, audio: bytes) -> None:
        """Write it durably into the outbox."""
        with self._locked():
            self._here.put(key, audio)
            self._unmark(key)

    def put_many(self, audio: Mapping[str, bytes]) -> None:
        """Write all of it durably into the outbox."""
        with self._locked():
            self._here.put_many(audio)
            for key in audio:
                self._unmark(key)

    def open(self, key: str) -> BinaryIO:
        """The audio from the outbox, or in blocks from the store."""
        try:
            return self._here.open(key)
        except NotFound:
            if self._mark(key).exists():
                raise
        return self._bucket.open(key)

    def delete(self, key: str) -> None:
        """Mark it as deleted, which counts at once, and remove it from the outbox."""
        with self._locked(), self._plain_errors():
            make_folder(self._marks)
            self._mark(key).touch()
            flush(self._mark(key))
            self._here.delete(key)

    def tidy(self) -> None:
        """Remove what crashes left half-written here; the store shows only what is whole."""
        self._here.tidy()

    def is_empty(self) -> bool:
        """Whether there is no audio, here or in the store."""
        return self._here.is_empty() and self._bucket.is_empty()

    def waiting(self) -> Waiting:
        """What waits for the uploader, counted up to 10,000."""
        count, oldest = 0, time.time()
        for key in islice(self._here.keys(), COUNTED):
            try:
                oldest = min(oldest, self._here.path(key).stat().st_mtime)
            except FileNotFoundError:
                continue  # uploaded just now
            count += 1
        return Waiting(count, max(time.time() - oldest, 0.0) if count else 0.0)

    def upload(self, stop: threading.Event) -> tuple[Problem, ...]:
        """Upload what waits and forget what is deleted, once; one process at a time does.

        What failed before has its turn last. Three failures in a row end the round.
        """
        failures: list[Problem] = []
        in_a_row = 0
        with self._locked(".uploading", wait=False) as mine:
            for key, work in self._work() if mine else ():
                if stop.is_set() or in_a_row >= FAILURES:
                    break
                try:
                    work(key)
                except (AudioError, OSError) as error:
                    in_a_row += 1
                    self._failures[key] += 1
                    failures.append(self._problem(error))
                else:
                    in_a_row = 0
                    del self._failures[key]
        return tuple(failures)

    def _problem(self, error: AudioError | OSError) -> Problem:
        if isinstance(error, AudioError):
            return error.problem
        return wrong("outbox-failed", folder=self.folder, reason=str(error))

    def check(self) -> None:
        """Send a few bytes to the store, read them back and delete them. Raises AudioError."""
        key, said = f".check/{secrets.token_hex(8)}", secrets.token_bytes(64)
        self._bucket.put(key, io.BytesIO(said))
        with self._bucket.open(key) as file:
            heard = file.read()
        self._bucket.delete(key)
        if heard != said:
            raise AudioError("store-returns-else", url=self._bucket.url)

    def _work(self) -> Iterator[tuple[str, Callable[[str], None]]]:
        """What one round does: first what is to be forgotten, then what is to be sent."""
        with self._plain_errors():
            marks = self._marks.iterdir() if self._marks.is_dir() else iter(())
            marked = [unquote(mark.name) for mark in islice(marks, ROUND)]
        keys = list(islice(self._here.keys(), ROUND))
        for key in sorted(marked, key=self._turn):
            yield key, self._forget
        for key in sorted(keys, key=self._turn):
            yield key, self._send

    def _turn(self, key: str) -> tuple[int, str]:
        return self._failures[key], key

    def _forget(self, key: str) -> None:
        """Have the store forget what is deleted. Nobody else uploads it in the meantime."""
        self._bucket.delete(key)
        self._unmark(key)

    def _send(self, key: str) -> None:
        """Upload, read back, and only then remove the file, if it is the one that was sent."""
        try:
            file = self._here.open(key)
        except NotFound:
            return  # deleted meanwhile
        with file:
            self._bucket.put(key, file)
            file.seek(0)
            with self._bucket.open(key) as remote:
                if _digest(remote) != _digest(file):
                    raise AudioError("store-returns-other-audio", url=self._bucket.url, key=key)
            with self._locked(), self._plain_errors():
                if _is_same(file, self._here.path(key)):
                    self._here.delete(key)

    def _mark(self, key: str) -> Path:
        return self._marks / quote(key, safe="")

    def _unmark(self, key: str) -> None:
        with self._plain_errors(), suppress(FileNotFoundError):
            self._mark(key).unlink()
            flush_folder(self._marks)

    @contextmanager
    def _locked(self, name: str = ".lock", *, wait: bool = True) -> Iterator[bool]:
        """Hold a lock of the outbox, which the system releases also when we are killed.

        Without ``wait`` false means that somebody else holds it.
        """
        with ExitStack() as stack:
            with self._plain_errors():
                make_folder(self.folder)
                lock = stack.enter_context((self.folder / name).open("ab"))
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
                    held = True
                except BlockingIOError:
                    held = False
            yield held

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise AudioError("outbox-failed", folder=self.folder, reason=error.strerror) from error


def _digest(file: BinaryIO) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _is_same(file: BinaryIO, path: Path) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False

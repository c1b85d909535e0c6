"""The log file of one role: lines of JSON, rotated by size, that never hold up a call."""

from __future__ import annotations

import atexit
import json
import os
import queue
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

FILE_BYTES: Final = 10_000_000
OLD_FILES: Final = 9
"""A role's log takes 100 MB at most: some fifty thousand calls."""
WAITING_LINES: Final = 10_000
"""Lines that may wait for a disk that does not answer; further ones are lost, and counted."""
LAST_SECONDS: Final = 2.0
"""How long the end of a process waits for its last lines to be written."""


class LogFile:
    """Appends lines in a thread of its own, so that nothing waits for a disk.

    A line that cannot be written (a full disk, a folder without rights) is dropped; how many were
    is written down as soon as something can be written again. Two processes of one role may
    append at the same time for a while: one that ends as the next one begins.
    """

    def __init__(
        self, path: Path, *, file_bytes: int = FILE_BYTES, old_files: int = OLD_FILES
    ) -> None:
        self.path = path
        self.lost = 0
        self._file_bytes = file_bytes
        self._old_files = old_files
        self._lines: queue.Queue[bytes | None] = queue.Queue(WAITING_LINES)
        self._descriptor: int | None = None
        self._told_lost = 0
        self._thread: threading.Thread | None = None

    def write(self, line: str) -> None:
        """Have a line (without its end) written soon. Never raises, never waits."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True, name="log file")
            self._thread.start()
            atexit.register(self.close)
        try:
            self._lines.put_nowait(line.encode("utf-8", "backslashreplace") + b"\n")
        except queue.Full:
            self.lost += 1

    def close(self) -> None:
        """Write what is waiting, and end. Waits for a stuck disk no longer than two seconds."""
        atexit.unregister(self.close)
        thread, self._thread = self._thread, None
        if thread is not None:
            with suppress(queue.Full):
                self._lines.put(None, timeout=LAST_SECONDS)
            thread.join(LAST_SECONDS)

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            if not self._append(line):
                self.lost += 1
            elif self.lost > self._told_lost:
                missing = self.lost - self._told_lost
                if self._append(_lost_line(missing)):
                    self._told_lost += missing
        self._let_go()

    def _append(self, line: bytes) -> bool:
        try:
            if self._descriptor is None:
                self._descriptor = self._open()
            if os.write(self._descriptor, line) < len(line):
                self._let_go()  # the disk is full: opening it again ends the broken line
                return False
            if os.fstat(self._descriptor).st_size >= self._file_bytes:
                self._rotate(self._descriptor)
        except OSError:
            self._let_go()
            return False
        return True

    def _open(self) -> int:
        self.path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(self.path, flags, 0o640)  # callers' numbers are nobody else's business
        if os.fstat(descriptor).st_size and not _ends_with_a_whole_line(self.path):
            os.write(descriptor, b"\n")
        return descriptor

    def _rotate(self, descriptor: int) -> None:
        """Begin a new file, unless another process of this role has just done so."""
        is_current = os.path.samestat(os.fstat(descriptor), self.path.stat())
        self._let_go()
        if not is_current:
            return
        for number in range(self._old_files, 0, -1):
            older = self._old(number)
            younger = self._old(number - 1) if number > 1 else self.path
            with suppress(FileNotFoundError):
                younger.replace(older)

    def _old(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")

    def _let_go(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with suppress(OSError):
                os.close(descriptor)


def _ends_with_a_whole_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"


def _lost_line(lines: int) -> bytes:
    told = {"event": "lines of this log were lost", "lines": lines, "level": "warning"}
    return json.dumps(told | {"timestamp": datetime.now(UTC).isoformat()}).encode() + b"\n"

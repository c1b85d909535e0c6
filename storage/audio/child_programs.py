"""Programs that work on what strangers sent: limited in memory, time and output, two at once.

A file of 55 bytes can ask a decoder for gigabytes. So the kernel holds each child to what honest
files need many times over, and what a child writes goes to a file, whose size is limited too.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from storage.errors import Busy

MEMORY: Final = 768 * 1024 * 1024
"""Bytes of addresses. ffmpeg needs 280 MB of them for any file of 20 MB: most are its libraries."""
CPU_SECONDS: Final = 30
"""The longest honest file takes three."""
SECONDS: Final = 60.0
"""How long a child may take by the clock."""
AT_ONCE: Final = 2
WAITING: Final = 8
"""How many may wait for their turn: each holds one of the threads that also answer pages."""
PATIENCE: Final = 60.0
"""Seconds that one waits."""


class Turns:
    """Lets so many go on at once and so many wait; sends everybody else away."""

    def __init__(
        self, at_once: int = AT_ONCE, waiting: int = WAITING, patience: float = PATIENCE
    ) -> None:
        self._free = threading.Semaphore(at_once)
        self._places = threading.Semaphore(at_once + waiting)
        self._patience = patience

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Have a turn, waiting for it. Raises Busy where too many wait, or it takes too long."""
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            if not self._free.acquire(timeout=self._patience):
                raise Busy
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._places.release()


TURNS: Final = Turns()
"""Those of this process."""


def run(command: Sequence[str], *, given: bytes = b"", most_bytes: int) -> bytes:
    """What a program wrote to its standard output; ``given`` is its standard input.

    No file that it writes may have more than ``most_bytes``, nor what it writes to its output.
    To be called within a turn. Raises FileNotFoundError where the program is not installed, and
    TimeoutExpired and CalledProcessError of subprocess: this where it exceeds a limit, too.
    """
    for program in (command[0], "prlimit"):
        if shutil.which(program) is None:
            raise FileNotFoundError(program)
    # By a program of util-linux, not in the child before exec: that is unsafe with threads.
    limited = [
        "prlimit",
        f"--as={_allowed(resource.RLIMIT_AS, MEMORY)}",
        f"--cpu={_allowed(resource.RLIMIT_CPU, CPU_SECONDS)}",
        f"--fsize={_allowed(resource.RLIMIT_FSIZE, most_bytes)}",
        *("--core=0", "--", *command),
    ]
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as output:
        source.write(given)
        source.seek(0)
        subprocess.run(
            limited,
            stdin=source,
            stdout=output,
            stderr=subprocess.DEVNULL,
            # Each arena of malloc reserves 64 MB of addresses, whether it uses them or not.
            env={**os.environ, "MALLOC_ARENA_MAX": "1"},
            timeout=SECONDS,
            check=True,
        )
        output.seek(0)
        return output.read()


def _allowed(kind: int, wanted: int) -> int:
    """What may be set: nobody raises a limit that this process has itself."""
    own = resource.getrlimit(kind)[1]
    return wanted if own == resource.RLIM_INFINITY else min(wanted, own)

"""Who serves the calls of an installation: its name, and whether anybody does just now."""

from __future__ import annotations

import fcntl
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from storage.settings import Settings

LOCK: Final = "calls.lock"


def owner(settings: Settings) -> str:
    """This installation, by a name that it has again after a restart."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{socket.gethostname()}:{settings.home}"))


@contextmanager
def serving(home: Path) -> Iterator[None]:
    """Serve the calls of this home: until the process has ended, however it ends, others can tell.

    Several may, for a moment: a successor takes over from who served before.
    """
    with (home / LOCK).open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def was_served(home: Path) -> bool:
    """Whether calls of this home are served, or ever were: by who holds the lock, or left it."""
    return (home / LOCK).exists()


def is_served(home: Path) -> bool:
    """Whether a process serves the calls of this home. Raises OSError."""
    with (home / LOCK).open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False

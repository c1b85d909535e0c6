"""Whether there is room for one more message, before anybody speaks."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from storage.errors import NoRoom

BYTES_A_SECOND = 16_000
"""Of a recording: 8 kHz, 16 bit, one channel."""
MARGIN = 2_000_000
"""Bytes beside the message: its row, the database's log, and what others write meanwhile."""
FULL = 65_536
"""With so little room left, what was said last may not be in the file: Asterisk writes 32 KiB at
once, and says nothing when it cannot."""


def check_room(folders: Iterable[Path], seconds: float) -> None:
    """See that each folder has room for a message of so many seconds. Raises NoRoom."""
    needed = int(seconds * BYTES_A_SECOND) + MARGIN
    for folder in folders:
        if free_bytes(folder) < needed:
            raise NoRoom("no-room", folder=folder)


def is_full(folder: Path) -> bool:
    """Whether a recording may have been cut short for want of room."""
    return free_bytes(folder) < FULL


def free_bytes(folder: Path) -> int:
    """Room on the file system of a folder, which may not be made yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize

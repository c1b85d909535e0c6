"""What a power cut must not undo: files and folders flushed to the disk.

A file that was written is in the machine's memory first, for half a minute with Linux's defaults.
So is its name: that is kept in the folder, which is flushed for itself.
"""

from __future__ import annotations

import os
from pathlib import Path


def flush(path: Path) -> None:
    """Have the file's contents and its name on the disk. Raises OSError.

    Whoever wrote it: what is flushed is the file, not the writer's share of it. No link is
    followed, and no pipe waited for, if it is none.
    """
    _flush(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Have the names in a folder on the disk: made, renamed and removed ones. Raises OSError."""
    _flush(folder, os.O_RDONLY | os.O_DIRECTORY)


def make_folder(folder: Path, mode: int = 0o750) -> None:
    """Make a folder whose name survives a power cut, with all its parents. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent, mode)
    folder.mkdir(mode=mode, exist_ok=True)
    flush_folder(folder.parent)


def _flush(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

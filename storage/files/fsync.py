"""What a power cut must not undo: files and folders flushed to the disk.

A file that was written is in the machine's memory first, for half a minute with Linux's defaults.
So is its name: that is kept in the folder, which is flushed for itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def flushed_together(folder: Path) -> Iterator[None]:
    """Have all that is written within the block, to the folder's file system, on the disk after it.

    For many files: flushing each for itself takes the system twice as long. Raises OSError.
    """
    # Opened first: of a write that fails later only those are told who were there before.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield
        _flush_file_system(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path, mode: int = 0o750) -> None:
    """Make a folder whose name survives a power cut, with all its parents. Raises OSError.

    Those that are made have just this mode, whatever the umask says.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent, mode)
    folder.mkdir(mode=mode, exist_ok=True)
    if folder.stat().st_mode & 0o777 != mode:
        folder.chmod(mode)
    flush_folder(folder.parent)


def _flush_file_system(descriptor: int) -> None:
    """Linux' syncfs(2), which Python does not know; elsewhere all file systems are flushed."""
    import ctypes  # needed by imports only, and none of those who start in a hurry

    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "syncfs"):
        os.sync()
    elif libc.syncfs(descriptor):
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def _flush(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

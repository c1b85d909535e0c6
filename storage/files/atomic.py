"""Files that are whole or not there at all, also after a power cut."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from storage.errors import StorageError
from storage.files.fsync import flush_folder, flushed_together
from storage.text import printable

UNFINISHED = ".part"
"""How the names of files end that are still being written."""


class NotPlain(StorageError):
    """Where a plain file of a sensible size should be there is something else."""


def write_whole(
    path: Path, contents: bytes, *, beside: Path | None = None, mode: int | None = None
) -> None:
    """Write to another name, flush, rename into place, flush the folder. Raises OSError.

    The other name is in the folder ``beside``, on the same file system, or else in the same folder.
    ``mode`` are the file's permissions, where they are not to be the usual ones.
    """
    unfinished = (beside or path.parent) / f"{secrets.token_hex(8)}{UNFINISHED}"
    try:
        with unfinished.open("xb") as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def write_all_whole(
    contents: Mapping[Path, bytes], *, beside: Path, mode: int | None = None
) -> None:
    """Write many files as `write_whole` does, each step for all of them. Raises OSError."""
    unfinished = {path: beside / f"{secrets.token_hex(8)}{UNFINISHED}" for path in contents}
    try:
        with flushed_together(beside):
            for path, other in unfinished.items():
                with other.open("xb") as file:
                    if mode is not None:
                        os.fchmod(file.fileno(), mode)
                    file.write(contents[path])
        for path, other in unfinished.items():
            other.replace(path)
    except BaseException:
        for other in unfinished.values():
            other.unlink(missing_ok=True)
        raise
    for folder in {path.parent for path in contents}:
        flush_folder(folder)


def read_plain(path: Path, limit: int) -> bytes:
    """A file that a stranger may have put there: only a plain one, and not beyond ``limit`` bytes.

    Links are not followed, pipes and devices not waited for. Raises NotPlain, OSError.
    """
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise NotPlain("not-a-plain-file", name=printable(path.name))
    if status.st_size > limit:
        raise NotPlain("larger-than", name=printable(path.name), most=limit)
    # It may have been changed for another meanwhile.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(limit)

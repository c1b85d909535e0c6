"""Metrics of all roles: each counts into files of its own in the home, and the page shows them.

prometheus-client's files are mapped into memory, so that counting is no input or output. A role's
files are those of its *slot* (``calls-0``), which it holds by a lock for as long as it lives: its
successor goes on counting in them, so totals survive a crash and no files pile up; and whoever
reads knows which roles are alive.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

SLOTS: Final = 5
"""More than one of a role live only for as long as the old one ends its calls."""
FILE_BYTES: Final = 1 << 17
KINDS: Final = ("counter", "histogram", "gauge_livesum", "gauge_livemax")
ENVIRONMENT: Final = "PROMETHEUS_MULTIPROC_DIR"

log = structlog.get_logger()

_held: list[int] = []
"""Descriptors of the locks that this process holds until it ends."""


def begin_metering(role: str, folder: Path) -> None:
    """Have this process count into files in ``folder``. Never raises: calls come before counting.

    To be called before anything is counted, in the process that counts: not before a fork.
    """
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        slot = _take_slot(role, folder)
        for kind in KINDS:
            _reserve(folder / f"{kind}_{slot}.db", afresh=kind.startswith("gauge_live"))
        _count_into(folder, slot)
    except Exception as error:
        # Whatever is wrong with a file of numbers, the role goes on, and counts for itself alone.
        log.warning("what this role does is not counted", why=repr(error))
        _count_into(None, "")


def _take_slot(role: str, folder: Path) -> str:
    for number in range(SLOTS):
        descriptor = os.open(
            folder / f"{role}-{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640
        )
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
        else:
            _held.append(descriptor)
            return f"{role}-{number}"
    raise OSError(f"{SLOTS} processes of the role {role} are alive")


def _reserve(path: Path, *, afresh: bool) -> None:
    """Have the file's place on the disk: writing to a mapped hole of a full disk kills a process.

    A file that a crash or a full disk left broken is begun again.
    """
    if afresh or not _is_whole(path):
        path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        os.posix_fallocate(descriptor, 0, FILE_BYTES)
    except OSError:
        path.unlink()
        raise
    finally:
        os.close(descriptor)


def _is_whole(path: Path) -> bool:
    from prometheus_client.mmap_dict import MmapedDict

    read: Callable[[str], Iterator[object]] = MmapedDict.read_all_values_from_file

    try:
        with path.open("rb") as file:
            used = int.from_bytes(file.read(4), sys.byteorder, signed=True)
        if not 0 <= used <= FILE_BYTES <= path.stat().st_size:
            return False
        for _ in read(str(path)):
            pass
    except Exception:  # a broken file leads to errors of many kinds
        return False
    return True


def _count_into(folder: Path | None, slot: str) -> None:
    from prometheus_client import values

    from storage.metrics import metrics as of_storage
    from telephony.metrics import metrics as of_telephony

    if folder is None:
        values.ValueClass = values.MutexValue
    else:
        os.environ[ENVIRONMENT] = str(folder)
        values.ValueClass = values.MultiProcessValue(lambda: slot)  # type: ignore[no-untyped-call]
    for make in (of_storage, of_telephony):
        make.cache_clear()
        make()


def living_roles(folder: Path) -> set[str]:
    """The slots whose process lives, such as ``calls-0``; gauges of the others are cleared."""
    return {slot for slot in _slots(folder) if _is_alive(folder, slot)}


def _slots(folder: Path) -> Iterator[str]:
    yield from (path.stem for path in folder.glob("*.lock"))


def _is_alive(folder: Path, slot: str) -> bool:
    try:
        descriptor = os.open(folder / f"{slot}.lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for file in folder.glob(f"gauge_live*_{slot}.db"):
            with suppress(OSError):
                file.unlink()
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False

"""Processes of this machine, as /proc tells of them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have started."""
    with suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [found for child in children for found in (int(child), *descendants(int(child)))]
    return []


def everybody() -> list[int]:
    """All processes there are."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def command(pid: int) -> str:
    """What a process was started as, and with, or calls itself; "" of one that ends just now."""
    with suppress(OSError):
        told = Path(f"/proc/{pid}/cmdline").read_bytes()
        return told.rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")
    return ""

"""How much of the machine a part of the benchmark took, and whose processes did.

Callers and service share it: what the callers' Asterisk takes is to be told apart from ours.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench.processes import cpu_seconds

Result = TypeVar("Result")

_counted: defaultdict[str, float] = defaultdict(float)


@dataclass(frozen=True)
class Usage:
    """``busy`` is the share of all processors, from 0 to 1; ``cpu`` are seconds by whose they were.

    What is busy beyond those is the benchmark itself, databases, and the system.
    """

    seconds: float
    busy: float
    cpu: Mapping[str, float]


@contextmanager
def counted(whose: str, pid: int) -> Iterator[None]:
    """Count what a process takes meanwhile."""
    before = cpu_seconds(pid)
    try:
        yield
    finally:
        with suppress(OSError):  # it was killed
            _counted[whose] += cpu_seconds(pid) - before


def used(do: Callable[[], Result]) -> tuple[Result, Usage]:
    """Do something; what it took."""
    _counted.clear()
    began, before = time.monotonic(), _processors()
    result = do()
    busy, idle = (now - was for now, was in zip(_processors(), before, strict=True))
    cpu = {whose: round(seconds, 1) for whose, seconds in _counted.items()}
    share = round(busy / (busy + idle), 3)
    return result, Usage(round(time.monotonic() - began, 1), share, cpu)


def _processors() -> tuple[float, float]:
    """Seconds for which all processors together were busy, and idle."""
    line = Path("/proc/stat").read_text().partition("\n")[0]
    user, nice, system, idle, waiting, *interrupts = map(int, line.split()[1:9])
    busy, ticks = user + nice + system + sum(interrupts), os.sysconf("SC_CLK_TCK")
    return busy / ticks, (idle + waiting) / ticks

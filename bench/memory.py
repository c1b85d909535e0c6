"""Memory: of each call in progress, and whether it grows with the calls that are over."""

from __future__ import annotations

from typing import Final

from bench.figure import Figure, within
from bench.part import Size
from bench.processes import memory_bytes
from bench.rehearsal import rehearsal

AT_ONCE: Final = 50
KB: Final = 1000
SMALLEST: Final = 40
"""Bytes of what a call could leave behind at least, were it one object of Python's; less than that
for each of very many calls is the allocator's wavering."""


def measure(size: Size) -> list[Figure]:
    """Hold calls in the menu, and then let very many come and go."""
    runs, held, passing = (2, 200, 500) if size == "quick" else (4, 500, 25_000)
    each: list[float] = []
    with rehearsal() as stage, stage.running("calls") as service:
        stage.order("calls", "message", 300, AT_ONCE)
        for _ in range(runs):
            before = memory_bytes(service.pid)
            stage.order("hold", held)
            each.append((memory_bytes(service.pid) - before) / held / KB)
            stage.order("calls", "menu", 200, AT_ONCE)
    with rehearsal() as stage, stage.running("calls") as service:
        stage.order("calls", "menu", 2_000, AT_ONCE)
        had = memory_bytes(service.pid)
        left: list[float] = []
        for _ in range(runs):
            stage.order("calls", "menu", passing, AT_ONCE)
            before, had = had, memory_bytes(service.pid)
            left.append((had - before) / passing)
    over = f"memory left by each of {runs * passing:,} calls that are over"
    return [
        within(60, "memory of each call in progress", "kB", each),
        within(SMALLEST, over, "bytes", left),
    ]

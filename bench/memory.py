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
    runs, held, passing = (2, 200, 2_000) if size == "quick" else (3, 500, 100_000)
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
        before = memory_bytes(service.pid)
        stage.order("calls", "menu", passing, AT_ONCE)
        grown = (memory_bytes(service.pid) - before) / passing
    return [
        within(60, "memory of each call in progress", "kB", each),
        within(
            SMALLEST, f"memory left by each of {passing:,} calls that are over", "bytes", [grown]
        ),
    ]

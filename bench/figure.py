"""A figure: what was measured of ours and of a peer, in turn, in the same minutes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """Samples of ours and of a peer's, taken in pairs; the ratio of each pair is a result.

    ``goal`` is what the median of the ratios must be, at most or, where ``more_is_better``, at
    least; None where a number is only told.
    """

    what: str
    against: str
    unit: str
    ours: Sequence[float]
    peers: Sequence[float]
    goal: float | None = None
    more_is_better: bool = False

    @property
    def ratios(self) -> list[float]:
        """Ours to the peer's, pair by pair, in order of size."""
        return sorted(mine / its for mine, its in zip(self.ours, self.peers, strict=True))

    @property
    def of_ours(self) -> float:
        """The median of our samples."""
        return statistics.median(self.ours)

    @property
    def of_peer(self) -> float:
        """The median of the peer's."""
        return statistics.median(self.peers)

    @property
    def ratio(self) -> float:
        """The median."""
        return statistics.median(self.ratios)

    @property
    def holds(self) -> bool:
        """Whether the goal is reached, if there is one."""
        if self.goal is None:
            return True
        return self.ratio >= self.goal if self.more_is_better else self.ratio <= self.goal

    @property
    def aim(self) -> str:
        """The goal in words."""
        if self.goal is None:
            return "none"
        return f"{'at least' if self.more_is_better else 'at most'} {self.goal:g}"


def within(limit: float, what: str, unit: str, samples: Sequence[float]) -> Figure:
    """A figure whose peer is a limit that it is to stay below."""
    limits = [limit] * len(samples)
    return Figure(what, f"the limit of {limit:g} {unit}", unit, samples, limits, goal=1)


def rates(
    runs: int, count: int, ours: Callable[[int], None], peer: Callable[[int], None]
) -> tuple[list[float], list[float]]:
    """How many a second, of ours and of the peer's, in turn; the first pair only warms up.

    Each is called with the number of the run, and does ``count`` of its things.
    """
    pairs = []
    for run in range(runs + 1):
        began = time.perf_counter()
        ours(run)
        between = time.perf_counter()
        peer(run)
        pairs.append((count / (between - began), count / (time.perf_counter() - between)))
    return [mine for mine, _ in pairs[1:]], [its for _, its in pairs[1:]]


def percentile(samples: Sequence[float], percent: int) -> float:
    """The sample that so many of a hundred do not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]

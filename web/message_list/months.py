"""The months that have messages: what a year and a month are chosen from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Months:
    """Months (``2026-08``) and how many messages each has, newest first."""

    found: Sequence[tuple[str, int]]

    @property
    def years(self) -> list[str]:
        """Years that have messages, newest first."""
        return sorted({month[:4] for month, _ in self.found}, reverse=True)

    def of(self, year: str, chosen: str = "") -> list[tuple[str, int]]:
        """A year's months (``2026-08``), and how many messages each has; also the one chosen.

        Of all years: each month of the year that those have who choose it without one.
        """
        newest: dict[str, tuple[str, int]] = {chosen[5:]: (chosen, 0)} if chosen else {}
        for month, count in self.found:
            if month == chosen or (month[:4] == year if year else month[5:] not in newest):
                newest[month[5:]] = (month, count)
        return [newest[digits] for digits in sorted(newest)]

    def total(self, period: str) -> int:
        """Messages of a month or a year, or of all months."""
        return sum(count for month, count in self.found if month.startswith(period))

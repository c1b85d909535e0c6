"""All that can be said: each function, over all inputs that make a difference."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from dialplan import saying
from storage.office.model import Language

NOW = datetime(2026, 11, 30, 12, 0)  # a Monday


def everything(language: Language) -> Iterator[saying.Sounds]:
    """Every sentence whose words differ from the others'."""
    counts = [*range(203), 221, 999, 1000, 1001, 2000, 4000, 4021, 5000, 24_199, 999_999]
    for n in (*counts, -7, 1_000_000):
        yield saying.number(n, language)
        yield saying.number(n, language, "neuter")
        for other in (0, 1, 2, 5, 250):
            yield saying.messages(n, other, language)
            yield saying.messages(other, n, language)
        yield saying.position(n, 150, language)
        yield saying.phone_number(f"+7{n:010}", language)
        yield saying.caller(str(n), language)
        for unit in (1, 10, 60, 300, 3600):
            yield saying.duration(n * unit, language)
            yield saying.wait(n * unit, language)
    yield saying.digits("0123456789*#+")
    yield saying.caller("anonymous", language)
    for minutes in range(24 * 60):
        yield saying.when(NOW.replace(hour=0) + timedelta(minutes=minutes), NOW, language)
    for days in range(7):
        yield saying.when(NOW + timedelta(days=days), NOW + timedelta(days=days + 3), language)
    for days in range(-400, 800):
        yield saying.when(NOW - timedelta(days=days), NOW, language)
    for year in range(1, 2200):
        yield saying.when(NOW.replace(year=year), NOW, language)

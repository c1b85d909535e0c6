"""A clock that shows what a test sets, to modules that ask for the time."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Self

import pytest


class Clock:
    """What ``datetime.now`` says in the modules that are given; everywhere else time goes on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: datetime, *modules: str) -> None:
        self.now = at
        clock = self

        class Shown(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Self:
                there = clock.now.astimezone(tz)
                return cls.combine(there.date(), there.timetz())

        for name in modules:
            monkeypatch.setattr(importlib.import_module(name), "datetime", Shown)

    def go_on(self, **time: float) -> None:
        """So much later."""
        self.now += timedelta(**time)

    def set(self, text: str) -> None:
        """To a time as ISO 8601 has it, of UTC where it names no zone."""
        at = datetime.fromisoformat(text)
        self.now = at if at.tzinfo else at.replace(tzinfo=UTC)

"""What a fault is: how it strikes, how the installation is arranged for it, and what must hold."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.faults.installation import Installation, open_installation
from tests.faults.plans import AIMS, State

Size = Literal["short", "long"]

ONE_PACKET = 0.02
"""Seconds that a telephone, or a network, under such a load misses now and then."""


@dataclass(frozen=True)
class Limits:
    """What must hold, in seconds, beside that nothing is lost, doubled, misplaced or left over."""

    lost_seconds: float = ONE_PACKET
    """Of a speech, this much may be missing in the kept message."""
    silence: float | None = 3.0
    """A caller hears nothing for so long at most; None where the fault takes the telephones."""
    back: float | None = None
    """What died is there again."""
    all_speak: bool = True
    """Every caller gets to leave a message."""
    promised_only: bool = False
    """Only what a caller was told to be saved must be whole: there was no room for the rest."""


@dataclass
class Blow:
    """A fault that strikes: the installation, the moment, and what the fault measured by itself."""

    installation: Installation
    chance: random.Random
    size: Size
    at: float = 0.0
    """When it struck, by the event loop's clock; a fault that cannot strike at once sets it."""
    figures: dict[str, float] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    """Sentences about what did not hold."""

    def measure(self, name: str, seconds: float) -> None:
        """Note a figure; of several rounds the worst counts."""
        self.figures[name] = round(max(seconds, self.figures.get(name, 0.0)), 2)

    def add(self, name: str, count: int) -> None:
        """Count something, in all rounds together."""
        self.figures[name] = count + self.figures.get(name, 0)


Strike = Callable[[Blow], Awaitable[None]]
"""Break something, and return when it is mended: all the while callers call."""
Arrange = Callable[[], AbstractAsyncContextManager[Installation]]


@dataclass(frozen=True)
class Fault:
    """One thing that can go wrong. Its ``name`` is that of its line in docs/reliability.md."""

    name: str
    strike: Strike
    limits: Limits = Limits()
    arrange: Arrange = open_installation
    rounds: int = 100
    """Of the long form, as ``calls``, which are those of a round."""
    after: float = 6.0
    """For how many seconds after the blow new callers dial."""
    long_after: float = 0.0
    """The same in the long form, where that takes longer."""
    late: float = 0.25
    """The share of callers who dial after the blow."""
    aims: Sequence[State] = AIMS
    calls: int = 200
    ends_calls: bool = False
    """Asterisk dies: what is spoken after the blow nobody can record."""

    def new_callers_for(self, size: Size) -> float:
        """For how many seconds new callers dial."""
        return self.long_after if size == "long" and self.long_after else self.after


@dataclass(frozen=True)
class Result:
    """What the rounds of a fault came to: a line of JSON."""

    fault: str
    seed: int
    size: Size
    rounds: int
    calls: int
    figures: dict[str, Any]
    failures: list[str]

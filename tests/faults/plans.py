"""What a caller is about to do, drawn at random from a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import cycle, islice
from pathlib import Path
from typing import Literal

from tests.faults.voices import QUIET, Quiet, voice


class State(StrEnum):
    """Where a caller is in the call, as the caller's own phone and the company's events tell."""

    WAITING = "not called yet"
    DIALLING = "dialling"
    MENU = "menu"
    RINGING = "ringing"
    GREETING = "greeting"
    RECORDING = "recording"
    FILING = "filing"
    REVIEW = "review"
    TOO_SHORT = "told that it was too short"
    SAVED = "after saved"
    GOODBYE = "goodbye"
    TURNED_AWAY = "told that no message can be taken"
    FALLBACK = "fallback"
    GONE = "gone"


AIMS = (
    State.MENU,
    State.RINGING,
    State.GREETING,
    State.RECORDING,
    State.REVIEW,
    State.SAVED,
)
"""Where callers are meant to be when the blow falls, spread evenly."""

Key = Literal["1", "9"]
"""What is pressed in the menu: 1 for an employee who does not answer, 9 for the company's box."""

QUIET_SHARE = 0.25
"""Of the callers, so many have a voice that is hard to hear."""

CONNECTING, RINGS, GREETS, SPEAKS, TELLS = 0.3, 4.5, 4.0, 7.3, 3.0
"""Seconds that these parts of a call take, roughly: the state at the blow is seen, not assumed."""


@dataclass(frozen=True)
class Plan:
    """One caller of a round: ``begins`` is in seconds before (below 0) or after the blow."""

    index: int
    aim: State | None
    begins: float
    key: Key
    thinks: float
    """Seconds until a key is pressed, in the menu and in the review."""
    presses_hash: bool
    """Ends the message with # and hears the review, or just hangs up."""
    voice: Quiet | None = None
    """How this caller is hard to hear; None for a voice that any detector hears."""
    says_again: bool = False
    """Who is told that it was too short says it again, or hangs up."""


def speeches(plan: Plan) -> list[Path]:
    """What this caller may come to say, rendered now."""
    return [voice(plan.index, plan.voice, take) for take in ((1, 2) if plan.says_again else (1,))]


def plans(
    chance: random.Random,
    calls: int,
    after: float,
    late: float = 0.25,
    aims: Sequence[State] = AIMS,
) -> list[Plan]:
    """Callers of one round: most are in the middle of something when the blow falls.

    The others, a share of ``late``, dial in the ``after`` seconds that follow it.
    """
    later = round(calls * late)
    made = [_aimed(chance, n, aims[n % len(aims)]) for n in range(calls - later)]
    made += [_late(chance, len(made) + n, after) for n in range(later)]
    voices = list(islice(cycle(QUIET), round(calls * QUIET_SHARE)))
    for index, quiet in zip(chance.sample(range(calls), len(voices)), voices, strict=True):
        made[index] = replace(made[index], voice=quiet, says_again=chance.random() < 0.5)
    return made


def _aimed(chance: random.Random, index: int, aim: State) -> Plan:
    key: Key = "1" if aim is State.RINGING else chance.choice(("1", "9"))
    thinks = chance.uniform(0.8, 2.5)
    hangs_up_early = aim in (State.MENU, State.RINGING, State.GREETING, State.RECORDING)
    presses_hash = chance.random() < 0.5 if hangs_up_early else True
    rings = RINGS if key == "1" else 0.0
    spans = {
        State.MENU: thinks,
        State.RINGING: rings,
        State.GREETING: GREETS,
        State.RECORDING: SPEAKS,
        State.REVIEW: thinks,
        State.SAVED: TELLS,
    }
    before = CONNECTING
    for state, seconds in spans.items():
        if state is aim:
            break
        before += seconds
    begins = -(before + chance.uniform(0, spans[aim]))
    return Plan(index, aim, begins, key, thinks, presses_hash)


def _late(chance: random.Random, index: int, after: float) -> Plan:
    return Plan(
        index,
        aim=None,
        begins=chance.uniform(0, after),
        key=chance.choice(("1", "9")),
        thinks=chance.uniform(0.8, 2.5),
        presses_hash=chance.random() < 0.5,
    )

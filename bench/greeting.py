"""How long a caller waits: from the answer to the greeting, from a key to the next prompt.

Against Asterisk's own dialplan (`Answer`, `Background`, `WaitExten`) on the same Asterisk, in turn.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Final, NamedTuple

from bench.figure import Figure, percentile
from bench.part import Size
from bench.stage import MENU, PEERS, Stage, open_stage
from bench.telephone import Telephone

AT_ONCE: Final = 5
"""Callers who look at the clock at the same time, where others call as well."""
PAUSE: Final = 0.2
"""Seconds that one of them lets pass between two calls, at most."""


class Delays(NamedTuple):
    """In milliseconds."""

    greeting: float
    prompt: float


Pair = tuple[list[Delays], list[Delays]]
"""Ours, and the peer's."""


def measure(size: Size) -> list[Figure]:
    """With nobody else and, where there is time, with 50 and 150 others leaving messages."""
    return asyncio.run(_measure(size))


async def _measure(size: Size) -> list[Figure]:
    runs, levels = (1, {1: 10}) if size == "quick" else (3, {1: 8, 50: 20, 150: 20})
    figures = []
    async with open_stage() as stage:
        for level, calls in levels.items():
            async with stage.busy(level if level > 1 else 0):
                at_once = AT_ONCE if level > 1 else 1
                delays = [await _in_turn(stage, calls, at_once) for _ in range(runs)]
            figures += _figures(level, delays)
    return figures


def _figures(level: int, delays: Sequence[Pair]) -> list[Figure]:
    figures = []
    for name, what in (("greeting", "answer to greeting"), ("prompt", "key to next prompt")):
        for percent, goal in ((50, 1.0), (99, 1.2)):
            ours, peers = (
                [percentile([getattr(each, name) for each in run], percent) for run in them]
                for them in zip(*delays, strict=True)
            )
            figures.append(
                Figure(
                    f"{what}, p{percent}, {level} call{'s'[: level > 1]}",
                    "Asterisk's own dialplan",
                    "ms",
                    ours,
                    peers,
                    goal=goal,
                )
            )
    return figures


async def _in_turn(stage: Stage, calls: int, at_once: int) -> Pair:
    """So many calls to each of both, by so many callers who know nothing of each other."""
    ours: list[Delays] = []
    peers: list[Delays] = []

    async def caller(name: int) -> None:
        for _ in range(calls // at_once):
            for number, delays in ((MENU, ours), (PEERS[MENU], peers)):
                await asyncio.sleep(random.random() * PAUSE)
                delays.append(await _call(stage.server.sip, number, name))

    async with asyncio.TaskGroup() as group:
        for name in range(at_once):
            group.create_task(caller(name))
    return ours, peers


async def _call(address: str, number: str, caller: int) -> Delays:
    telephone = Telephone(address, number, f"7916000{caller:04}")
    answered = await telephone.dial()
    greeted = await telephone.sound()
    await telephone.quiet()
    pressed = await telephone.key("1")
    prompted = await telephone.sound()
    await telephone.end()
    return Delays(1000 * (greeted - answered), 1000 * (prompted - pressed))

"""Hanging up, giving up and falling silent in every state of every flow, on real calls.

In each state of the table the caller hangs up (before an answer: cancels), falls silent for good
but stays on the line, or falls silent and comes back. All of it happens at the same time, as busy
days have it, so that a call that another one disturbs is found, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import Town, open_town
from tests.asterisk.house import House, until_async
from tests.asterisk.leftovers import left_of_all
from tests.asterisk.stage import Cancel, Mute, MuteForGood, Stage
from tests.asterisk.states import STATES, State, Steps
from tests.scenarios import Expected, HangUp, Scenario

pytestmark = pytest.mark.asterisk

AT_ONCE = 24
"""Calls at the same time: most of them wait for something most of the time."""
PLACE = 300
"""Where these companies' numbers begin: other tests have the lower ones."""

MUTE = MuteForGood()
SILENT_SECONDS = 7
"""Where no sound comes, only the time limit ends a recording (with transmit_silence, that is)."""


def troubles(state: State) -> dict[str, tuple[Steps, tuple[Expected, ...]]]:
    """What can happen to a caller in this state: how the call goes on, and what is kept."""
    if not state.answered:
        return {"the caller gives up": ((Cancel(),), ())}
    return {
        "the caller hangs up": ((HangUp(),), state.kept),
        "the caller falls silent": ((MUTE, *state.silent), state.kept),
        "the caller comes back": ((Mute(state.gap), *state.back), state.in_the_end),
    }


TABLE = {
    f"{state.name}: {trouble}": (state, *what)
    for state in STATES
    for trouble, what in troubles(state).items()
}


@dataclass(frozen=True)
class Plays:
    """The whole table, running: a stage and a task for each entry."""

    town: Town
    stages: dict[str, Stage]
    tasks: dict[str, asyncio.Task[None]]


@pytest.fixture(scope="module")
async def plays(running_house: House, phones_asterisk: Asterisk) -> AsyncIterator[Plays]:
    places = asyncio.Semaphore(AT_ONCE)

    async def play_in_turn(name: str, stage: Stage) -> None:
        async with places:
            await play(name, stage)

    async with open_town(running_house, phones_asterisk) as town:
        stages = {
            name: Stage(town, scenario(name), place)
            for place, name in enumerate(TABLE, start=PLACE)
        }
        tasks = {
            name: asyncio.create_task(play_in_turn(name, stage)) for name, stage in stages.items()
        }
        yield Plays(town, stages, tasks)
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


def scenario(name: str) -> Scenario:
    """The company that the entry's call is for."""
    state, then, _ = TABLE[name]
    limit = f"max_seconds = {SILENT_SECONDS}" if MUTE in then else ""
    return Scenario(name, (), phones=state.phones, dialled=state.dialled, voicemail=limit)


async def play(name: str, stage: Stage) -> None:
    """One call: into the state, through the trouble, and to the end."""
    state, then, kept = TABLE[name]
    caller = await stage.begin()
    if state.way and state.answered:
        await caller.connected()
        await caller.be_silent()
    await stage.go(caller, (*state.way, *then))
    await caller.gone(seconds=90)
    await stage.check(kept)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", TABLE)
async def test_a_caller_in_trouble(name: str, plays: Plays) -> None:
    await plays.tasks[name]


@pytest.mark.timeout(400)
async def test_nothing_is_left_when_all_have_gone(plays: Plays) -> None:
    await asyncio.gather(*plays.tasks.values(), return_exceptions=True)

    async def nothing_is_left() -> bool:
        return not await left_of_all(plays.town)

    await until_async(nothing_is_left)
    for name, stage in plays.stages.items():
        assert len(stage.messages()) == len(TABLE[name][2]), name

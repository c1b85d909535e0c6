"""Callers who hang up, give up, or fall silent: a table of states, all played at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.asterisk.conftest import Telephony
from tests.asterisk.leftovers import nothing_is_left
from tests.asterisk.stage import Stage
from tests.asterisk.states import State, Steps
from tests.asterisk.steps import Answered, Cancel, Mute, MuteForGood
from tests.scenarios import Expected, HangUp, Scenario

AT_ONCE = 24
"""Calls at the same time: most of them wait for something most of the time."""
PLACE = 300
"""Where these companies' numbers begin: other tests have the lower ones."""
SILENT_SECONDS = 7
"""Where no sound comes, only the time limit ends a recording (with transmit_silence, that is)."""
PAUSE = 20
"""Longer than anybody is mute here: who comes back speaks to the beep that has sounded."""
MUTE = MuteForGood()


@dataclass(frozen=True)
class Play:
    """One call: into the state, on from there, and what is kept in the end."""

    state: State
    then: Steps
    kept: tuple[Expected, ...]

    @property
    def scenario(self) -> Scenario:
        """The company that is called."""
        limit = f"max_seconds = {SILENT_SECONDS}" if MUTE in self.then else ""
        return Scenario(
            self.state.name,
            (),
            phones=self.state.phones,
            dialled=self.state.dialled,
            voicemail=limit,
            pause=PAUSE,
        )

    async def call(self, stage: Stage) -> None:
        """Place the call, and go on until it is over."""
        caller = await stage.begin()
        sound = (Answered(),) if self.state.way and self.state.answered else ()
        await stage.go(caller, (*sound, *self.state.way, *self.then))
        await stage.over(caller)


def table(states: Iterable[State]) -> dict[str, Play]:
    """All that can happen to a caller in each of the states."""
    return {
        f"{state.name}: {trouble}": play
        for state in states
        for trouble, play in _troubles(state).items()
    }


def _troubles(state: State) -> dict[str, Play]:
    if not state.answered:
        return {"the caller gives up": Play(state, (Cancel(),), ())}
    plays = {
        "the caller hangs up": Play(state, (HangUp(),), state.kept),
        "the caller comes back": Play(state, (Mute(state.gap), *state.back), state.in_the_end),
    }
    if state.ends:
        silent = Play(state, (MUTE, *state.silent), state.kept)
        plays["the caller falls silent"] = silent
    return plays


@dataclass(frozen=True)
class Season:
    """A whole table, running: a stage and a task for each of its plays."""

    telephony: Telephony
    plays: Mapping[str, Play]
    stages: Mapping[str, Stage]
    tasks: Mapping[str, asyncio.Task[None]]

    async def see(self, name: str) -> None:
        """One play to its end, and what it left."""
        await self.tasks[name]
        await self.stages[name].check(self.plays[name].kept)

    async def close(self) -> None:
        """All plays to their ends: then nothing is left of them but the messages."""
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)
        await nothing_is_left(self.telephony)
        for name, stage in self.stages.items():
            assert len(stage.messages()) == len(self.plays[name].kept), name


@asynccontextmanager
async def season(telephony: Telephony, plays: Mapping[str, Play]) -> AsyncIterator[Season]:
    """Play them all, on these lines, a number of them at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def in_turn(play: Play, stage: Stage) -> None:
        async with places:
            await play.call(stage)

    stages = {
        name: Stage(telephony, play.scenario, place)
        for place, (name, play) in enumerate(plays.items(), start=PLACE)
    }
    for stage in stages.values():
        await stage.prepare()  # all of it before the first call: each change is read by the next
    tasks = {name: asyncio.create_task(in_turn(plays[name], stages[name])) for name in plays}
    yield Season(telephony, plays, stages, tasks)
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)

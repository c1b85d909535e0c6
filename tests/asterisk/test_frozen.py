"""The service stands still for ten seconds (SIGSTOP), and goes on as if nothing had happened."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import Telephony
from tests.asterisk.house import Process, end, until_async
from tests.asterisk.leftovers import nothing_is_left
from tests.asterisk.lonely import telephony_alone
from tests.asterisk.stage import Stage
from tests.asterisk.states import ANNA_RINGS, ANNA_TALKS, BOX, COMPANY, LEAVE, MENU, Steps
from tests.asterisk.steps import Answered, Breathe, OtherHangsUp, Say
from tests.scenarios import LONG, Beep, Expected, HangUp, PhoneDoes, Scenario
from tests.waiting import until

pytestmark = pytest.mark.asterisk

FROZEN_SECONDS = 10.0
"""Longer than the five seconds after which callers are moved on."""

CALLERS: dict[str, tuple[Steps, Steps, tuple[Expected, ...], PhoneDoes]] = {
    "in the menu": (MENU, (*BOX, *LEAVE), COMPANY, "ring"),
    "while a phone rings": (ANNA_RINGS, (*BOX, *LEAVE), COMPANY, "ring"),
    "while speaking": (
        (*BOX, Beep()),
        (Say(LONG), HangUp()),
        (Expected("company", "74951234567", LONG),),
        "ring",
    ),
    "in conversation": ((*ANNA_TALKS, Breathe()), (OtherHangsUp("101"),), (), "answer"),
}
"""Where callers are when it freezes, what they do then, what is kept, and Anna's phone."""


@asynccontextmanager
async def telephony_served(
    folder: Path, phones_asterisk: Asterisk
) -> AsyncIterator[tuple[Telephony, Process]]:
    """A telephony with the service and the fallback, each a process by itself."""
    async with telephony_alone(folder, phones_asterisk) as telephony:
        fallback = await telephony.house.serve("agi")
        service = await telephony.house.serve("calls")
        yield telephony, service
        await end(service)
        await end(fallback)


async def test_callers_of_a_frozen_service_are_moved_on_and_nothing_is_doubled(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with telephony_served(short_folder / "frozen", phones_asterisk) as (telephony, service):
        stages = {
            name: Stage(telephony, Scenario(name, (), phones={"101": does}), place)
            for place, (name, (_, _, _, does)) in enumerate(CALLERS.items(), start=600)
        }
        for stage in stages.values():
            await stage.prepare()
        callers = {name: await stage.begin() for name, stage in stages.items()}
        await asyncio.gather(
            *(stages[name].go(callers[name], (Answered(), *CALLERS[name][0])) for name in CALLERS)
        )
        service.send_signal(signal.SIGSTOP)
        talking = callers.pop("in conversation")
        calls = [
            asyncio.create_task(stages[name].go(caller, CALLERS[name][1]))
            for name, caller in callers.items()
        ]
        await asyncio.sleep(FROZEN_SECONDS)  # that is how long it stands still
        service.send_signal(signal.SIGCONT)
        await asyncio.gather(*calls)
        assert talking.is_connected()
        await stages["in conversation"].go(talking, CALLERS["in conversation"][1])
        await stages["in conversation"].over(talking)

        for name, stage in stages.items():
            await stage.check(CALLERS[name][2])
        await nothing_is_left(telephony)
        for name, stage in stages.items():
            assert len(stage.messages()) == len(CALLERS[name][2])


async def test_who_calls_a_frozen_service_reaches_the_fallback_and_later_the_service(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with telephony_served(short_folder / "frozen2", phones_asterisk) as (telephony, service):
        frozen, thawed = (
            Stage(telephony, Scenario("", (*BOX, *LEAVE), COMPANY), n) for n in (610, 611)
        )
        await frozen.prepare()
        service.send_signal(signal.SIGSTOP)
        caller = await frozen.begin()
        await frozen.go(caller, (*BOX, *LEAVE))
        await frozen.over(caller)
        service.send_signal(signal.SIGCONT)
        # It may have stopped in the middle of a transaction: then the message waits for its end.
        await until(lambda: len(frozen.messages()) > 0)
        await frozen.check(COMPANY)

        async def served() -> bool:
            return "voicepost" in str(await telephony.ari.request("GET", "/applications"))

        await until_async(served)
        await thawed.play()
        (by_fallback,), (by_service,) = frozen.messages(), thawed.messages()
        assert (by_fallback.source, by_service.source) == ("agi", "ari")
        await nothing_is_left(telephony)

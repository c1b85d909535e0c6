"""Every scenario on a real Asterisk, with real SIP calls.

Each scenario has a company of its own, so that all of them can run at the same time: the tests
only look at how theirs came out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import open_telephony
from tests.asterisk.house import House
from tests.asterisk.stage import Stage
from tests.scenarios import SCENARIOS, Scenario

pytestmark = pytest.mark.asterisk

AT_ONCE = 6
"""Calls at the same time: two cores carry both Asterisks, the service and the tests."""


@pytest.fixture(scope="module")
async def plays(
    running_house: House, phones_asterisk: Asterisk
) -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    """All scenarios, running; a few at a time."""
    places = asyncio.Semaphore(AT_ONCE)
    async with open_telephony(running_house, phones_asterisk) as telephony:

        async def play(place: int, scenario: Scenario) -> None:
            async with places:
                await Stage(telephony, scenario, place).play()

        tasks = {
            scenario.name: asyncio.create_task(play(place, scenario))
            for place, scenario in enumerate(SCENARIOS, start=100)
        }
        yield tasks
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", [scenario.name for scenario in SCENARIOS])
async def test_a_real_call_goes_as_told(name: str, plays: dict[str, asyncio.Task[None]]) -> None:
    await plays[name]

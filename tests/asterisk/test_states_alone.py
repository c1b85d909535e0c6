"""Hanging up and falling silent while Asterisk is alone, on real calls.

Its messages are filed when the service is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.house import end
from tests.asterisk.lonely import telephony_alone
from tests.asterisk.plays import Season, season, table
from tests.asterisk.states import ALONE_STATES
from tests.waiting import until

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(400)]

PLAYS = table(ALONE_STATES)


@pytest.fixture(scope="module")
async def calls(short_folder: Path, phones_asterisk: Asterisk) -> AsyncIterator[Season]:
    async with (
        telephony_alone(short_folder / "by-itself", phones_asterisk) as telephony,
        season(telephony, PLAYS) as calls,
    ):
        await asyncio.gather(*calls.tasks.values(), return_exceptions=True)
        service = await telephony.house.serve("calls")
        spool = telephony.house.asterisk.spool / "voicepost"
        await until(lambda: not any(spool.iterdir()))  # the youngest file waits a few seconds
        yield calls
        await end(service)


@pytest.mark.parametrize("name", PLAYS)
async def test_a_caller_in_trouble_with_asterisk_alone(name: str, calls: Season) -> None:
    await calls.see(name)


async def test_nothing_is_left_of_calls_with_asterisk_alone(calls: Season) -> None:
    await calls.close()

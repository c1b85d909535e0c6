"""Hanging up, giving up and falling silent while only `voicepost agi` is there, on real calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.house import end
from tests.asterisk.lonely import telephony_alone
from tests.asterisk.plays import Season, season, table
from tests.asterisk.states import STATES

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(400)]

PLAYS = table(STATES)


@pytest.fixture(scope="module")
async def calls(short_folder: Path, phones_asterisk: Asterisk) -> AsyncIterator[Season]:
    async with telephony_alone(short_folder / "by-agi", phones_asterisk) as telephony:
        agi = await telephony.house.serve("agi")
        async with season(telephony, PLAYS) as calls:
            yield calls
        await end(agi)


@pytest.mark.parametrize("name", PLAYS)
async def test_a_caller_in_trouble_over_agi(name: str, calls: Season) -> None:
    await calls.see(name)


async def test_nothing_is_left_of_calls_over_agi(calls: Season) -> None:
    await calls.close()

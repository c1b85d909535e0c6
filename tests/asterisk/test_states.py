"""Hanging up, giving up and falling silent in every state of every flow, on real calls.

In each state of the table the caller hangs up (before an answer: cancels), falls silent for good
but stays on the line, or falls silent and comes back. All of it happens at the same time, as busy
days have it, so that a call that another one disturbs is found, too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import open_telephony
from tests.asterisk.house import House
from tests.asterisk.plays import Season, season, table
from tests.asterisk.states import STATES

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(400)]

PLAYS = table(STATES)


@pytest.fixture(scope="module")
async def calls(running_house: House, phones_asterisk: Asterisk) -> AsyncIterator[Season]:
    async with (
        open_telephony(running_house, phones_asterisk) as telephony,
        season(telephony, PLAYS) as calls,
    ):
        yield calls


@pytest.mark.parametrize("name", PLAYS)
async def test_a_caller_in_trouble(name: str, calls: Season) -> None:
    await calls.see(name)


async def test_nothing_is_left_when_all_have_gone(calls: Season) -> None:
    await calls.close()

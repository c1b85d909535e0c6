"""The short form of the fault harness: three rounds in one installation, and one in another.

`make faults` is the long one.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.faults import asterisk_dies, kills, notifications
from tests.faults.accounts import Account
from tests.faults.fault import Blow
from tests.faults.installation import open_installation
from tests.faults.rounds import play_round
from tests.faults.told import installation_that_tells

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(240)]

CALLS = 20
ROUNDS = (kills.KILL_CALLS, kills.KILL_EVERYTHING, asterisk_dies.KILL_ASTERISK)


async def test_nothing_is_lost_whatever_is_killed() -> None:
    """Twenty calls each: the calls process is killed, everything of ours is, Asterisk is."""
    account, seed = Account(), random.randrange(10**6)
    async with open_installation() as installation:
        for number, fault in enumerate(ROUNDS):
            # How soon all is back, the long form measures: here others share the machine.
            limits = replace(fault.limits, silence=None, back=None)
            fewer = replace(fault, calls=CALLS, limits=limits)
            blow = Blow(installation, random.Random(f"{fault.name} {seed}"), "short")
            await play_round(fewer, blow, account, number)
            account.failures += blow.broken
    assert account.failures == [], f"seed {seed}"
    assert account.kept >= account.spoken > 0


@pytest.mark.timeout(600)
async def test_everybody_is_told_whatever_happens_to_the_worker() -> None:
    """The worker is killed six times while 200 messages, and those of callers, are on their way."""
    account, seed = Account(), random.randrange(10**6)
    async with installation_that_tells() as installation:
        fault = notifications.KILL_WORKER
        fewer = replace(fault, calls=CALLS, limits=replace(fault.limits, silence=None))
        blow = Blow(installation, random.Random(f"{fault.name} {seed}"), "short")
        await play_round(fewer, blow, account, 0)
        account.failures += blow.broken
    assert account.failures == [], f"seed {seed}"
    assert blow.figures["told"] >= 3 * (200 + account.kept - account.aside)

"""Keys pressed as fast as a telephone can, in every state in which keys can mean something.

The phones' Asterisk is told 50 keys a second; it makes each last 100 ms, so about nine a second
leave a phone: `test_fast_keys` sends fifty. The storms come together, one caller in each state.
"""

from __future__ import annotations

import asyncio
import statistics
import time

import pytest

from dialplan.sounds import REVIEW
from tests.asterisk.conftest import Telephony
from tests.asterisk.stage import Stage
from tests.asterisk.states import ANNA, ANNA_RINGS, BOX, COMPANY, KEEP, LEAVE, MENU, NOBODY, SPOKEN
from tests.asterisk.steps import Heard, RealStep, Say, Storm, TwoParts
from tests.scenarios import (
    COMPANY_BOX,
    HELLO,
    SECOND,
    WELCOME,
    Expected,
    HangUp,
    Hear,
    Press,
    Scenario,
)

pytestmark = pytest.mark.asterisk

PLACE = 800
"""Where these companies' numbers begin."""
CALLS_BESIDE = 3

STORMS: dict[str, tuple[tuple[RealStep, ...], tuple[Expected, ...]]] = {
    "menu, greeting": ((*MENU, Storm("*" * 25), *BOX[1:], *LEAVE), COMPANY),
    "menu, waiting for a key": ((*MENU, Heard(WELCOME), Storm("0" * 25), *LEAVE), COMPANY),
    "menu, between digits": ((*MENU, Storm("1" + "0" * 24), *LEAVE), COMPANY),
    "a phone rings": ((*ANNA_RINGS, Storm("5" * 25), *NOBODY), ANNA),
    "the mailbox's greeting": ((*BOX, Hear(COMPANY_BOX), Storm("5" * 20), *LEAVE), COMPANY),
    "recording": (
        (*SPOKEN, Storm("5" * 25), Say(SECOND), HangUp()),
        (TwoParts("company", "74951234567", HELLO, SECOND),),
    ),
    "review": ((*SPOKEN, Press("#"), Hear(REVIEW), Storm("4" * 25), *KEEP), COMPANY),
}
"""What the caller does; the message is always left behind the storm, or is kept in spite of it."""


async def test_storms_of_keys_disturb_neither_their_own_call_nor_one_beside_it(
    telephony: Telephony,
) -> None:
    places = iter(range(PLACE, PLACE + 100))
    calm = [await wait_for_box(telephony, next(places)) for _ in range(CALLS_BESIDE)]

    storms = [
        asyncio.create_task(leave_in_storm(telephony, name, next(places), steps, kept))
        for name, (steps, kept) in STORMS.items()
    ]
    stormy = [await wait_for_box(telephony, next(places)) for _ in range(CALLS_BESIDE)]
    await asyncio.gather(*storms)

    assert statistics.median(stormy) < 3 * statistics.median(calm) + 1, (calm, stormy)


async def leave_in_storm(
    telephony: Telephony,
    name: str,
    place: int,
    steps: tuple[RealStep, ...],
    kept: tuple[Expected, ...],
) -> None:
    stage = Stage(telephony, Scenario(name, ()), place)
    await stage.prepare()
    caller = await stage.begin()
    await caller.connected()
    await caller.be_silent()
    await stage.go(caller, steps)
    await caller.gone(seconds=60)
    await stage.check(kept)


async def wait_for_box(telephony: Telephony, place: int) -> float:
    """How many seconds a caller waits for an answer, and then for what the key 9 leads to."""
    stage = Stage(telephony, Scenario("beside", ()), place)
    await stage.prepare()
    begun = time.monotonic()
    caller = await stage.begin()
    await stage.go(caller, (*BOX, Hear(COMPANY_BOX)))
    waited = time.monotonic() - begun
    await caller.hang_up()
    await stage.check(())
    return waited

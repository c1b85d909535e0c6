"""A caller who stays longer than any call may last, with the service and without."""

from __future__ import annotations

import asyncio
import signal
from functools import partial
from pathlib import Path

import pytest

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.house import end
from tests.asterisk.leftovers import nothing_is_left
from tests.asterisk.lonely import telephony_alone
from tests.asterisk.offices import office
from tests.asterisk.stage import Stage
from tests.asterisk.states import BOX, MENU
from tests.scenarios import Beep, Scenario

pytestmark = pytest.mark.asterisk

LIMIT_SECONDS = 12
LEFT_SECONDS = 24
"""Enough for callers to come, on a busy machine too, to where they are left alone."""
FOR_EVER = """
repeats = 20
direct_dial = false
default = { action = "voicemail" }
"""


async def test_the_service_ends_a_call_that_lasts_too_long(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    limit = f"max_minutes = {LIMIT_SECONDS / 60}"
    async with telephony_alone(short_folder / "long", phones_asterisk, limit) as telephony:
        await telephony.house.apply(
            office(telephony.phones.sip, menu=FOR_EVER).replace("repeats = 0\n", "")
        )
        service = await telephony.house.serve("calls")
        caller = await telephony.phones.call("74951234567", caller="79160000800")
        await caller.gone(seconds=3 * LIMIT_SECONDS)
        await nothing_is_left(telephony)
        await end(service)
        assert "the call lasted too long and is ended" in telephony.house.log


async def test_asterisk_ends_calls_that_nobody_serves_any_more(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    impatient = partial(Asterisk, max_seconds=LEFT_SECONDS)
    async with telephony_alone(
        short_folder / "left", phones_asterisk, asterisk=impatient
    ) as telephony:
        service = await telephony.house.serve("calls")
        in_menu, at_the_beep = (Stage(telephony, Scenario("", ()), place) for place in (801, 802))
        await asyncio.gather(in_menu.prepare(), at_the_beep.prepare())
        callers = await asyncio.gather(in_menu.begin(), at_the_beep.begin())
        await asyncio.gather(
            in_menu.go(callers[0], MENU), at_the_beep.go(callers[1], (*BOX, Beep()))
        )
        service.send_signal(signal.SIGKILL)
        for caller in callers:
            await caller.gone(seconds=3 * LEFT_SECONDS)
        service = await telephony.house.serve("calls")
        await nothing_is_left(telephony)
        await end(service)

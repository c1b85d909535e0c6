"""A phone that sends nothing for a while, on an Asterisk that ends its recording for that.

It does so four seconds after the last packet, be it sound or a report of RTCP, as if the caller had
ended it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import Telephony
from tests.asterisk.house import end
from tests.asterisk.leftovers import nothing_is_left
from tests.asterisk.lonely import telephony_alone
from tests.asterisk.stage import Stage
from tests.asterisk.states import BOX, COMPANY, REVIEWED, SPOKEN
from tests.asterisk.steps import DropOut, MuteForGood, RealStep, Say, TwoParts
from tests.scenarios import HELLO, SECOND, Beep, Expected, HangUp, Press, Scenario

pytestmark = pytest.mark.asterisk

PAUSE = 10
"""Seconds of silence that end a message: longer than Asterisk waits, with a report in between."""
BOTH = (TwoParts("company", "74951234567", HELLO, SECOND),)
CALLS: dict[str, tuple[tuple[RealStep, ...], tuple[Expected, ...]]] = {
    "speaks on, and hangs up": ((*SPOKEN, DropOut(), Say(SECOND), HangUp()), BOTH),
    "speaks on, and keeps it": (
        (*SPOKEN, DropOut(), Say(SECOND), Press("#"), *REVIEWED[-1:], Press("1")),
        BOTH,
    ),
    "hangs up": ((*SPOKEN, DropOut(), HangUp()), COMPANY),
    "never comes back": ((*SPOKEN, MuteForGood()), COMPANY),
    "says nothing at first": ((*BOX, Beep(), DropOut(), Say(HELLO), HangUp()), COMPANY),
}


class StrictAsterisk(Asterisk):
    """One that sends no silence while it records: then it also expects sound itself."""

    def write_configuration(self) -> set[str]:
        changed = super().write_configuration()
        text = self.site.file.read_text()
        assert "transmit_silence = yes" in text
        self.site.file.write_text(text.replace("transmit_silence = yes", "transmit_silence = no"))
        return changed


@pytest.fixture(scope="module")
async def telephony(short_folder: Path, phones_asterisk: Asterisk) -> AsyncIterator[Telephony]:
    async with telephony_alone(
        short_folder / "gap", phones_asterisk, asterisk=StrictAsterisk
    ) as telephony:
        service = await telephony.house.serve("calls")
        yield telephony
        await end(service)


async def test_both_sides_of_a_gap_are_one_message(telephony: Telephony) -> None:
    async def play(place: int, name: str) -> None:
        steps, kept = CALLS[name]
        stage = Stage(telephony, Scenario(name, (), pause=PAUSE), place)
        await stage.prepare()
        caller = await stage.begin()
        await stage.go(caller, steps)
        await stage.over(caller)
        await stage.check(kept)

    await asyncio.gather(*(play(place, name) for place, name in enumerate(CALLS, start=500)))

    await nothing_is_left(telephony)

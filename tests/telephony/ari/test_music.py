"""Callers whose service died hear music, until the next one takes them up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from telephony.ari import LEASE_VARIABLE
from telephony.ari.call import AriCall
from telephony.ari.music import play_music
from telephony.errors import CallLost
from tests.telephony.conftest import serving
from tests.telephony.fake_ari import FakeAri
from tests.waiting import until

OURS = "ours"


async def music(asterisk: FakeAri, held_by: str = f"{OURS} instance 7") -> int:
    asterisk.variables[LEASE_VARIABLE] = held_by
    access = asterisk.access
    return await asyncio.to_thread(
        play_music, access.url, access.user, access.password, access.app, OURS
    )


def hear_music(asterisk: FakeAri) -> list[str]:
    return [request.path.split("/")[2] for request in asterisk.asked("POST", path="/moh")]


async def test_a_caller_in_the_application_hears_music(asterisk: FakeAri) -> None:
    caller = asterisk.exchange.call("call", "74951234567")
    asterisk.exchange.channels[caller].state = "Up"
    assert await music(asterisk) == 1
    assert hear_music(asterisk) == [caller]


async def test_who_is_not_answered_yet_hears_the_tone_of_ringing(asterisk: FakeAri) -> None:
    asterisk.exchange.call("call", "74951234567")
    assert await music(asterisk) == 0


async def test_it_goes_on_until_there_is_something_else_to_hear(asterisk: FakeAri) -> None:
    caller = asterisk.exchange.call("call", "74951234567")
    asterisk.exchange.channels[caller].state = "Up"
    await music(asterisk)
    entered, comes_first = asyncio.Event(), asyncio.Event()

    async def flow(call: AriCall, args: Sequence[str]) -> None:
        entered.set()
        await comes_first.wait()  # others are taken up before, and the database is asked
        await call.play("vm-intro")

    async with serving(asterisk, flow):
        await entered.wait()
        assert asterisk.exchange.channels[caller].hears == "moh"
        comes_first.set()
        await until(lambda: bool(asterisk.exchange.played))
        assert asterisk.exchange.channels[caller].hears == ""


async def test_who_is_left_to_the_dialplan_hears_no_more_of_it(asterisk: FakeAri) -> None:
    caller = asterisk.exchange.call("call", "74951234567")
    asterisk.exchange.channels[caller].state = "Up"
    await music(asterisk)

    async def flow(call: AriCall, args: Sequence[str]) -> None:
        raise CallLost("No database.")

    async with serving(asterisk, flow):
        await until(lambda: caller in asterisk.exchange.in_dialplan)
    assert asterisk.exchange.channels[caller].hears == ""


async def test_a_phone_that_was_rung_hears_none(asterisk: FakeAri) -> None:
    leg = asterisk.exchange.call("leg")
    asterisk.exchange.channels[leg].state = "Up"
    assert await music(asterisk) == 0


async def test_people_who_talk_are_left_to_it(asterisk: FakeAri) -> None:
    caller = asterisk.exchange.call("call", "74951234567")
    asterisk.exchange.channels[caller].state = "Up"
    asterisk.exchange.bridges["talk"] = {caller}
    assert await music(asterisk) == 0


async def test_callers_of_another_installation_are_its_own(asterisk: FakeAri) -> None:
    caller = asterisk.exchange.call("call", "74951234567")
    asterisk.exchange.channels[caller].state = "Up"
    assert await music(asterisk, "theirs instance 7") == 0
    assert hear_music(asterisk) == []

"""Keys that were pressed before anybody asked for one: who knows them waits for no prompt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from telephony.ari.call import AriCall
from telephony.ari.router import Router
from telephony.call import EndedBy, Listened, RecordingLimits
from telephony.errors import CallerLeft
from tests.telephony.ari.test_call import MESSAGE, a_call, begin, playing
from tests.telephony.fake_ari import FakeAri
from tests.waiting import until

LIMITS = RecordingLimits(max_seconds=60, silence_seconds=5)
PLAYING: dict[str, tuple[Callable[[AriCall], Awaitable[object]], object]] = {
    "play": (lambda call: call.play("welcome", interrupt="12"), "2"),
    "replay": (lambda call: call.replay("0192", interrupt="12"), "2"),
    "listen": (lambda call: call.listen(MESSAGE, 5.0, interrupt="12"), Listened("2", 5.0)),
}
"""Each verb that plays something, and what comes of it where a 2 waits."""
every_verb = pytest.mark.parametrize("verb", PLAYING)


async def typed(asterisk: FakeAri, router: Router, call: AriCall, keys: str) -> None:
    """Press keys that then wait: the call of somebody else, which is told behind them, is there."""
    asterisk.exchange.press(call.id, keys)
    other = asterisk.exchange.call()
    await until(lambda: other in router.live_calls)


@every_verb
async def test_a_key_that_waits_is_taken_and_nothing_is_played(
    asterisk: FakeAri, verb: str
) -> None:
    listen, result = PLAYING[verb]
    async with a_call(asterisk) as (call, router):
        await typed(asterisk, router, call, "7245")
        assert await listen(call) == result
        assert asterisk.asked("POST", path=call.id) == []
        assert asterisk.asked("GET", path=MESSAGE) == []
        assert [await call.digit(5), await call.digit(5)] == ["4", "5"], "the others wait on"


@every_verb
async def test_a_call_is_answered_also_where_a_key_waits(asterisk: FakeAri, verb: str) -> None:
    listen, _ = PLAYING[verb]
    async with a_call(asterisk) as (call, router):
        await typed(asterisk, router, call, "2")
        await call.answer("ru")
        await listen(call)
        (asked,) = asterisk.asked("POST", path=call.id)
        assert asked.path == f"/channels/{call.id}/answer"
        assert asterisk.exchange.channels[call.id].state == "Up"


@pytest.mark.parametrize("interrupt", ["1", ""])
async def test_keys_that_do_not_count_are_not_heard_later(
    asterisk: FakeAri, interrupt: str
) -> None:
    async with a_call(asterisk) as (call, router):
        await typed(asterisk, router, call, "72")
        verb = begin(call.play("welcome", interrupt=interrupt))
        asterisk.exchange.finish_playback(await playing(asterisk.exchange))
        assert await verb == ""
        assert await call.digit(0.05) == ""


async def test_a_key_that_skipped_the_greeting_does_not_end_the_recording(
    asterisk: FakeAri,
) -> None:
    async with a_call(asterisk) as (call, router):
        await typed(asterisk, router, call, "#")
        assert await call.play("vm-intro", interrupt="#") == "#"
        verb = begin(call.record("0192", LIMITS))
        await until(lambda: asterisk.exchange.live)
        asterisk.exchange.finish_recording("0192")
        assert await verb is EndedBy.LIMIT


async def test_who_left_behind_the_keys_has_left(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, router):
        asterisk.exchange.press(call.id, "7")
        asterisk.exchange.hang_up(call.id)
        other = asterisk.exchange.call()
        await until(lambda: other in router.live_calls)
        with pytest.raises(CallerLeft):
            await call.play("welcome", interrupt="12")
        assert asterisk.asked("POST", path="/play/") == []

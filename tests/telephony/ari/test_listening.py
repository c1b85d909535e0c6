"""Listening to a recording: from which second on, and how far somebody has come."""

from __future__ import annotations

import asyncio

import pytest

from telephony.ari.call import AriCall
from telephony.call import Listened
from tests.telephony.ari.test_call import MESSAGE, a_call, begin, playing
from tests.telephony.fake_ari import FakeAri
from tests.waiting import until


class Watch:
    """What a call measures time by; it goes on when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.looks = 0

    def time(self) -> float:
        """The time, by which the call has looked once more."""
        self.looks += 1
        return self.now

    async def looked(self, times: int) -> None:
        """Wait until the call has looked so often: when it is asked to play, and at its start."""
        await until(lambda: self.looks == times)


@pytest.fixture
def watch() -> Watch:
    return Watch()


def by(watch: Watch, call: AriCall, monkeypatch: pytest.MonkeyPatch) -> AriCall:
    """The call, which measures by that watch."""
    monkeypatch.setattr(call, "_clock", watch)
    return call


async def test_a_key_tells_how_far_somebody_has_come(
    asterisk: FakeAri, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_call(asterisk) as (call, _):
        verb = begin(by(watch, call, monkeypatch).listen(MESSAGE, 12.5, interrupt="46"))
        await watch.looked(2)
        watch.now += 7
        asterisk.exchange.press(call.id, "14")
        assert await verb == Listened("4", 19.5)
        (asked,) = asterisk.asked("POST", path="/play/")
        assert asked.params == {"media": [f"recording:{MESSAGE}"], "lang": "en", "offsetms": 12500}
        await until(lambda: asterisk.exchange.playbacks == {})


async def test_what_still_plays_before_does_not_count(
    asterisk: FakeAri, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asterisk begins a sound when the one before has ended."""
    async with a_call(asterisk) as (call, _):
        asterisk.hold_events()
        verb = begin(by(watch, call, monkeypatch).listen(MESSAGE, 10))
        await watch.looked(1)
        watch.now += 3
        asterisk.release_events()
        await watch.looked(2)
        watch.now += 2
        asterisk.exchange.press(call.id, "5")
        assert await verb == Listened("5", 12)


async def test_a_recording_is_heard_to_its_end(
    asterisk: FakeAri, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_call(asterisk) as (call, _):
        verb = begin(by(watch, call, monkeypatch).listen(MESSAGE))
        await watch.looked(2)
        watch.now += 30
        asterisk.exchange.finish_playbacks()
        assert await verb == Listened("", 30)


async def test_behind_the_end_it_is_over_at_once(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        assert (await call.listen(MESSAGE, 60.0)).key == ""
        verb = asyncio.ensure_future(call.listen(MESSAGE, 59.9))
        assert asterisk.exchange.playbacks[await playing(asterisk.exchange)].at == 59.9
        asterisk.exchange.press(call.id, "1")
        assert (await verb).key == "1"


async def test_a_recording_that_is_not_there_keeps_nobody_in_silence(asterisk: FakeAri) -> None:
    """Of one, Asterisk says that it begins, and never that it is over."""
    async with a_call(asterisk) as (call, _):
        assert await call.listen("gone", 5.0) == Listened("", 5.0)
        assert asterisk.exchange.played == []


async def test_listening_goes_on_when_the_connection_breaks(
    asterisk: FakeAri, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events were missed, also of the beginning: a key may be pressed once more."""
    async with a_call(asterisk) as (call, router):
        asterisk.hold_events()
        verb = begin(by(watch, call, monkeypatch).listen(MESSAGE, 10))
        await watch.looked(1)
        asterisk.exchange.press(call.id, "4")
        asterisk.release_events(lambda _: ())
        asterisk.drop_connection()
        await until(lambda: asterisk.asked("GET", path="/playbacks/"))
        watch.now += 5
        asterisk.exchange.press(call.id, "6")
        assert await verb == Listened("6", 15)
        assert router.connections == 2


async def test_an_end_that_came_while_the_connection_was_broken(
    asterisk: FakeAri, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_call(asterisk) as (call, _):
        verb = begin(by(watch, call, monkeypatch).listen(MESSAGE, 10))
        await watch.looked(2)
        watch.now += 5
        asterisk.drop_connection()
        asterisk.exchange.finish_playbacks()
        assert await verb == Listened("", 15)

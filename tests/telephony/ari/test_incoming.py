"""What comes in while it is recorded: new streams, and lines with a noise of their own."""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace

import pytest

import telephony.ari.incoming
import telephony.ari.recording
from telephony.ari.call import AriCall
from telephony.ari.incoming import Count, Incoming
from telephony.call import EndedBy, RecordingLimits
from telephony.errors import CallerLeft
from tests.telephony.ari.test_call import a_call, begin
from tests.telephony.ari.test_parts import recording
from tests.telephony.fake_ari import FakeAri
from tests.waiting import until

LIMITS = RecordingLimits(max_seconds=60, silence_seconds=8)
SHORT = RecordingLimits(max_seconds=60, silence_seconds=1)
OTHER = 1002


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked all the time."""
    monkeypatch.setattr(telephony.ari.recording, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(telephony.ari.recording, "NOISE_SECONDS", 0.02)


async def looked(asterisk: FakeAri) -> None:
    """Wait until a look has begun and been answered since now."""
    before = len(asterisk.asked("GET", path="/rtp_statistics"))
    await until(lambda: len(asterisk.asked("GET", path="/rtp_statistics")) > before + 1)


@pytest.mark.parametrize("same_source", [False, True])
async def test_a_new_stream_is_recorded_in_another_part(
    asterisk: FakeAri, same_source: bool
) -> None:
    exchange = asterisk.exchange
    async with a_call(asterisk) as (call, _):
        exchange.speak(call.id, 1)
        task = begin(call.record("0192", LIMITS))
        await recording(asterisk, "0192")
        await looked(asterisk)
        if same_source:
            exchange.channels[call.id].lost = 65_136  # what Asterisk makes of 400 numbers back
        else:
            exchange.speak(call.id, 0.5, OTHER)
        await recording(asterisk, "0192-2")
        assert "0192" not in exchange.live
        exchange.press(call.id, "#")
        assert await task is EndedBy.KEY
        assert not call.is_whole("0192"), "what came before the look was lost"
    watched = [asked.params["variable"] for asked in asterisk.asked("POST", path="/variable")]
    assert watched == ["TALK_DETECT(set)", "TALK_DETECT(remove)", "TALK_DETECT(set)"]
    first, second = asterisk.asked("POST", path=f"/channels/{call.id}/record")
    assert (first.params["beep"], second.params["beep"]) == (True, False)


async def test_one_new_stream_after_another(asterisk: FakeAri) -> None:
    exchange = asterisk.exchange
    async with a_call(asterisk) as (call, _):
        exchange.speak(call.id, 1)
        task = begin(call.record("0192", LIMITS))
        for number, source in ((2, OTHER), (3, OTHER + 1)):
            await looked(asterisk)
            exchange.speak(call.id, 0.5, source)
            await recording(asterisk, f"0192-{number}")
        exchange.hang_up(call.id)
        with pytest.raises(CallerLeft):
            await task
        assert not call.is_whole("0192")


async def test_the_first_packet_of_all_is_no_new_stream(asterisk: FakeAri) -> None:
    exchange = asterisk.exchange
    async with a_call(asterisk) as (call, _):
        task = begin(call.record("0192", LIMITS))
        await recording(asterisk, "0192")
        exchange.speak(call.id, 1)
        await looked(asterisk)
        exchange.press(call.id, "#")
        assert await task is EndedBy.KEY
        assert call.is_whole("0192")
    assert len(asterisk.asked("POST", path=f"/channels/{call.id}/record")) == 1


@pytest.mark.parametrize(("recorded", "whole"), [(9, True), (7, True), (6, False), (0, False)])
async def test_what_came_in_and_was_not_recorded_is_missed(
    asterisk: FakeAri, recorded: int, whole: bool
) -> None:
    exchange = asterisk.exchange
    async with a_call(asterisk) as (call, _):
        exchange.speak(call.id, 100)  # before the beep
        task = begin(call.record("0192", LIMITS))
        await recording(asterisk, "0192")
        await looked(asterisk)
        exchange.speak(call.id, 10)
        await looked(asterisk)
        exchange.finish_recording("0192", seconds=recorded)
        await task
        assert call.is_whole("0192") == whole
        assert call.is_whole("another")


async def test_what_came_before_the_beep_is_not_missed_where_the_first_look_fails(
    asterisk: FakeAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, ask = count(), Incoming._ask

    async def fails_at_first(incoming: Incoming) -> Count | None:
        return await ask(incoming) if next(looks) else None

    monkeypatch.setattr(Incoming, "_ask", fails_at_first)
    exchange = asterisk.exchange
    async with a_call(asterisk) as (call, _):
        exchange.speak(call.id, 100)
        task = begin(call.record("0192", LIMITS))
        await recording(asterisk, "0192")
        await looked(asterisk)
        exchange.finish_recording("0192", seconds=1)
        await task
        assert call.is_whole("0192")


async def test_a_late_look_tells_nothing_of_a_recording_that_may_be_over(
    asterisk: FakeAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine stood still, and the caller's phone sent on behind the end of the recording."""
    now = 100.0
    exchange = asterisk.exchange
    async with a_call(asterisk) as (call, _):
        exchange.speak(call.id, 1)
        incoming = Incoming(call.line)
        monkeypatch.setattr(incoming, "_clock", SimpleNamespace(time=lambda: now))
        await incoming.begin()
        for passed, counted in ((1.0, 1.0), (5.0, 1.0), (1.0, 2.0)):
            now += passed
            exchange.speak(call.id, passed)
            assert not await incoming.look()
            assert incoming.seconds == counted


async def test_it_is_missed_also_in_the_message_of_who_hangs_up(asterisk: FakeAri) -> None:
    exchange = asterisk.exchange
    async with a_call(asterisk) as (call, _):
        exchange.speak(call.id, 1)
        task = begin(call.record("0192", LIMITS))
        await recording(asterisk, "0192")
        await looked(asterisk)
        exchange.speak(call.id, 10)
        await looked(asterisk)
        asterisk.send({"type": "ChannelHangupRequest", "channel": {"id": call.id}})
        exchange.finish_recording("0192", seconds=2)
        with pytest.raises(CallerLeft):
            await task
        assert not call.is_whole("0192")


async def speaks(asterisk: FakeAri, call: AriCall, *, seconds: float, looks: int) -> None:
    """So much sound comes in before each look."""
    for _ in range(looks):
        asterisk.exchange.speak(call.id, seconds)
        await looked(asterisk)


COMFORT = 0.0005
"""Four bytes."""


async def test_who_sends_only_comfort_noise_has_said_all(asterisk: FakeAri) -> None:
    """Nothing that Asterisk could hear comes in, and so it tells of no pause either."""
    async with a_call(asterisk) as (call, _):
        task = begin(call.record("0192", SHORT))
        await recording(asterisk, "0192")
        asterisk.exchange.begin_to_talk(call.id)
        await speaks(asterisk, call, seconds=1, looks=3)
        await speaks(asterisk, call, seconds=COMFORT, looks=3)
        assert await task is EndedBy.LIMIT
        assert asterisk.asked("POST", path="/recordings/live/0192/stop")


async def test_who_sends_nothing_may_come_back(
    asterisk: FakeAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_call(asterisk) as (call, _):
        task = begin(call.record("0192", SHORT))
        await recording(asterisk, "0192")
        asterisk.exchange.begin_to_talk(call.id)
        await speaks(asterisk, call, seconds=1, looks=3)
        await speaks(asterisk, call, seconds=0, looks=30)  # more than a second
        assert not task.done()
        monkeypatch.setattr(telephony.ari.incoming, "GAP_SECONDS", 1.0)
        assert await task is EndedBy.LIMIT


async def test_who_speaks_on_is_recorded_on(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        task = begin(call.record("0192", SHORT))
        await recording(asterisk, "0192")
        asterisk.exchange.begin_to_talk(call.id)
        await speaks(asterisk, call, seconds=0.2, looks=40)  # more than a second
        assert not task.done()
        asterisk.exchange.press(call.id, "#")
        assert await task is EndedBy.KEY


async def test_the_noise_of_the_line_is_a_pause(asterisk: FakeAri) -> None:
    answers = [True, False, False]
    asked: list[bool] = []

    async def only_noise() -> bool:
        # Until the end is told, it may be asked once more.
        asked.append(answers.pop() if answers else True)
        return asked[-1]

    limits = RecordingLimits(max_seconds=60, silence_seconds=1, only_noise=only_noise)
    async with a_call(asterisk) as (call, _):
        task = begin(call.record("0192", limits))
        await recording(asterisk, "0192")
        asterisk.exchange.begin_to_talk(call.id)
        assert await task is EndedBy.LIMIT
        assert asked[:3] == [False, False, True]

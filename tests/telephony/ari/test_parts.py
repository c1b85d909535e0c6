"""A caller whose phone falls mute is recorded on, in further parts of the same recording."""

from __future__ import annotations

import asyncio

import pytest

import telephony.ari.pauses
import telephony.ari.recording
from telephony.call import EndedBy, RecordingLimits
from telephony.errors import CallerLeft
from tests.speech import silence, write_wav
from tests.telephony.ari.test_call import a_call, begin
from tests.telephony.exchange import Refused
from tests.telephony.fake_ari import FakeAri, Request
from tests.waiting import until

LIMITS = RecordingLimits(max_seconds=60, silence_seconds=8)
SHORT = RecordingLimits(max_seconds=60, silence_seconds=1)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four seconds without sound last no time at all."""
    monkeypatch.setattr(telephony.ari.recording, "MUTE_SECONDS", 0.0)


async def recording(asterisk: FakeAri, name: str) -> None:
    await until(lambda: name in asterisk.exchange.live)


async def test_the_recording_goes_on_in_another_part_without_a_beep(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        task = begin(call.record("0192", LIMITS))
        await recording(asterisk, "0192")
        asterisk.exchange.finish_recording("0192", seconds=0)
        await recording(asterisk, "0192-2")
        asterisk.exchange.finish_recording("0192-2", seconds=0)
        await recording(asterisk, "0192-3")
        asterisk.exchange.press(call.id, "#")
        assert await task is EndedBy.KEY
        replaying = begin(call.replay("0192"))
        await until(lambda: asterisk.exchange.playbacks)
        (playback,) = asterisk.exchange.playbacks.values()
        assert playback.media == ["recording:0192", "recording:0192-2", "recording:0192-3"]
        asterisk.exchange.finish_playbacks()
        await replaying
    first, second, _ = asterisk.asked("POST", path=f"/channels/{call.id}/record")
    assert (first.params["beep"], second.params["beep"]) == (True, False)
    assert second.params["maxDurationSeconds"] < first.params["maxDurationSeconds"]


async def test_a_key_pressed_between_two_parts_ends_the_recording(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        task = begin(call.record("0192", LIMITS))
        await recording(asterisk, "0192")
        asterisk.exchange.finish_recording("0192", seconds=0)
        asterisk.exchange.press(call.id, "#")  # no part is being recorded yet
        assert await task is EndedBy.KEY


async def test_hanging_up_in_a_later_part(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        task = begin(call.record("0192", LIMITS))
        await recording(asterisk, "0192")
        asterisk.exchange.finish_recording("0192", seconds=0)
        await recording(asterisk, "0192-2")
        asterisk.exchange.hang_up(call.id)
        with pytest.raises(CallerLeft):
            await task


async def test_a_pause_ends_it_in_whatever_part(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        task = begin(call.record("0192", LIMITS))
        await recording(asterisk, "0192")
        asterisk.exchange.finish_recording("0192", seconds=0)
        await recording(asterisk, "0192-2")
        asterisk.exchange.pause(call.id)
        assert await task is EndedBy.LIMIT
    assert asterisk.exchange.live == {}


async def test_no_packets_for_as_long_as_a_silence_may_last_end_it_too(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        task = begin(call.record("0192", SHORT))
        parts = 0
        async with asyncio.timeout(10):
            while not task.done():
                for name in list(asterisk.exchange.live):
                    parts += 1
                    asterisk.exchange.finish_recording(name, seconds=0)
                await asyncio.sleep(0.01)
        assert await task is EndedBy.LIMIT
        assert parts > 1


async def test_a_key_pressed_while_it_is_asked_whether_the_recording_runs(
    asterisk: FakeAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telephony.ari.recording, "CHECK_SECONDS", 0.1)
    exchange = asterisk.exchange
    async with a_call(asterisk) as (call, _):

        def happens(request: Request) -> None:
            if request.path.endswith("/recordings/live/0192") and "0192" in exchange.live:
                exchange.press(call.id, "#")

        asterisk.fault = happens
        assert await call.record("0192", LIMITS) is EndedBy.KEY


async def test_recording_on_where_a_lost_flow_began(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        exchange = asterisk.exchange
        write_wav(exchange.recordings / "0192.wav", silence(1))  # the first part is over
        exchange.record(call.id, {"name": "0192-2"})
        task = begin(call.record_on("0192", LIMITS))
        await until(lambda: asterisk.asked("GET", path="/recordings/live/0192-2"))
        exchange.press(call.id, "#")
        assert await task is EndedBy.KEY
        assert await call.record_on("0192", LIMITS) is None
        assert await call.record_on("never", LIMITS) is None


async def test_who_never_says_anything_is_not_waited_for(
    asterisk: FakeAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telephony.ari.pauses, "BEEP_SECONDS", -0.9)
    async with a_call(asterisk) as (call, _):
        assert await call.record("0192", SHORT) is EndedBy.LIMIT
        assert asterisk.asked("POST", path="/recordings/live/0192/stop")


@pytest.mark.parametrize("why", ["speaks", "not watched", "refused"])
async def test_who_may_be_speaking_is_not_stopped(
    asterisk: FakeAri, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    monkeypatch.setattr(telephony.ari.pauses, "BEEP_SECONDS", -29.9)
    limits = RecordingLimits(max_seconds=60, silence_seconds=30)
    exchange = asterisk.exchange
    async with a_call(asterisk) as (call, _):

        def happens(request: Request) -> Refused | None:
            if why == "speaks" and request.path.endswith("/record"):
                exchange.consequences.append(lambda: exchange.begin_to_talk(call.id))
            if why == "refused" and request.path.endswith("/variable"):
                return Refused(500, "Allocation failed")
            return None

        if why == "not watched":
            exchange.modules.clear()
        asterisk.fault = happens
        task = begin(call.record("0192", limits))
        await recording(asterisk, "0192")
        if why == "not watched":
            await until(lambda: asterisk.asked("GET", path="func_talkdetect.so"))
        exchange.press(call.id, "#")
        assert await task is EndedBy.KEY
    assert not asterisk.asked("POST", path="/recordings/live/0192/stop")

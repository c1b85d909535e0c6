"""The verbs of a call over ARI: what each asks of Asterisk, and how each comes to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

import telephony.ari.call
import telephony.ari.client
import telephony.ari.recording
from telephony.ari import ringing
from telephony.ari.call import AriCall
from telephony.ari.router import Router
from telephony.call import Caller, EndedBy, Forwarded, Rang, RecordingLimits
from telephony.errors import AriError, CallerLeft, CallLost, MovedOn
from tests.speech import silence, write_wav
from tests.telephony.conftest import serving
from tests.telephony.exchange import BUSY, Exchange, Refused
from tests.telephony.fake_ari import FakeAri, NoAnswer, Request
from tests.waiting import until

LIMITS = RecordingLimits(max_seconds=60, silence_seconds=5)
MESSAGE = "play-0192"
"""A recording that lies there, of a minute."""
Verb = Callable[[AriCall], Awaitable[object]]


@asynccontextmanager
async def a_call(
    asterisk: FakeAri, *, call_seconds: float = 60
) -> AsyncIterator[tuple[AriCall, Router]]:
    """A caller in the application; the test itself is the call's flow."""
    write_wav(asterisk.exchange.recordings / f"{MESSAGE}.wav", silence(60))
    calls: asyncio.Queue[AriCall] = asyncio.Queue()
    over = asyncio.Event()

    async def take(call: AriCall, args: Sequence[str]) -> None:
        calls.put_nowait(call)
        await over.wait()

    async with serving(asterisk, take, call_seconds=call_seconds) as router:
        asterisk.exchange.call()
        try:
            yield await calls.get(), router
        finally:
            over.set()
            await until(lambda: not router.live_calls)


def begin(verb: Awaitable[object]) -> asyncio.Task[object]:
    """Start a verb, to see what it does."""
    return asyncio.ensure_future(verb)


async def playing(exchange: Exchange) -> str:
    """The id of what plays, once it does."""
    return next(iter(await until(lambda: exchange.playbacks)))


async def ringing_legs(exchange: Exchange, count: int = 1) -> list[str]:
    """The ids of the phones that are rung, in order."""
    await until(lambda: len(exchange.legs()) == count)
    return [leg.id for leg in exchange.legs()]


# -- what each verb does -----------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["play", "replay", "listen", "digit", "record", "ring"])
async def test_a_call_is_answered_once_and_before_anything_else(
    asterisk: FakeAri, verb: str
) -> None:
    async with a_call(asterisk) as (call, _):
        await call.answer("ru")
        await call.answer("ru")
        task = begin(VERBS[verb](call))
        await until(lambda: asterisk.asked("POST", path=call.id))
        await under_way(verb, asterisk.exchange)
        asterisk.exchange.hang_up(call.id)
        with pytest.raises(CallerLeft):
            await task
        answer, *others = [r.path.rpartition("/")[2] for r in asterisk.asked("POST", path=call.id)]
        assert answer == "answer"
        assert "answer" not in others


async def test_a_sound_that_asterisk_does_not_end_holds_nobody_up(asterisk: FakeAri) -> None:
    """The next is asked for all the same: Asterisk begins it when the first has ended."""
    async with a_call(asterisk) as (call, _):
        verb = begin(call.play("welcome", interrupt="1"))
        await playing(asterisk.exchange)
        asterisk.fault = lambda request: NoAnswer() if request.method == "DELETE" else None
        asterisk.exchange.press(call.id, "1")
        assert await verb == "1"
        verb = begin(call.play("goodbye"))
        await until(lambda: asterisk.exchange.played == ["sound:welcome", "sound:goodbye"])
        asterisk.exchange.finish_playbacks()
        assert await verb == ""


async def test_play_names_the_sounds_and_the_language(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        await call.answer("ru")
        verb = begin(call.play("vm-msgsaved", "/var/lib/prompts/abc"))
        asterisk.exchange.finish_playback(await playing(asterisk.exchange))
        assert await verb == ""
        (asked,) = asterisk.asked("POST", path="/play/")
        assert asked.params == {
            "media": ["sound:vm-msgsaved", "sound:/var/lib/prompts/abc"],
            "lang": "ru",
        }


async def test_a_key_cuts_a_sound_short(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        verb = begin(call.play("welcome", interrupt="12"))
        await playing(asterisk.exchange)
        asterisk.exchange.press(call.id, "72")
        assert await verb == "2"
        await until(lambda: asterisk.exchange.playbacks == {})


async def test_keys_typed_ahead_are_waiting_for_the_next_verb(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        verb = begin(call.play("welcome", interrupt="1"))
        await playing(asterisk.exchange)
        asterisk.exchange.press(call.id, "101")
        assert await verb == "1"
        assert [await call.digit(5), await call.digit(5)] == ["0", "1"]
        assert await call.digit(0.05) == ""


async def test_a_sound_that_cannot_be_played_is_over_at_once(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        verb = begin(call.play("no-such-sound"))
        asterisk.exchange.finish_playback(await playing(asterisk.exchange), "failed")
        assert await verb == ""


async def test_replay_plays_the_recording(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        verb = begin(call.replay("0192", interrupt="1"))
        asterisk.exchange.finish_playback(await playing(asterisk.exchange))
        assert await verb == ""
        assert asterisk.exchange.played == ["recording:0192"]


async def test_record_asks_for_a_beep_and_the_limits(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        verb = begin(call.record("0192", LIMITS))
        await until(lambda: asterisk.exchange.live)
        asterisk.exchange.finish_recording("0192")
        assert await verb is EndedBy.LIMIT
        (asked,) = asterisk.asked("POST", path="/record")
        assert asked.params == {
            "name": "0192",
            "format": "wav",
            "beep": True,
            "terminateOn": "#",
            "ifExists": "fail",
            "maxDurationSeconds": 60,
        }
        (asked,) = asterisk.asked("POST", path="/variable")
        assert asked.params == {"variable": "TALK_DETECT(set)", "value": "5000,16"}


@pytest.mark.parametrize(
    ("end", "ended_by"),
    [
        (lambda exchange, caller: exchange.press(caller, "5#"), EndedBy.KEY),
        (lambda exchange, caller: exchange.pause(caller), EndedBy.LIMIT),
        (lambda exchange, _: exchange.finish_recording("0192"), EndedBy.LIMIT),
    ],
    ids=["a key", "silence", "the time limit"],
)
async def test_what_ended_a_recording(
    asterisk: FakeAri, end: Callable[[Exchange, str], None], ended_by: EndedBy
) -> None:
    async with a_call(asterisk) as (call, _):
        verb = begin(call.record("0192", LIMITS))
        await until(lambda: asterisk.exchange.live)
        end(asterisk.exchange, call.id)
        assert await verb is ended_by


async def test_a_pause_from_before_the_beep_ends_nothing(asterisk: FakeAri) -> None:
    """Who presses 3 in the review may not have said anything for a while."""
    exchange = asterisk.exchange
    async with a_call(asterisk) as (call, _):
        first = begin(call.record("0192", LIMITS))
        await until(lambda: exchange.live)
        exchange.begin_to_talk(call.id)
        exchange.press(call.id, "#")
        assert await first is EndedBy.KEY
        exchange.stop_talking(call.id)
        second = begin(call.record("0193", LIMITS))
        await until(lambda: "0193" in exchange.live)
        exchange.begin_to_talk(call.id)
        exchange.press(call.id, "#")
        assert await second is EndedBy.KEY
        watched = [asked.params["variable"] for asked in asterisk.asked("POST", path="/variable")]
        assert watched == ["TALK_DETECT(set)", "TALK_DETECT(remove)", "TALK_DETECT(set)"]


async def test_who_was_moved_on_has_not_hung_up(asterisk: FakeAri) -> None:
    """A service that stood still goes on where somebody else has the caller already."""
    async with a_call(asterisk) as (call, _):
        greeting = begin(call.play("welcome"))
        asterisk.exchange.finish_playback(await playing(asterisk.exchange))
        await greeting
        asterisk.exchange.give_back(call.id)
        with pytest.raises(MovedOn):
            await call.record("0192", LIMITS)
    async with a_call(asterisk) as (call, _):
        greeting = begin(call.play("welcome"))
        await playing(asterisk.exchange)
        asterisk.exchange.give_back(call.id)
        with pytest.raises(MovedOn):
            await greeting
    assert not asterisk.asked("POST", path="/record")[1:], "nothing more is recorded"


async def test_ring_connects_the_first_phone_that_answers(asterisk: FakeAri) -> None:
    exchange = asterisk.exchange
    async with a_call(asterisk) as (call, _):
        verb = begin(call.ring(("PJSIP/101", "PJSIP/102"), 30))
        first, second = await ringing_legs(exchange, 2)
        assert exchange.channels[call.id].hears == "ring"
        exchange.answer_phone(second)
        (bridged,) = await until(lambda: list(filter(None, exchange.bridges.values())))
        assert bridged == {call.id, second}
        assert exchange.ended == {first: "answered_elsewhere"}
        assert exchange.channels[call.id].state == "Up", "the caller must hear the other side"
        assert exchange.channels[call.id].hears == ""
        exchange.hang_up(second)
        assert await verb is Rang.ANSWERED
        assert exchange.bridges == {}


async def test_waiting_with_music(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        verb = begin(call.ring(("PJSIP/101",), 30, "music"))
        (leg,) = await ringing_legs(asterisk.exchange)
        assert asterisk.exchange.channels[call.id].hears == "moh"
        asterisk.exchange.hang_up(leg, BUSY)
        assert await verb is Rang.BUSY
        assert asterisk.exchange.channels[call.id].hears == ""


async def test_nobody_answers_in_time(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        assert await call.ring(("PJSIP/101", "PJSIP/102"), 0.05) is Rang.NO_ANSWER
        assert asterisk.exchange.legs() == [], "a phone rings for nobody"


@pytest.mark.parametrize(
    ("cause", "rang", "outcome"),
    [
        (17, False, Rang.BUSY),
        (21, True, Rang.BUSY),
        (19, False, Rang.NO_ANSWER),
        (18, True, Rang.NO_ANSWER),
        (18, False, Rang.UNREACHABLE),
        (3, False, Rang.UNREACHABLE),
        (0, False, Rang.UNREACHABLE),
    ],
)
async def test_how_ringing_comes_out(
    asterisk: FakeAri, cause: int, rang: bool, outcome: Rang
) -> None:
    async with a_call(asterisk) as (call, _):
        verb = begin(call.ring(("PJSIP/101",), 30))
        (leg,) = await ringing_legs(asterisk.exchange)
        if rang:
            asterisk.exchange.channels[leg].state = "Ringing"
            state = {"channel": asterisk.exchange.channels[leg].json()}
            asterisk.send({"type": "ChannelStateChange", **state})
        asterisk.exchange.hang_up(leg, cause)
        assert await verb is outcome


async def test_a_phone_that_asterisk_cannot_reach_does_not_silence_the_others(
    asterisk: FakeAri,
) -> None:
    asterisk.fault = _refuse("PJSIP/101", Refused(500, "Allocation failed"))
    async with a_call(asterisk) as (call, _):
        verb = begin(call.ring(("PJSIP/101", "PJSIP/102"), 30))
        (leg,) = await ringing_legs(asterisk.exchange)
        assert asterisk.exchange.channels[leg].endpoint == "PJSIP/102"
        asterisk.exchange.hang_up(leg, BUSY)
        assert await verb is Rang.BUSY


async def test_the_best_outcome_of_several_phones_counts(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        verb = begin(call.ring(("PJSIP/101", "PJSIP/102", "PJSIP/103"), 30))
        first, second, third = await ringing_legs(asterisk.exchange, 3)
        asterisk.exchange.hang_up(first, 3)
        asterisk.exchange.hang_up(second, 19)
        asterisk.exchange.hang_up(third, BUSY)
        assert await verb is Rang.NO_ANSWER


@pytest.mark.parametrize(
    ("number", "name", "on_the_phone"),
    [
        ("79161112233", "Иван Петров", '"Иван Петров" <79161112233>'),
        ('1" <2>', "x\r\nEvil: yes", '"xEvil yes" <12>'),
        ("1\n2" + "3" * 99, "я" * 99, f'"{"я" * 60}" <12{"3" * 30}>'),
        ("", "", '"" <>'),
    ],
)
def test_what_a_phone_shows_of_a_caller(number: str, name: str, on_the_phone: str) -> None:
    assert ringing.shown(Caller(number, name)) == on_the_phone


# -- hanging up in the middle of each ----------------------------------------------------------


async def _talk(call: AriCall) -> object:
    return await call.ring(("PJSIP/101",), 30)


VERBS: dict[str, Verb] = {
    "play": lambda call: call.play("welcome", interrupt="1"),
    "replay": lambda call: call.replay("0192"),
    "listen": lambda call: call.listen(MESSAGE, 5.0),
    "digit": lambda call: call.digit(30),
    "record": lambda call: call.record("0192", LIMITS),
    "ring": _talk,
}


async def under_way(verb: str, exchange: Exchange) -> None:
    """Wait until the verb's request has been made."""
    signs: dict[str, Callable[[], object]] = {
        "play": lambda: exchange.playbacks,
        "replay": lambda: exchange.playbacks,
        "listen": lambda: exchange.playbacks,
        "digit": lambda: True,
        "record": lambda: exchange.live,
        "ring": exchange.legs,
    }
    await until(signs[verb])


@pytest.mark.parametrize("verb", VERBS)
async def test_hanging_up_ends_every_verb(asterisk: FakeAri, verb: str) -> None:
    async with a_call(asterisk) as (call, _):
        task = begin(VERBS[verb](call))
        await under_way(verb, asterisk.exchange)
        asterisk.exchange.hang_up(call.id)
        with pytest.raises(CallerLeft):
            await task
        assert asterisk.exchange.channels == {}
        with pytest.raises(CallerLeft):
            await call.play("goodbye")


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "digit"])
async def test_a_caller_who_had_left_before_the_request(asterisk: FakeAri, verb: str) -> None:
    """Asterisk knows of the hang-up, we do not yet: its events are still on their way."""
    async with a_call(asterisk) as (call, _):
        asterisk.hold_events()
        asterisk.exchange.hang_up(call.id)
        with pytest.raises(CallerLeft):
            await VERBS[verb](call)
        asterisk.release_events()


async def test_hanging_up_in_a_conversation(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        task = begin(_talk(call))
        (leg,) = await ringing_legs(asterisk.exchange)
        asterisk.exchange.answer_phone(leg)
        await until(lambda: any(asterisk.exchange.bridges.values()))
        asterisk.exchange.hang_up(call.id)
        with pytest.raises(CallerLeft):
            await task
        assert asterisk.exchange.legs() == []
        assert asterisk.exchange.bridges == {}


async def test_a_recording_is_closed_before_a_hang_up_is_told(asterisk: FakeAri) -> None:
    """The file may still be written when the hang-up is requested: only its end says it is not."""
    async with a_call(asterisk) as (call, _):
        task = begin(call.record("0192", LIMITS))
        await until(lambda: asterisk.exchange.live)
        channel = {"channel": {"id": call.id}}
        asterisk.send({"type": "ChannelHangupRequest", **channel})
        done, _ = await asyncio.wait((task,), timeout=0.1)
        assert not done
        asterisk.exchange.finish_recording("0192")
        with pytest.raises(CallerLeft):
            await task
        asterisk.exchange.hang_up(call.id)


async def test_a_recording_that_closes_late_and_whose_end_is_never_told(
    asterisk: FakeAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telephony.ari.recording, "CLOSING_SECONDS", 0.05)
    live = "/recordings/live/0192"
    async with a_call(asterisk) as (call, _):
        task = begin(call.record("0192", LIMITS))
        await until(lambda: asterisk.exchange.live)
        asterisk.send({"type": "ChannelHangupRequest", "channel": {"id": call.id}})
        await until(lambda: len(asterisk.asked("GET", path=live)) > 1)
        assert not task.done(), "Asterisk still writes the file"
        asterisk.exchange.live.clear()
        with pytest.raises(CallerLeft):
            await task


@pytest.mark.parametrize("verb", ["play", "replay", "listen", "record"])
async def test_an_end_that_no_event_tells_is_found_by_looking(
    asterisk: FakeAri, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telephony.ari.call, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(telephony.ari.recording, "CHECK_SECONDS", 0.05)
    exchange = asterisk.exchange
    async with a_call(asterisk) as (call, _):
        task = begin(VERBS[verb](call))
        await under_way(verb, exchange)
        exchange.playbacks.clear()
        exchange.live.clear()
        async with asyncio.timeout(5):
            await task


# -- events in any order -----------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["play", "record"])
async def test_the_event_may_come_before_the_answer(asterisk: FakeAri, verb: str) -> None:
    exchange = asterisk.exchange
    async with a_call(asterisk) as (call, _):
        async with asterisk.answers_held():
            task = begin(VERBS[verb](call))
            await under_way(verb, exchange)
            for playback in list(exchange.playbacks):
                exchange.finish_playback(playback)
            for name in list(exchange.live):
                exchange.finish_recording(name)
            done, _ = await asyncio.wait((task,), timeout=0.1)
            assert not done
        async with asyncio.timeout(5):
            await task


@pytest.mark.parametrize("verb", VERBS)
async def test_the_events_of_a_hang_up_may_come_in_any_order(asterisk: FakeAri, verb: str) -> None:
    async with a_call(asterisk) as (call, _):
        task = begin(VERBS[verb](call))
        await under_way(verb, asterisk.exchange)
        asterisk.double = True
        asterisk.hold_events()
        asterisk.exchange.hang_up(call.id)
        asterisk.release_events(lambda events: events[::-1])
        with pytest.raises(CallerLeft):
            await task


async def test_the_end_of_another_sound_is_not_ours(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        task = begin(call.play("welcome"))
        playback = await playing(asterisk.exchange)
        other = {"id": "other", "target_uri": f"channel:{call.id}", "state": "done"}
        asterisk.send({"type": "PlaybackFinished", "playback": other})
        done, _ = await asyncio.wait((task,), timeout=0.1)
        assert not done
        asterisk.exchange.finish_playback(playback)
        await task


# -- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, "Channel not found"),
        (409, "Channel not in Stasis application"),
        (409, "Channel has hung up"),
        (412, "Channel not found"),
    ],
)
async def test_a_refusal_that_means_the_caller_left(
    asterisk: FakeAri, status: int, message: str
) -> None:
    async with a_call(asterisk) as (call, _):
        asterisk.fault = _refuse("/play", Refused(status, message))
        with pytest.raises(CallerLeft):
            await call.play("welcome")
        asterisk.fault = lambda _: None


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (409, "Recording with name '0192' already exists"),
        (412, "Channel in invalid state"),
        (500, "Internal Server Error"),
        (404, "Recording not found"),
    ],
)
async def test_a_refusal_that_is_our_mistake_is_no_hang_up(
    asterisk: FakeAri, status: int, message: str
) -> None:
    async with a_call(asterisk) as (call, _):
        asterisk.fault = _refuse("/record", Refused(status, message))
        with pytest.raises(AriError) as caught:
            await call.record("0192", LIMITS)
        assert (caught.value.status, caught.value.message) == (status, message)
        asterisk.fault = lambda _: None


async def test_no_answer_at_all_means_that_the_call_is_lost(
    asterisk: FakeAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telephony.ari.client, "REQUEST_SECONDS", 0.1)
    async with a_call(asterisk) as (call, _):
        asterisk.fault = _refuse("/play", NoAnswer())
        with pytest.raises(CallLost, match="does not answer"):
            await call.play("welcome")


# -- limits ------------------------------------------------------------------------------------


async def test_a_call_that_lasts_too_long_is_ended(asterisk: FakeAri) -> None:
    async with a_call(asterisk, call_seconds=0) as (call, _):
        with pytest.raises(CallerLeft):
            await call.digit(0.01)
        assert call.id in asterisk.exchange.ended


async def test_people_may_talk_as_long_as_they_like(asterisk: FakeAri) -> None:
    async with a_call(asterisk, call_seconds=1) as (call, _):
        task = begin(_talk(call))
        (leg,) = await ringing_legs(asterisk.exchange)
        asterisk.exchange.answer_phone(leg)
        await until(lambda: any(asterisk.exchange.bridges.values()))
        await asyncio.wait((task,), timeout=1.1)
        asterisk.exchange.press(call.id, "5")
        done, _ = await asyncio.wait((task,), timeout=0.1)
        assert not done
        asterisk.exchange.hang_up(leg)
        assert await task is Rang.ANSWERED


async def test_a_service_that_stops_ends_recordings_and_lets_the_caller_hear_so(
    asterisk: FakeAri,
) -> None:
    async with a_call(asterisk) as (call, router):
        recording = begin(call.record("0192", LIMITS))
        await until(lambda: asterisk.exchange.live)
        draining = asyncio.create_task(router.drain(0.05))
        assert await recording is EndedBy.LIMIT
        assert asterisk.asked("POST", path="/recordings/live/0192/stop")
        saved = begin(call.play("vm-msgsaved"))
        asterisk.exchange.finish_playback(await playing(asterisk.exchange))
        assert await saved == ""
        await draining


@pytest.mark.parametrize("verb", ["play", "replay", "digit", "ring"])
async def test_a_service_that_stops_ends_every_other_wait(asterisk: FakeAri, verb: str) -> None:
    async with a_call(asterisk) as (call, router):
        task = begin(VERBS[verb](call))
        await under_way(verb, asterisk.exchange)
        draining = asyncio.create_task(router.drain(0.05))
        with pytest.raises(CallLost, match="stopping"):
            await task
        with pytest.raises(CallLost, match="stopping"):
            await call.play("vm-goodbye")
        assert asterisk.exchange.legs() == []
        await draining


async def test_hanging_up_twice_is_no_mistake(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        await call.hang_up()
        await call.hang_up()
        assert call.id in asterisk.exchange.ended


def _refuse(what: str, fault: Refused | NoAnswer) -> Callable[[Request], Refused | NoAnswer | None]:
    """A fault of every request that has ``what`` in its path or its endpoint."""

    def look(request: Request) -> Refused | NoAnswer | None:
        return fault if what in request.path or what == request.params.get("endpoint") else None

    return look


# -- phones that are forwarded -----------------------------------------------------------------


async def test_asterisk_does_not_follow_what_a_phone_forwards_and_the_call_hears_of_it(
    asterisk: FakeAri,
) -> None:
    async with a_call(asterisk) as (call, _):
        ring = begin(call.ring(("PJSIP/101",), 20))
        (leg,) = await ringing_legs(asterisk.exchange)
        (asked,) = asterisk.asked("POST", path=leg)
        assert asked.params["variables"] == {"FORWARD_CONTEXT": ringing.NO_CONTEXT}
        asterisk.exchange.redirect(leg, "102@" + ringing.NO_CONTEXT)
        assert await ring == Forwarded("102")


async def test_a_call_that_asterisk_forwards_all_the_same_is_ended(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        ring = begin(call.ring(("PJSIP/101",), 20))
        (leg,) = await ringing_legs(asterisk.exchange)
        asterisk.exchange.redirect(leg, "PJSIP/trunk/sip:79161112233@x", followed="by-itself")
        assert await ring == Forwarded("79161112233")
        assert "by-itself" in asterisk.exchange.ended


async def test_of_several_phones_a_forwarded_one_is_unreachable(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        ring = begin(call.ring(("PJSIP/101", "PJSIP/102"), 20))
        first, second = await ringing_legs(asterisk.exchange, 2)
        asterisk.exchange.redirect(first, "103")
        asterisk.exchange.hang_up(second, BUSY)
        assert await ring is Rang.BUSY


async def test_the_other_of_several_phones_rings_on(asterisk: FakeAri) -> None:
    async with a_call(asterisk) as (call, _):
        ring = begin(call.ring(("PJSIP/101", "PJSIP/102"), 20))
        first, second = await ringing_legs(asterisk.exchange, 2)
        asterisk.exchange.redirect(first, "103")
        asterisk.exchange.answer_phone(second)
        await until(lambda: asterisk.exchange.bridges)
        asterisk.exchange.hang_up(second)
        assert await ring is Rang.ANSWERED


# -- who calls ---------------------------------------------------------------------------------


async def calling(asterisk: FakeAri, *, number: str = "79161112233", name: str = "Иван") -> AriCall:
    """The call of such a caller, as its flow gets it."""
    calls: asyncio.Queue[AriCall] = asyncio.Queue()

    async def take(call: AriCall, args: Sequence[str]) -> None:
        calls.put_nowait(call)

    async with serving(asterisk, take):
        asterisk.exchange.call(number=number, name=name)
        return await calls.get()


async def test_parameters_are_no_part_of_the_callers_number(asterisk: FakeAri) -> None:
    call = await calling(asterisk, number="+79161112233;npdi;rn=+79390000000")
    assert call.caller == Caller("+79161112233", "Иван")
    assert call.endpoint == "PJSIP/trunk"


async def test_a_name_that_is_no_utf_8_is_guessed_and_marked(asterisk: FakeAri) -> None:
    header = "%22%C8%E2%E0%ED%22%20%3Csip%3A79161112233%40127.0.0.1%3E"
    asterisk.exchange.variables["VOICEPOST_FROM"] = header
    call = await calling(asterisk, name="\ufffd" * 4)
    assert call.caller == Caller("79161112233", "Иван", "cp1251")
    assert call.caller.marked_name == "Иван [cp1251?]"


async def test_with_an_older_dialplan_the_name_stays_as_asterisk_shows_it(
    asterisk: FakeAri,
) -> None:
    call = await calling(asterisk, name="\ufffd\ufffd")
    assert call.caller == Caller("79161112233", "\ufffd\ufffd")

"""The router: one task per call, and no caller forgotten when connections or processes die."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

import telephony.ari.router
from dialplan.voicemail import leave_message
from storage.intake.intake import Mailbox
from storage.office import VoicemailSettings
from telephony.ari.call import AriCall
from telephony.ari.client import HttpAri
from telephony.ari.router import Router
from telephony.errors import CallerLeft, TelephonyError
from tests.dialplan.company import Company
from tests.speech import speak
from tests.telephony.conftest import no_flow, serving
from tests.telephony.exchange import Refused
from tests.telephony.fake_ari import FakeAri, Request
from tests.waiting import until

BOX = Mailbox("ro", "Ромашка", "company", "Ромашка", "74951234567")


class Listening:
    """A call flow that plays one sound, and notes how that came out."""

    def __init__(self) -> None:
        self.came: list[tuple[str, ...]] = []
        self.ends: dict[str, str] = {}

    async def __call__(self, call: AriCall, args: Sequence[str]) -> None:
        self.came.append(tuple(args))
        try:
            await call.play("welcome")
        except CallerLeft:
            self.ends[call.id] = "hung up"
            raise
        self.ends[call.id] = "heard it all"


async def playing(asterisk: FakeAri, *, sounds: int = 1) -> None:
    await until(lambda: len(asterisk.exchange.playbacks) == sounds)


# -- calls do not touch each other -------------------------------------------------------------


async def test_a_call_that_fails_is_left_to_the_dialplan_and_others_go_on(
    asterisk: FakeAri,
) -> None:
    well = Listening()

    async def take(call: AriCall, args: Sequence[str]) -> None:
        if call.dialled == "666":
            raise RuntimeError("a mistake of ours")
        await well(call, args)

    async with serving(asterisk, take) as router:
        good = asterisk.exchange.call("call", "74951234567")
        await playing(asterisk)
        bad = asterisk.exchange.call("call", "666")
        await until(lambda: asterisk.exchange.in_dialplan == [bad])
        assert router.live_calls == {good}
        (playback,) = asterisk.exchange.playbacks
        asterisk.exchange.finish_playback(playback)
        await until(lambda: well.ends == {good: "heard it all"})


async def test_a_flow_that_is_over_ends_the_call(asterisk: FakeAri) -> None:
    async with serving(asterisk, no_flow) as router:
        caller = asterisk.exchange.call()
        await until(lambda: caller in asterisk.exchange.ended)
        await until(lambda: not router.live_calls)


async def test_arguments_number_and_caller_reach_the_flow(asterisk: FakeAri) -> None:
    seen: list[tuple[str, str, str, tuple[str, ...]]] = []

    async def take(call: AriCall, args: Sequence[str]) -> None:
        seen.append((call.dialled, call.caller.number, call.caller.name, tuple(args)))

    async with serving(asterisk, take):
        asterisk.exchange.call("call", "74951234567", number="1' OR '1'='1", name="<b>\n../")
        asterisk.exchange.call("phone", "play-message", "0192")
        await until(lambda: len(seen) == 2)
    assert seen == [
        ("74951234567", "1' OR '1'='1", "<b>\n../", ("call", "74951234567")),
        ("", "79161112233", "Иван", ("phone", "play-message", "0192")),
    ]


async def test_events_that_come_twice_begin_no_second_call(asterisk: FakeAri) -> None:
    flow = Listening()
    asterisk.double = True
    async with serving(asterisk, flow) as router:
        caller = asterisk.exchange.call()
        await playing(asterisk)
        asterisk.exchange.finish_playbacks()
        await until(lambda: not router.live_calls)
    assert flow.ends == {caller: "heard it all"}
    assert flow.came == [("call", "74951234567")]


async def test_events_about_strangers_are_nobodys_business(asterisk: FakeAri) -> None:
    flow = Listening()
    async with serving(asterisk, flow) as router:
        asterisk.send({"type": "StasisEnd", "channel": {"id": "stranger"}})
        asterisk.send(
            {"type": "PlaybackFinished", "playback": {"id": "?", "target_uri": "bridge:"}}
        )
        asterisk.send({"type": "BridgeDestroyed", "bridge": {"id": "?"}})
        caller = asterisk.exchange.call()
        await playing(asterisk)
        assert router.live_calls == {caller}


# -- connections come and go -------------------------------------------------------------------


async def test_asterisk_may_start_later_than_we(asterisk: FakeAri) -> None:
    asterisk.listening = False
    async with HttpAri.connect(asterisk.access) as ari:
        router = Router(ari, asterisk.access.app, no_flow, owner="us", call_seconds=60)
        running = asyncio.create_task(router.run())
        assert not router.connected.is_set()
        asterisk.listening = True
        async with asyncio.timeout(10):
            await router.connected.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_sound_that_ended_while_the_connection_was_down(asterisk: FakeAri) -> None:
    flow = Listening()
    async with serving(asterisk, flow):
        caller = asterisk.exchange.call()
        await playing(asterisk)
        asterisk.drop_connection()
        asterisk.exchange.finish_playbacks()
        await until(lambda: flow.ends == {caller: "heard it all"})


async def test_a_sound_that_still_plays_after_the_connection_was_down(asterisk: FakeAri) -> None:
    flow = Listening()
    async with serving(asterisk, flow):
        caller = asterisk.exchange.call()
        await playing(asterisk)
        asterisk.drop_connection()
        await until(lambda: asterisk.asked("GET", path="/playbacks/"))
        assert flow.ends == {}
        asterisk.exchange.finish_playbacks()
        await until(lambda: flow.ends == {caller: "heard it all"})


async def test_a_caller_who_left_while_the_connection_was_down(asterisk: FakeAri) -> None:
    flow = Listening()
    async with serving(asterisk, flow) as router:
        gone, there = asterisk.exchange.call(), asterisk.exchange.call()
        await playing(asterisk, sounds=2)
        asterisk.drop_connection()
        asterisk.exchange.hang_up(gone)
        await until(lambda: flow.ends == {gone: "hung up"})
        assert router.live_calls == {there}


async def test_a_call_that_ends_while_we_look_for_it(asterisk: FakeAri) -> None:
    """Comparing takes time, in which calls end: that must not end the router."""
    over = asyncio.Event()
    came: list[str] = []

    async def take(call: AriCall, args: Sequence[str]) -> None:
        came.append(call.id)
        await over.wait()
        raise CallerLeft("The caller hung up.")

    def end_in_between(request: Request) -> Refused | None:
        if request.path == f"/channels/{caller}":
            over.set()
            return Refused(404, "Channel not found")
        return None

    async with serving(asterisk, take) as router:
        caller = asterisk.exchange.call()
        await until(lambda: router.live_calls)
        asterisk.fault = end_in_between
        asterisk.drop_connection()
        asterisk.exchange.hang_up(caller)
        await until(lambda: not router.live_calls)
        await until(lambda: router.connected.is_set() and asterisk.connected)
        other = asterisk.exchange.call()
        await until(lambda: came == [caller, other])


async def test_callers_stranded_by_a_restart_are_taken_up_again(asterisk: FakeAri) -> None:
    stranded = asterisk.exchange.call("call", "74951234567")
    flow = Listening()
    async with serving(asterisk, flow):
        await playing(asterisk)
        assert flow.came == [("call", "74951234567")]
        asterisk.exchange.finish_playbacks()
        await until(lambda: stranded in asterisk.exchange.ended)


@pytest.mark.parametrize("ends", ["caller", "phone"])
async def test_a_conversation_goes_on_when_the_service_restarts(
    asterisk: FakeAri, ends: str
) -> None:
    exchange, flow = asterisk.exchange, Listening()
    caller = exchange.call()
    exchange.originate("leg", {"originator": caller, "endpoint": "PJSIP/101", "appArgs": "leg"})
    exchange.answer_phone("leg")
    exchange.bridge("talk")
    exchange.join("talk", [caller, "leg"])
    async with serving(asterisk, flow) as router:
        await until(lambda: router.live_calls)
        assert exchange.ended == {}
        exchange.hang_up(caller if ends == "caller" else "leg")
        await until(lambda: not exchange.channels and not exchange.bridges)
        await until(lambda: not router.live_calls)
    assert flow.came == [], "nobody who talks is sent to the menu"


async def test_callers_who_came_while_the_connection_was_down(asterisk: FakeAri) -> None:
    flow = Listening()
    async with serving(asterisk, flow) as router:
        asterisk.drop_connection()
        caller = asterisk.exchange.call()
        await until(lambda: router.live_calls == {caller})


@pytest.mark.parametrize("refused", ["/applications/voicepost", "/channels/", "/bridges"])
async def test_nobody_is_forgotten_when_asterisk_cannot_be_asked_at_first(
    asterisk: FakeAri, refused: str
) -> None:
    stranded = asterisk.exchange.call()

    def once(request: Request) -> Refused | None:
        if not request.path.startswith(refused):
            return None
        asterisk.fault = lambda _: None
        return Refused(500, "Internal error")

    asterisk.fault = once
    async with serving(asterisk, Listening()) as router:
        await until(lambda: router.live_calls == {stranded}, seconds=10)


async def test_phones_that_nobody_waits_for_are_hung_up(asterisk: FakeAri) -> None:
    flow = Listening()
    before = {"originator": "gone", "endpoint": "PJSIP/101", "appArgs": "leg"}
    asterisk.exchange.originate("leg-of-a-dead-service", before)
    asterisk.exchange.answer_phone("leg-of-a-dead-service")
    async with serving(asterisk, flow):
        await until(lambda: "leg-of-a-dead-service" in asterisk.exchange.ended)
        asterisk.exchange.originate("leg-picked-up-too-late", before)
        asterisk.exchange.answer_phone("leg-picked-up-too-late")
        await until(lambda: "leg-picked-up-too-late" in asterisk.exchange.ended)
    assert flow.came == []


async def test_another_controller_stops_us(asterisk: FakeAri) -> None:
    async with HttpAri.connect(asterisk.access) as ari:
        router = Router(ari, asterisk.access.app, no_flow, owner="us", call_seconds=60)
        running = asyncio.create_task(router.run())
        await until(router.connected.is_set)
        asterisk.send({"type": "ApplicationReplaced", "application": "voicepost"})
        with pytest.raises(ExceptionGroup) as stopped:
            await running
    assert stopped.group_contains(TelephonyError, match="Another program")


# -- the end of the service --------------------------------------------------------------------


async def test_draining_waits_for_calls_and_sends_new_ones_to_the_dialplan(
    asterisk: FakeAri,
) -> None:
    flow = Listening()
    async with serving(asterisk, flow) as router:
        caller = asterisk.exchange.call()
        await playing(asterisk)
        draining = asyncio.create_task(router.drain(30))
        await asyncio.wait((draining,), timeout=0)
        late = asterisk.exchange.call()
        await until(lambda: asterisk.exchange.in_dialplan == [late])
        assert not draining.done()
        asterisk.exchange.finish_playbacks()
        await draining
        assert flow.ends == {caller: "heard it all"}


async def test_draining_without_calls_takes_no_time(asterisk: FakeAri) -> None:
    async with serving(asterisk, no_flow) as router, asyncio.timeout(5):
        await router.drain(60)


async def test_a_recording_that_would_be_cut_short_is_left_to_the_fallback(
    asterisk: FakeAri, company: Company
) -> None:
    async def take(call: AriCall, args: Sequence[str]) -> None:
        await leave_message(call, company.taker, BOX, "vm-intro", VoicemailSettings())

    async with serving(asterisk, take) as router:
        caller = asterisk.exchange.call()
        await playing(asterisk)
        draining = asyncio.create_task(router.drain(30))
        await asyncio.wait((draining,), timeout=0)
        asterisk.exchange.finish_playbacks()
        await draining
        assert asterisk.exchange.in_dialplan == [caller]
        assert asterisk.exchange.live == {}
    was = await asyncio.to_thread(company.store.drafts.interrupted, caller)
    assert was and was.employee is None, "the fallback knows which box it is for"


async def test_who_is_speaking_when_time_is_up_is_kept(asterisk: FakeAri, company: Company) -> None:
    async def take(call: AriCall, args: Sequence[str]) -> None:
        await leave_message(call, company.taker, BOX, "vm-intro", VoicemailSettings())

    async with serving(asterisk, take) as router:
        speaking = asterisk.exchange.call()
        await playing(asterisk)
        asterisk.exchange.finish_playbacks()
        await until(lambda: asterisk.exchange.live)
        (name,) = asterisk.exchange.live
        speak("Я ещё говорю, а служба уже уходит.", path=company.recordings / f"{name}.wav")
        listening = asterisk.exchange.call()
        await playing(asterisk)

        draining = asyncio.create_task(router.drain(0.1))
        await until(lambda: "sound:vm-msgsaved" in asterisk.exchange.played)
        assert asterisk.asked("POST", path=f"/recordings/live/{name}/stop")
        assert company.states()[0] == "kept", "it is saved when the caller hears so"
        asterisk.exchange.finish_playbacks()
        await draining
        assert not router.live_calls
        assert list(asterisk.exchange.ended) == [speaking]
        assert asterisk.exchange.in_dialplan == [listening]
    (message,) = company.kept()
    assert company.says(message, "Я ещё говорю, а служба уже уходит.")


async def test_a_caller_whom_nobody_serves_is_found(
    asterisk: FakeAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a last request that Asterisk did not answer in time: no event will ever come."""
    monkeypatch.setattr(telephony.ari.router, "SWEEP_SECONDS", 0.05)
    flow = Listening()
    async with serving(asterisk, flow) as router:
        await router.connected.wait()
        asterisk.hold_events()
        forgotten = asterisk.exchange.call()
        asterisk.release_events(lambda _: ())
        await until(lambda: router.live_calls == {forgotten})
        await playing(asterisk)
        asterisk.exchange.finish_playbacks()
        await until(lambda: flow.ends.get(forgotten) == "heard it all")


async def test_a_phone_that_is_answered_while_the_connection_is_down(asterisk: FakeAri) -> None:
    exchange = asterisk.exchange

    async def take(call: AriCall, _: Sequence[str]) -> None:
        await call.ring(("PJSIP/101",), 60)

    async with serving(asterisk, take) as router:
        caller = exchange.call()
        await until(lambda: len(exchange.channels) == 2)
        (leg,) = set(exchange.channels) - {caller}
        asterisk.listening = False
        asterisk.drop_connection()
        await until(lambda: not router.connected.is_set())
        exchange.answer_phone(leg)
        asterisk.listening = True
        await until(lambda: {caller, leg} in exchange.bridges.values())
        exchange.hang_up(leg)
        await until(lambda: not router.live_calls)


async def test_people_talk_on_when_the_service_stops(asterisk: FakeAri) -> None:
    exchange = asterisk.exchange

    async def take(call: AriCall, _: Sequence[str]) -> None:
        await call.ring(("PJSIP/101",), 60)

    async with serving(asterisk, take) as router:
        caller = exchange.call()
        await until(lambda: len(exchange.channels) == 2)
        (leg,) = set(exchange.channels) - {caller}
        exchange.answer_phone(leg)
        await until(lambda: {caller, leg} in exchange.bridges.values())
        await router.drain(0)
        assert not router.live_calls
    assert exchange.ended == {}
    assert {caller, leg} in exchange.bridges.values()
    assert exchange.in_dialplan == []

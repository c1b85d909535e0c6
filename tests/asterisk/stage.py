"""One call of a company of its own on a real Asterisk, step by step, and what it leaves behind."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence

from storage.messages.query import Query
from storage.messages.repository import Message
from storage.office import parse_office
from telephony.ari.client import Event
from telephony.errors import AriError
from telephony.sandbox.telephones import Person
from tests.acting import ME
from tests.asterisk.conftest import Telephony
from tests.asterisk.house import until_async
from tests.asterisk.leftovers import left_of_call
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.steps import (
    Answered,
    Breathe,
    Cancel,
    DropOut,
    Heard,
    Mute,
    MuteForGood,
    OtherHangsUp,
    PicksUp,
    RealStep,
    Replayed,
    Say,
    Storm,
    TwoParts,
    Typed,
)
from tests.scenarios import (
    Beep,
    Expected,
    HangUp,
    Hear,
    Press,
    Rings,
    Scenario,
    Speak,
    Talk,
    Wait,
)
from tests.speech import speak
from tests.waiting import until


class Stage:
    """One scenario with numbers, phones and a company that no other scenario has."""

    def __init__(self, telephony: Telephony, scenario: Scenario, place: int) -> None:
        self._telephony = telephony
        self._scenario = scenario
        self._place = place
        self._company = f"Ромашка {place}"
        self.caller_number = f"7916000{place:04}"
        self._channel = ""
        self._heard = 0

    async def play(self) -> None:
        """Place the call, go through the steps, and check what was left."""
        await self.prepare()
        caller = await self.begin()
        await self.go(caller, self._scenario.steps)
        await self.over(caller)
        await self.check(self._scenario.expect)

    async def prepare(self) -> None:
        """Make the company, and have its phones do what the scenario says."""
        await asyncio.to_thread(self._apply)
        for phone, does in self._scenario.phones.items():
            self._telephony.phones.behaviours[self._own(phone)] = does

    async def begin(self) -> Person:
        """The caller, whose call has reached the company's Asterisk."""
        caller = await self._telephony.phones.start_call(
            self._own(self._scenario.dialled), caller=self.caller_number
        )
        inside = await self._telephony.inside.wait(self._is_our_channel)
        self._channel = inside["channel"]["id"]
        return caller

    async def go(self, caller: Person, steps: Sequence[RealStep]) -> None:
        """Take the steps; an error says where the call got stuck, and what others saw of it."""
        for step, following in zip(steps, (*steps[1:], None), strict=True):
            try:
                await self._do(step, following, caller)
            except (AriError, TimeoutError) as error:
                error.add_note(f"at {step}, {self._log()}")
                raise

    async def over(self, caller: Person) -> None:
        """Wait until the call is over."""
        try:
            await caller.gone(seconds=90)
        except TimeoutError as error:
            error.add_note(f"nobody hung up, {self._log()}")
            raise

    async def check(self, expected: Sequence[Expected]) -> None:
        """Check that the call left these messages, and nothing else anywhere."""
        await until(lambda: self._channel not in self._telephony.house.calls_with_drafts())
        self._compare(self.messages(), expected)
        # Phones on the other Asterisk end a moment later.
        await until_async(self._has_left_nothing)

    def messages(self) -> Sequence[Message]:
        """What is in the company's boxes now."""
        return self._telephony.house.repository.list(Query(company=self._company)).messages

    def _apply(self) -> None:
        endpoint = f"PJSIP/trunk/sip:{self._place:03}x{{}}@{self._telephony.phones.sip}".format
        text = self._scenario.office(endpoint).replace('"Ромашка"', f'"{self._company}"')
        text = re.sub(r"\b749[0-9]{8}\b", lambda number: self._own(number[0]), text)
        self._telephony.house.offices.apply(parse_office(text), by=ME)

    def _log(self) -> str:
        """What the service and its Asterisk saw of the call."""
        lines = [line for line in self._telephony.house.log.splitlines() if self._channel in line]
        heard = [str(event) for event in self._telephony.inside.events if self._is_ours(event)]
        return "\n".join(["in a call that the service saw so:", *lines, *heard[-10:]])

    def _own(self, phone: str) -> str:
        """The scenario's own number in place of the one that all scenarios share."""
        if len(phone) < 11:
            return f"{self._place:03}x{phone}"
        return f"{phone[:5]}{self._place:03}{phone[8:]}"

    async def _do(  # noqa: C901 - one case for each kind of step
        self, step: RealStep, following: RealStep | None, caller: Person
    ) -> None:
        phones = self._telephony.phones
        match step:
            case Answered():
                await caller.connected()
                await caller.be_silent()
            case Hear(sound):
                await self._event(lambda e: _plays(e, sound))
            case Heard(sound):
                await self._event(lambda e: _ends(e, sound))
            case Replayed():
                await self._event(_replays)
            case Press(keys):
                await caller.press(keys)
            case Typed(key):
                await self._event(
                    lambda e: e["type"] == "ChannelDtmfReceived" and e["digit"] == key
                )
            case Wait():
                pass
            case Beep():
                await self._event(lambda e: e["type"] == "RecordingStarted")
                if not isinstance(following, HangUp | DropOut | Mute | MuteForGood | None):
                    await caller.breathe()
            case Speak(text):
                await self._event(lambda e: e["type"] == "RecordingStarted")
                await caller.say(speak(text))
            case Say(text):
                await caller.say(speak(text))
            case Storm(keys):
                await caller.press(keys, milliseconds=10, between=10)
            case Breathe():
                await caller.breathe()
            case Rings(phone):
                await phones.rang(self._own(phone))
            case PicksUp(phone):
                await phones.picks_up(self._own(phone))
            case Talk(phone):
                await self._event(lambda e: e["type"] == "ChannelEnteredBridge")
                if following is None:
                    await self._do(OtherHangsUp(phone), None, caller)
            case OtherHangsUp(phone):
                other = await phones.answered(self._own(phone))
                assert other.is_connected(), self._log()
                await other.hang_up()
            case Mute(seconds):
                await caller.go_mute()
                await asyncio.sleep(seconds)
                await caller.be_silent()
            case DropOut():
                await caller.go_mute()
                await self._event(lambda e: e["type"] == "RecordingFinished")
                await self._event(lambda e: e["type"] == "RecordingStarted")
                await caller.be_silent()
            case MuteForGood():
                await caller.go_mute()
            case HangUp():
                await caller.hang_up()
            case Cancel():
                await caller.cancel()

    async def _event(self, matches: Callable[[Event], bool]) -> None:
        """Wait for an event of our caller's channel, behind those already waited for."""
        event = await self._telephony.inside.wait(
            lambda e: self._is_ours(e) and matches(e), after=self._heard
        )
        self._heard = self._telephony.inside.events.index(event, self._heard) + 1

    def _is_our_channel(self, event: Event) -> bool:
        number: str = event.get("channel", {}).get("caller", {}).get("number", "")
        return event["type"] == "ChannelCreated" and number == self.caller_number

    def _is_ours(self, event: Event) -> bool:
        subject = event.get("playback") or event.get("recording") or {}
        channel = event.get("channel", {}).get("id") or subject.get("target_uri", "")
        return str(channel).removeprefix("channel:") == self._channel

    def _compare(self, messages: Sequence[Message], expected: Sequence[Expected]) -> None:
        found = [(m.box, m.addressee_number) for m in messages]
        wanted = [
            (e.box, self._own(e.number) if e.box == "company" else e.number) for e in expected
        ]
        assert sorted(found) == sorted(wanted), self._log()
        for message, one in zip(messages, expected, strict=True):
            audio = self._telephony.house.home / f"{message.id}.wav"
            audio.write_bytes(self._telephony.house.repository.read(message))
            for said in (one.said, one.then_said) if isinstance(one, TwoParts) else (one.said,):
                assert likeness(speak(said), audio) > SAME
            assert message.caller_number == self.caller_number

    async def _has_left_nothing(self) -> bool:
        return not await left_of_call(
            self._telephony, self._channel, self.caller_number, self._own("")
        )


def _plays(event: Event, sound: str) -> bool:
    starts = ("PlaybackStarted", "PlaybackContinuing")
    return event["type"] in starts and event["playback"]["media_uri"] == f"sound:{sound}"


def _replays(event: Event) -> bool:
    starts = event["type"] == "PlaybackStarted"
    return starts and str(event["playback"]["media_uri"]).startswith("recording:")


def _ends(event: Event, sound: str) -> bool:
    ends = event["type"] == "PlaybackFinished"
    return ends and bool(event["playback"]["media_uri"] == f"sound:{sound}")

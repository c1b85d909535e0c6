"""Every scenario on a real Asterisk, with real SIP calls.

Each scenario has a company of its own, so that all of them can run at the same time: the tests
only look at how theirs came out.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from storage.inbox import Message
from storage.office import parse_office
from storage.query import Query
from telephony.ari.client import Event
from telephony.errors import AriError
from telephony.sandbox.asterisk import Asterisk
from telephony.sandbox.telephones import Person
from tests.acting import ME
from tests.asterisk.conftest import Town, open_town
from tests.asterisk.house import House
from tests.asterisk.listening import SAME, likeness
from tests.scenarios import (
    SCENARIOS,
    Beep,
    HangUp,
    Hear,
    Press,
    Rings,
    Scenario,
    Speak,
    Step,
    Talk,
    Wait,
)
from tests.speech import speak
from tests.waiting import until

pytestmark = pytest.mark.asterisk

AT_ONCE = 6
"""Calls at the same time: two cores carry both Asterisks, the service and the tests."""


class Stage:
    """One scenario with numbers, phones and a company that no other scenario has."""

    def __init__(self, town: Town, scenario: Scenario, place: int) -> None:
        self._town = town
        self._scenario = scenario
        self._place = place
        self._company = f"Ромашка {place}"
        self._caller_number = f"7916000{place:04}"
        self._channel = ""
        self._heard = 0

    async def play(self) -> None:
        """Place the call, go through the steps, and check what was left."""
        await asyncio.to_thread(self._apply)
        for phone, does in self._scenario.phones.items():
            self._town.phones.behaviours[self._own(phone)] = does
        caller = await self._town.phones.start_call(
            self._own(self._scenario.dialled), caller=self._caller_number
        )
        inside = await self._town.inside.wait(self._is_our_channel)
        self._channel = inside["channel"]["id"]
        steps = self._scenario.steps
        for step, following in zip(steps, (*steps[1:], None), strict=True):
            try:
                await self._do(step, following, caller)
            except (AriError, TimeoutError) as error:
                error.add_note(f"at {step}, in a call that the service saw so:\n{self._log()}")
                raise
        await caller.gone(seconds=60)
        self._check(await self._messages_once_settled())

    def _apply(self) -> None:
        endpoint = f"PJSIP/trunk/sip:{self._place:03}x{{}}@{self._town.phones.sip}".format
        text = self._scenario.office(endpoint).replace('"Ромашка"', f'"{self._company}"')
        text = re.sub(r"\b749[0-9]{8}\b", lambda number: self._own(number[0]), text)
        self._town.house.offices.apply(parse_office(text), by=ME)

    def _log(self) -> str:
        lines = self._town.house.log.splitlines()
        return "\n".join(line for line in lines if f"call={self._channel}" in line)

    def _own(self, phone: str) -> str:
        """The scenario's own number in place of the one that all scenarios share."""
        if len(phone) < 11:
            return f"{self._place:03}x{phone}"
        return f"{phone[:5]}{self._place:03}{phone[8:]}"

    async def _do(  # noqa: C901 - one case for each kind of step
        self, step: Step, following: Step | None, caller: Person
    ) -> None:
        town = self._town
        match step:
            case Hear(sound):
                await self._event(lambda e: _plays(e, sound))
            case Press(keys):
                await caller.press(keys)
            case Wait():
                pass
            case Beep():
                await self._event(lambda e: e["type"] == "RecordingStarted")
                if not isinstance(following, HangUp):
                    await caller.breathe()
            case Speak(text):
                await self._event(lambda e: e["type"] == "RecordingStarted")
                await caller.say(speak(text))
            case Rings(phone):
                await town.phones.rang(self._own(phone))
            case Talk(phone):
                await self._event(lambda e: e["type"] == "ChannelEnteredBridge")
                if following is None:
                    other = await town.phones.answered(self._own(phone))
                    await other.hang_up()
            case HangUp():
                await caller.hang_up()

    async def _event(self, matches: Callable[[Event], bool]) -> None:
        """Wait for an event of our caller's channel, behind those already waited for."""
        event = await self._town.inside.wait(
            lambda e: self._is_ours(e) and matches(e), after=self._heard
        )
        self._heard = self._town.inside.events.index(event, self._heard) + 1

    def _is_our_channel(self, event: Event) -> bool:
        number: str = event.get("channel", {}).get("caller", {}).get("number", "")
        return event["type"] == "ChannelCreated" and number == self._caller_number

    def _is_ours(self, event: Event) -> bool:
        subject = event.get("playback") or event.get("recording") or {}
        channel = event.get("channel", {}).get("id") or subject.get("target_uri", "")
        return str(channel).removeprefix("channel:") == self._channel

    async def _messages_once_settled(self) -> Sequence[Message]:
        await until(lambda: self._channel not in self._town.house.calls_with_drafts())
        return self._town.house.inbox.list(Query(company=self._company)).messages

    def _check(self, messages: Sequence[Message]) -> None:
        found = [(m.box, m.addressee_number) for m in messages]
        wanted = [
            (e.box, self._own(e.number) if e.box == "company" else e.number)
            for e in self._scenario.expect
        ]
        assert sorted(found) == sorted(wanted)
        for message, expected in zip(messages, self._scenario.expect, strict=True):
            audio = self._town.house.home / f"{message.id}.wav"
            audio.write_bytes(self._town.house.inbox.read(message))
            assert likeness(speak(expected.said), audio) > SAME
            assert message.caller_number == self._caller_number


def _plays(event: Event, sound: str) -> bool:
    return (
        event["type"] in ("PlaybackStarted", "PlaybackContinuing")
        and event["playback"]["media_uri"] == f"sound:{sound}"
    )


@pytest.fixture(scope="module")
async def plays(
    running_house: House, phones_asterisk: Asterisk
) -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    """All scenarios, running; a few at a time."""
    places = asyncio.Semaphore(AT_ONCE)
    async with open_town(running_house, phones_asterisk) as town:

        async def play(place: int, scenario: Scenario) -> None:
            async with places:
                await Stage(town, scenario, place).play()

        tasks = {
            scenario.name: asyncio.create_task(play(place, scenario))
            for place, scenario in enumerate(SCENARIOS, start=100)
        }
        yield tasks
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", [scenario.name for scenario in SCENARIOS])
async def test_a_real_call_goes_as_told(name: str, plays: dict[str, asyncio.Task[None]]) -> None:
    await plays[name]

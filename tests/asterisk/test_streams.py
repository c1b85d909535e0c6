"""Streams that start anew in mid-message, or come from elsewhere; lines that are never silent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from dialplan.sounds import GOODBYE, MESSAGE_SAVED, REVIEW
from storage.messages.query import Query
from storage.messages.repository import Message
from storage.office import parse_office
from telephony.ari.client import Event
from tests.acting import ME
from tests.asterisk.conftest import Telephony
from tests.asterisk.dialling import connected, listen_to_the_beep
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.rtp import Dialler
from tests.scenarios import COMPANY_BOX, HELLO, LONG, SECOND
from tests.speech import speak
from tests.waiting import until

pytestmark = pytest.mark.asterisk

NUMBER, NAME = "74950990004", "Ромашка 993"
OFFICE = f"""
[company]
name = "{NAME}"
[numbers]
"{NUMBER}" = {{ voicemail = true }}
[voicemail]
greeting = "sound:{COMPANY_BOX}"
silence_seconds = 4
"""
BACK = 1500
"""Packets, of thirty seconds: until new numbers come to the old ones, Asterisk drops everything."""


async def test_sound_that_comes_in_an_unusual_way(telephony: Telephony) -> None:
    house = telephony.house
    await asyncio.to_thread(house.offices.apply, parse_office(OFFICE), by=ME)
    await asyncio.gather(*(call(telephony, caller) for caller, call in CALLERS.items()))

    def kept() -> dict[str, Message]:
        found = house.repository.list(Query(company=NAME)).messages
        return {m.caller_number: m for m in found} if len(found) == len(CALLERS) else {}

    messages = await until(kept)
    for caller, message in messages.items():
        audio = house.home / f"{message.id}.wav"
        audio.write_bytes(house.repository.read(message))
        for text in SAID.get(caller, (HELLO,)):
            assert likeness(speak(text), audio) > SAME, (CALLERS[caller], text)
    lacking = {caller for caller, message in messages.items() if message.cut_off}
    assert lacking == {STARTS_ANEW, ANEW_UNNOTICED}


async def start_anew(telephony: Telephony, caller: str) -> None:
    line = await at_the_beep(telephony, caller)
    await line.dialler.say(speak(HELLO))
    line.dialler.begin_anew(BACK)
    await line.dialler.say(speak(SECOND))
    await line.keep()


async def start_anew_unnoticed(telephony: Telephony, caller: str) -> None:
    line = await at_the_beep(telephony, caller)
    await line.dialler.say(speak(HELLO))
    line.dialler.begin_anew(BACK, same_source=True)
    await line.dialler.say(speak(SECOND))  # Asterisk counts what is missing every five seconds
    await line.dialler.say(speak(LONG))
    await line.keep()


async def move(telephony: Telephony, caller: str) -> None:
    line = await at_the_beep(telephony, caller)
    await line.dialler.say(speak(HELLO))
    line.dialler.move()
    await line.dialler.say(speak(SECOND))
    await line.keep()


async def hiss(telephony: Telephony, caller: str) -> None:
    line = await at_the_beep(telephony, caller)
    await line.dialler.say(speak(HELLO))
    await over(line, line.dialler.hiss)


async def send_comfort_noise(telephony: Telephony, caller: str) -> None:
    line = await at_the_beep(telephony, caller)
    await line.dialler.say(speak(HELLO))
    await over(line, line.dialler.say_nothing)


async def over(line: Line, noise: Callable[[asyncio.Task[Event]], Awaitable[None]]) -> None:
    """Send this until the message has ended by itself."""
    saved = line.hears(MESSAGE_SAVED)
    await noise(saved)
    await saved
    line.dialler.hang_up()


STARTS_ANEW, MOVES, ANEW_UNNOTICED = "79169930001", "79169930002", "79169930005"
SAID = {
    STARTS_ANEW: (HELLO, SECOND),
    MOVES: (HELLO, SECOND),
    ANEW_UNNOTICED: (HELLO, LONG),
}
CALLERS: dict[str, Callable[[Telephony, str], Awaitable[None]]] = {
    STARTS_ANEW: start_anew,
    ANEW_UNNOTICED: start_anew_unnoticed,
    MOVES: move,
    "79169930003": hiss,
    "79169930004": send_comfort_noise,
}


class Line:
    """A caller who may speak."""

    def __init__(self, telephony: Telephony, dialler: Dialler, channel: str) -> None:
        self.dialler = dialler
        self._telephony = telephony
        self._channel = channel

    def hears(self, sound: str) -> asyncio.Task[Event]:
        """Done when this is played to the caller."""
        return asyncio.create_task(self._telephony.inside.wait(lambda e: self._plays(e, sound)))

    async def keep(self) -> None:
        """End the message by key, and keep it in the review."""
        await self.dialler.press("#")
        await self.hear(REVIEW)
        await self.dialler.press("1")
        await self.hear(GOODBYE)
        self.dialler.hang_up()

    async def hear(self, sound: str) -> None:
        """Listen until this is played."""
        played = self.hears(sound)
        await self.dialler.listen(played)
        await played

    def _plays(self, event: Event, sound: str) -> bool:
        if event["type"] not in ("PlaybackStarted", "PlaybackContinuing"):
            return False
        playback = event["playback"]
        is_ours = playback["target_uri"] == f"channel:{self._channel}"
        return bool(is_ours and playback["media_uri"] == f"sound:{sound}")


async def at_the_beep(telephony: Telephony, caller: str) -> Line:
    dialler = Dialler(telephony.house.asterisk.sip, NUMBER, caller)
    channel = await connected(telephony, dialler, caller)
    await listen_to_the_beep(telephony, dialler, channel)
    return Line(telephony, dialler, channel)

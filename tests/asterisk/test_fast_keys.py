"""Fifty keys a second over RTP, from the answer on: through the menu, and into the mailbox."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from storage.messages.query import Query
from storage.messages.repository import Message
from storage.office import parse_office
from tests.acting import ME
from tests.asterisk.conftest import Telephony
from tests.asterisk.dialling import connected, listen_to_the_beep
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.rtp import Dialler
from tests.scenarios import COMPANY_BOX, HELLO, WELCOME
from tests.speech import speak
from tests.waiting import until

pytestmark = pytest.mark.asterisk

NUMBER, NAME = "74950990002", "Ромашка 991"
OFFICE = f"""
[company]
name = "{NAME}"
[numbers]
"{NUMBER}" = {{ menu = "main" }}
[menus.main]
greeting = "sound:{WELCOME}"
timeout = 1.0
repeats = 0
invalid_limit = 2
[menus.main.keys]
1 = {{ action = "play", prompt = "sound:beep" }}
2 = {{ action = "ring", employee = "101" }}
9 = {{ action = "voicemail" }}
"*" = {{ action = "repeat" }}
[employees.101]
name = "Анна"
endpoint = "PJSIP/trunk/sip:990x101@PHONES"
ring_timeout = 3
forward.no_answer = {{ action = "voicemail" }}
[voicemail]
greeting = "sound:{COMPANY_BOX}"
silence_seconds = 60
"""
# While Asterisk goes through the keys of one, their message waits for them: no pause ends it.
PRESSED = 200
LAST = "678"
"""Keys that mean nothing anywhere: when Asterisk has told the newest of them, it is through with
all before. It may lose one: then the next is pressed, after ``PAUSE`` seconds."""
PAUSE = 20.0
CALLERS = {
    "79169910001": ("0" * PRESSED, "company"),
    "79169910002": ("*" * PRESSED, "company"),
    "79169910003": ("1" * PRESSED, "company"),
    "79169910004": ("9" * PRESSED, "company"),
    "79169910005": ("2" + "5" * (PRESSED - 1), "employee"),
}
"""What each presses, and whose message it is then: a wrong key, one that repeats the menu, one for
an announcement, one for the mailbox (during its greeting, too), and any key while a phone rings."""


async def test_who_presses_fifty_keys_a_second_can_still_leave_a_message(
    telephony: Telephony,
) -> None:
    house = telephony.house
    office = parse_office(OFFICE.replace("PHONES", telephony.phones.sip))
    await asyncio.to_thread(house.offices.apply, office, by=ME)
    await asyncio.gather(*(press_and_speak(telephony, caller) for caller in CALLERS))

    def kept() -> list[Message]:
        found = list(house.repository.list(Query(company=NAME)).messages)
        return found if len(found) >= len(CALLERS) else []

    messages = await until(kept)
    assert {m.caller_number: m.box for m in messages} == {
        caller: box for caller, (_, box) in CALLERS.items()
    }
    assert len(messages) == len(CALLERS)
    for message in messages:
        audio = house.home / f"{message.id}.wav"
        audio.write_bytes(house.repository.read(message))
        assert likeness(speak(HELLO), audio) > SAME


async def press_and_speak(telephony: Telephony, caller: str) -> None:
    """Press from the answer on; then wait for the beep, if it has not come yet, and speak.

    Not while Asterisk goes through the keys: each sounds for a twelfth of a second there, and on a
    busy machine it is behind with them. What is said meanwhile, it takes for the sound of a key.
    """
    dialler = Dialler(telephony.house.asterisk.sip, NUMBER, caller)
    channel = await connected(telephony, dialler, caller)
    await dialler.press(CALLERS[caller][0])
    assert await _is_through(telephony, dialler, channel)
    await listen_to_the_beep(telephony, dialler, channel)
    await dialler.say(speak(HELLO))
    dialler.hang_up()
    # Asterisk passes nearly all of them on, and fewer while a phone rings.
    assert len(_keys(telephony, channel)) > PRESSED / 2


async def _is_through(telephony: Telephony, dialler: Dialler, channel: str) -> bool:
    """Whether Asterisk comes to the end of the caller's keys."""
    for key in LAST:
        await dialler.press(key)
        told = asyncio.create_task(until(partial(_is_told, telephony, channel, key), PAUSE))
        await dialler.listen(told)
        if told.exception() is None:
            return True
    return False


def _is_told(telephony: Telephony, channel: str, key: str) -> bool:
    return key in _keys(telephony, channel)


def _keys(telephony: Telephony, channel: str) -> str:
    """The keys of a caller that Asterisk has told."""
    events = [event for event in telephony.inside.events if event["type"] == "ChannelDtmfReceived"]
    return "".join(event["digit"] for event in events if event["channel"]["id"] == channel)

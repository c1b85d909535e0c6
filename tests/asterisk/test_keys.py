"""Keys in each way that telephones tell them, and in two ways at once: each is taken once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from storage.messages.query import Query
from storage.office import parse_office
from telephony.ari.client import Event
from tests.acting import ME
from tests.asterisk.conftest import Telephony
from tests.asterisk.dialling import connected, listen_to_the_beep
from tests.asterisk.rtp import Dialler
from tests.scenarios import HELLO, WELCOME
from tests.speech import speak
from tests.waiting import until

pytestmark = pytest.mark.asterisk

NUMBER, NAME = "74950990003", "Ромашка 992"
AT_ONCE = 2
"""Callers at the same time: their packets are to come when they should."""
EXTENSIONS = ("1137", "3711", "3719")
ONCE_EACH = "3719"
"""For telephones that tell each key twice: Asterisk is long over one that comes again."""
OFFICE = f"""
[company]
name = "{NAME}"
[numbers]
"{NUMBER}" = {{ menu = "main" }}
[menus.main]
greeting = "sound:{WELCOME}"
timeout = 5.0
digit_timeout = 3.0
repeats = 2
direct_dial = true
[voicemail]
greeting = "sound:beep"
""" + "".join(
    f"""
[employees.{extension}]
name = "Анна {extension}"
endpoint = "PJSIP/trunk/sip:990x{extension}@127.0.0.1:9"
forward.always = {{ action = "voicemail" }}
"""
    for extension in EXTENSIONS
)
Press = Callable[[Dialler, str], Awaitable[None]]


async def inform(dialler: Dialler, keys: str) -> None:
    for key in keys:
        dialler.inform(key)
        await dialler.be_quiet(10)


WAYS: dict[str, Press] = {
    "as events": lambda dialler, keys: dialler.press_slowly(keys),
    "as sounds": lambda dialler, keys: dialler.sound_keys(keys),
    "by INFO": inform,
    **{
        f"as events of {20 * packets} ms, and by INFO at the {when}": (
            lambda dialler, keys, packets=packets, when=when: dialler.press_slowly(  # type: ignore[misc]
                keys, packets=packets, info=when
            )
        )
        for packets in (5, 10)
        for when in ("press", "release")
    },
}


@pytest.mark.timeout(180)
async def test_each_key_is_taken_once(telephony: Telephony) -> None:
    await asyncio.to_thread(telephony.house.offices.apply, parse_office(OFFICE), by=ME)
    places = asyncio.Semaphore(AT_ONCE)

    async def play(place: int, way: str, extension: str) -> str:
        async with places:
            return await reached(telephony, f"7916992{place:04}", way, extension)

    calls = [
        (way, extension)
        for way in WAYS
        for extension in ([ONCE_EACH] if "and by" in way else EXTENSIONS[:2])
    ]
    found = await asyncio.gather(*(play(place, *call) for place, call in enumerate(calls)))
    assert dict(zip(calls, found, strict=True)) == {call: call[1] for call in calls}


async def reached(telephony: Telephony, caller: str, way: str, extension: str) -> str:
    """Press an extension's keys in that way, speak after the beep: in whose box the message is."""
    dialler = Dialler(telephony.house.asterisk.sip, NUMBER, caller, events=way != "as sounds")
    channel = await connected(telephony, dialler, caller)
    welcome = asyncio.create_task(telephony.inside.wait(lambda e: _plays(e, channel)))
    await dialler.listen(welcome)
    await welcome
    await WAYS[way](dialler, extension)
    await listen_to_the_beep(telephony, dialler, channel)
    await dialler.say(speak(HELLO))
    dialler.hang_up()

    def box() -> str:
        found = telephony.house.repository.list(Query(company=NAME)).messages
        return next((m.addressee_number for m in found if m.caller_number == caller), "")

    number = await until(box)
    return number if number == extension else f"{number}, for {_told(telephony, channel)}"


def _told(telephony: Telephony, channel: str) -> list[tuple[str, str, int]]:
    """The keys of which Asterisk told: when, and how long each was held."""
    return [
        (event["digit"], event["timestamp"], event["duration_ms"])
        for event in telephony.inside.events
        if event["type"] == "ChannelDtmfReceived" and event["channel"]["id"] == channel
    ]


def _plays(event: Event, channel: str) -> bool:
    starts = event["type"] == "PlaybackStarted"
    return starts and bool(event["playback"]["target_uri"] == f"channel:{channel}")

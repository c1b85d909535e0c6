"""Keys in each way that telephones tell them, and in two ways at once: each is taken once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from storage.office import parse_office
from storage.query import Query
from telephony.ari.client import Event
from tests.acting import ME
from tests.asterisk.conftest import Town
from tests.asterisk.rtp import Dialler
from tests.scenarios import HELLO, WELCOME
from tests.speech import speak
from tests.waiting import until

pytestmark = pytest.mark.asterisk

NUMBER, NAME = "74950990003", "Ромашка 992"
EXTENSIONS = ("1137", "3711")
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


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("way", WAYS)
async def test_each_key_is_taken_once(town: Town, way: str, extension: str) -> None:
    office = parse_office(OFFICE)
    await asyncio.to_thread(town.house.offices.apply, office, by=ME)
    place = list(WAYS).index(way) * 2 + EXTENSIONS.index(extension)
    caller = f"7916992{place:04}"
    dialler = Dialler(town.house.asterisk.sip, NUMBER, caller, events=way != "as sounds")
    await dialler.connect()
    created = await town.inside.wait(
        lambda e: e["type"] == "ChannelCreated" and e["channel"]["caller"]["number"] == caller
    )
    channel = created["channel"]["id"]
    await dialler.listen(asyncio.ensure_future(town.inside.wait(lambda e: _plays(e, channel))))
    await WAYS[way](dialler, extension)
    await dialler.listen(asyncio.ensure_future(town.inside.wait(lambda e: _records(e, channel))))
    await dialler.say(speak(HELLO))
    dialler.hang_up()

    def box() -> str:
        found = town.house.inbox.list(Query(company=NAME)).messages
        return next((m.addressee_number for m in found if m.caller_number == caller), "")

    assert await until(box) == extension


def _plays(event: Event, channel: str) -> bool:
    starts = event["type"] == "PlaybackStarted"
    return starts and bool(event["playback"]["target_uri"] == f"channel:{channel}")


def _records(event: Event, channel: str) -> bool:
    starts = event["type"] == "RecordingStarted"
    return starts and bool(event["recording"]["target_uri"] == f"channel:{channel}")

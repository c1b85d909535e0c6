"""Messages are heard by phone: extension, PIN, and then what was said."""

from __future__ import annotations

import pytest

from telephony.ari.client import Event
from telephony.sandbox.telephones import Person
from tests.asterisk.conftest import Telephony
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.offices import office
from tests.asterisk.test_review import kept_from, recording_started
from tests.speech import speak

pytestmark = pytest.mark.asterisk

MENU = """
[menus.main.keys]
5 = { action = "voicemail", employee = "101" }
8 = { action = "mailbox" }
"""
SPEECH = "Здравствуйте, это Мария. Я перезвоню вам после обеда."
CALLER = "79160000081"


async def test_a_message_is_heard_by_extension_and_pin(telephony: Telephony) -> None:
    house = telephony.house
    await house.apply(office(telephony.phones.sip, menu=MENU))
    await house.voicepost("employees", "pin", "101", "--set", "4711")
    before = len(telephony.inside.events)
    caller = await telephony.phones.call("74951234567", caller=CALLER)
    await caller.press("5")
    await recording_started(telephony, before)
    await caller.say(speak(SPEECH))
    await caller.hang_up()
    (message,) = await kept_from(telephony, CALLER)
    assert message["state"] == "new"

    anna = await telephony.phones.call("74951234567", caller="79160000082")
    await anna.press("8")
    await _asked_for(telephony, anna, "vm-login", "101#")
    now = await _asked_for(telephony, anna, "vm-password", "4711#")
    await anna.start_listening()
    begun = await telephony.inside.wait(_plays_message, after=now)
    await telephony.inside.wait(
        lambda e: (
            e["type"] == "PlaybackFinished" and e["playback"]["id"] == begun["playback"]["id"]
        ),
        after=now,
    )
    heard = await anna.stop_listening()
    await anna.hang_up()
    assert likeness(speak(SPEECH), heard) > SAME
    (message,) = await kept_from(telephony, CALLER)
    assert message["state"] == "heard"


async def _asked_for(telephony: Telephony, person: Person, sound: str, keys: str) -> int:
    """Wait until the question is asked, and answer it: how many events there were by then."""
    await telephony.inside.wait(lambda e: _begins(e, sound))
    now = len(telephony.inside.events)
    await person.press(keys)
    return now


def _begins(event: Event, sound: str) -> bool:
    return event["type"] == "PlaybackStarted" and sound in event["playback"]["media_uri"]


def _plays_message(event: Event) -> bool:
    return _begins(event, "recording:play-")

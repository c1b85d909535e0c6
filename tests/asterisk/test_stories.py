"""A real call's story, told from the logs of every role that had to do with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import Telephony, open_telephony
from tests.asterisk.house import House, end, until_async
from tests.asterisk.offices import office
from tests.asterisk.test_review import at_the_beep, at_the_review, kept_from
from tests.speech import speak
from tests.waiting import until

pytestmark = pytest.mark.asterisk


async def test_the_story_of_a_message(telephony: Telephony) -> None:
    await telephony.house.apply(office(telephony.phones.sip))
    caller, _ = await at_the_review(telephony, caller="79160000091")
    await caller.press("1")
    await caller.gone()
    (message,) = await kept_from(telephony, "79160000091")

    shown = await telephony.house.voicepost("messages", "show", message["id"])
    (call,) = (line.split()[1] for line in shown.splitlines() if line.startswith("call:"))
    for wanted in (call, message["id"]):
        story = await until_async(lambda wanted=wanted: _whole_story(telephony.house, wanted))
        told = [line[14:].split(None, 1)[1] for line in story.splitlines()[1:]]
        assert told == [
            "79160000091 calls 74951234567",
            "the number 74951234567 is Ромашка's",
            "hears the menu “main”",
            "presses 9",
            "what comes next: voicemail",
            f"the beep: what is said now is the message {message['id']}",
            "the recording ends, by key",
            f"kept: {message['duration']:.1f} s, message {message['id']}",
            "the call is over",
        ]
    newest = await telephony.house.json("calls", "list", "--limit", "5")
    assert (call, "79160000091") in [(row["call"], row["caller"]) for row in newest]


async def test_a_story_goes_on_after_the_death_of_the_role(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with House(short_folder / "story", '[log]\nlevel = "error"') as house:
        service = await house.serve("serve", "--sandbox")
        async with open_telephony(house, phones_asterisk) as telephony:
            await house.apply(office(telephony.phones.sip))
            caller = await at_the_beep(telephony, caller="79160000092")
            await caller.start_saying(speak("Меня записывают, а служба умерла."))
            await house.kill_role(service, "calls")
            await until(lambda: not caller.is_speaking())
            await caller.hang_up()
            (message,) = await until_async(house.messages)
            story = await house.voicepost("calls", "show", message["id"])
            assert "the service is back and takes the caller up again" in story
            assert re.search(r"kept( afterwards)?: \d", story)
            assert "goes on with the message that was being left" in story
            assert "None" not in story
            assert "taking up" not in house.log, "stderr is as quiet as it was told to be"
        await end(service)


async def _whole_story(house: House, wanted: str) -> str:
    """The story, once its last line is written."""
    story = await house.voicepost("calls", "show", wanted)
    return story if "the call is over" in story else ""

"""Who is hard to hear, on a real line, is kept aside, whoever takes the message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dialplan.sounds import MESSAGE_SAVED, REVIEW, TOO_SHORT
from telephony.ari.client import Event
from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import Telephony
from tests.asterisk.house import House, end, seconds_of, until_async
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.offices import office
from tests.asterisk.test_fallback import lonely_asterisk, recording
from tests.asterisk.test_review import at_the_beep, kept_from
from tests.quiet_voices import quiet_voice
from tests.speech import speak

pytestmark = pytest.mark.asterisk

NUMBER = "74951234567"
WHISPERS, MURMURS, ALONE, AGI = "79160000021", "79160000022", "79160000023", "79160000024"
SAID = {WHISPERS: "whisper", MURMURS: "-46 dBFS", ALONE: "two words", AGI: "two words"}
SOURCES = {WHISPERS: "ari", MURMURS: "ari", ALONE: "asterisk", AGI: "agi"}


def starts(*sounds: str) -> Any:
    """Whether an event says that one of the sounds begins."""

    def matches(event: Event) -> bool:
        begins = event["type"] == "PlaybackStarted"
        return begins and str(event["playback"]["media_uri"]).removeprefix("sound:") in sounds

    return matches


async def kept_aside(house: House) -> list[dict[str, Any]]:
    """All of them, once everybody's is there."""
    messages: list[dict[str, Any]] = await house.json("messages", "list", "--quiet")
    return messages if len(messages) == len(SAID) else []


async def test_nobody_is_lost_who_is_hard_to_hear(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with lonely_asterisk(short_folder / "quiet", phones_asterisk) as (house, phones, inside):
        caller = await phones.call(NUMBER, caller=ALONE)
        await inside.wait(
            lambda e: e["type"] == "ChannelDialplan" and e["dialplan_app"] == "Record", seconds=60
        )
        await caller.say(quiet_voice(SAID[ALONE]))
        await caller.hang_up()

        agi = await house.serve("agi")
        caller = await phones.call(NUMBER, caller=AGI)
        await caller.press("9")
        await until_async(lambda: recording(house))
        await caller.say(quiet_voice(SAID[AGI]))
        await caller.hang_up()

        calls = await house.serve("calls")
        now = len(inside.events)
        caller = await phones.call(NUMBER, caller=WHISPERS)
        await caller.press("9")
        await inside.wait(lambda e: e["type"] == "RecordingStarted", after=now)
        await caller.say(quiet_voice(SAID[WHISPERS]))
        await caller.hang_up()

        # A key is where Asterisk would cut off what it takes for silence: here, all of it.
        now = len(inside.events)
        caller = await phones.call(NUMBER, caller=MURMURS)
        await caller.press("9")
        await inside.wait(lambda e: e["type"] == "RecordingStarted", after=now)
        await caller.say(quiet_voice(SAID[MURMURS]))
        await caller.press("#")
        # Whose speech is not counted in time, on a busy machine, is offered the review instead.
        await inside.wait(starts(TOO_SHORT, REVIEW), after=now, seconds=60)
        await caller.hang_up()

        messages = await until_async(lambda: kept_aside(house), seconds=60)
        assert {m["caller"]["number"]: m["source"] for m in messages} == SOURCES
        assert {(m["box"], m["quiet"]) for m in messages} == {("company", True)}
        for message in messages:
            said = quiet_voice(SAID[message["caller"]["number"]])
            audio = await house.audio(message)
            assert likeness(said, audio) > SAME
            assert seconds_of(audio) > seconds_of(said)
        assert await house.messages() == []
        await end(calls)
        await end(agi)


async def test_a_pause_ends_the_message_and_nothing_is_cut_off(telephony: Telephony) -> None:
    await telephony.house.apply(office(telephony.phones.sip))
    caller = await at_the_beep(telephony, caller="79160000025")
    now = len(telephony.inside.events)
    said = speak("Это всё, что я хотел сказать, и теперь я жду.")
    await caller.say(said)
    await telephony.inside.wait(starts(MESSAGE_SAVED), after=now)
    await caller.gone()
    (message,) = await kept_from(telephony, "79160000025")
    audio = await telephony.house.audio(message)
    assert likeness(said, audio) > SAME
    assert seconds_of(audio) > seconds_of(said) + 3, "the pause is there, too"

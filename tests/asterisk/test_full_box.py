"""Ten callers at once for a box that has places for four: the others hear so before they speak."""

from __future__ import annotations

import asyncio

import pytest

from dialplan.sounds import NO_PLACE
from storage.messages.query import Query
from telephony.ari.client import Event
from tests.asterisk.conftest import Telephony
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.offices import office
from tests.speech import speak
from tests.waiting import until

pytestmark = pytest.mark.asterisk

CALLERS, PLACES = 10, 4
COMPANY, NUMBER = "Василёк", "74951238888"
SPEECH = "Я успел: в ящике ещё было место."


async def test_as_many_messages_are_kept_as_fit_and_the_others_are_told_first(
    telephony: Telephony,
) -> None:
    text = office(
        telephony.phones.sip,
        company=COMPANY,
        number=NUMBER,
        target="{ voicemail = true }",
        voicemail=f"max_messages = {PLACES}",
    )
    await telephony.house.apply(text)

    async def call(number: str) -> bool:
        """One call; whether the caller found a place. Who did not is not recorded afterwards."""
        caller = await telephony.phones.call(NUMBER, caller=number)
        channel = await telephony.inside.wait(
            lambda e: e["type"] == "ChannelCreated" and e["channel"]["caller"]["number"] == number
        )
        target = f"channel:{channel['channel']['id']}"
        first = await telephony.inside.wait(lambda e: _records(e, target) or _refuses(e, target))
        if _refuses(first, target):
            await caller.gone()
            assert not any(_records(event, target) for event in telephony.inside.events)
            return False
        await caller.say(speak(SPEECH))
        await caller.hang_up()
        return True

    numbers = [f"7922000{n:04}" for n in range(CALLERS)]
    found = await asyncio.gather(*(call(number) for number in numbers))

    def messages() -> list[str]:
        kept = telephony.house.repository.list(Query(company=COMPANY)).messages
        for message in kept:
            audio = telephony.house.home / f"{message.id}.wav"
            audio.write_bytes(telephony.house.repository.read(message))
            assert likeness(speak(SPEECH), audio) > SAME
        return sorted(message.caller_number for message in kept)

    await until(lambda: not telephony.house.calls_with_drafts())
    kept_of = [number for number, place in zip(numbers, found, strict=True) if place]
    assert len(kept_of) == PLACES
    assert messages() == kept_of


def _records(event: Event, target: str) -> bool:
    starts = event["type"] == "RecordingStarted"
    return starts and bool(event["recording"]["target_uri"] == target)


def _refuses(event: Event, target: str) -> bool:
    if event["type"] != "PlaybackStarted":
        return False
    playback = event["playback"]
    return bool((playback["target_uri"], playback["media_uri"]) == (target, f"sound:{NO_PLACE}"))

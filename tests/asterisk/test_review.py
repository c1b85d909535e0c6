"""After `#` a caller may keep, hear or repeat the message."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.sandbox.telephones import Person
from tests.asterisk.conftest import Telephony
from tests.asterisk.house import until_async
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.offices import office
from tests.speech import speak

pytestmark = pytest.mark.asterisk

FIRST = "Первая попытка. Я что-то сказал не то."
SECOND = "Вторая попытка. Вот теперь всё правильно."


async def at_the_beep(telephony: Telephony, *, caller: str) -> Person:
    """A caller who has pressed 9 and hears the beep."""
    heard = len(telephony.inside.events)
    person = await telephony.phones.call("74951234567", caller=caller)
    await person.press("9")
    await recording_started(telephony, heard)
    return person


async def recording_started(telephony: Telephony, after: int) -> int:
    event = await telephony.inside.wait(lambda e: e["type"] == "RecordingStarted", after=after)
    return telephony.inside.events.index(event, after) + 1


async def reviewing(telephony: Telephony, after: int) -> int:
    """Wait until the caller is offered the review."""
    event = await telephony.inside.wait(
        lambda e: e["type"] == "PlaybackStarted" and "vm-review" in e["playback"]["media_uri"],
        after=after,
    )
    return telephony.inside.events.index(event, after) + 1


async def at_the_review(telephony: Telephony, *, caller: str) -> tuple[Person, int]:
    """A caller who has said `FIRST` and pressed `#`, and how many events that took."""
    person = await at_the_beep(telephony, caller=caller)
    now = len(telephony.inside.events)
    await person.say(speak(FIRST))
    await person.press("#")
    return person, await reviewing(telephony, now)


async def kept_from(telephony: Telephony, caller: str) -> list[dict[str, Any]]:
    """Messages of this caller, once there are any."""

    async def messages() -> list[dict[str, Any]]:
        return [m for m in await telephony.house.messages() if m["caller"]["number"] == caller]

    result: list[dict[str, Any]] = await until_async(messages)
    return result


async def test_keeping_is_confirmed_only_when_the_message_is_stored(telephony: Telephony) -> None:
    await telephony.house.apply(office(telephony.phones.sip))
    caller, now = await at_the_review(telephony, caller="79160000001")
    await caller.press("1")
    await telephony.inside.wait(
        lambda e: e["type"] == "PlaybackStarted" and "vm-msgsaved" in e["playback"]["media_uri"],
        after=now,
    )

    (message,) = await kept_from(
        telephony, "79160000001"
    )  # it is there while "saved" is being said
    assert likeness(speak(FIRST), await telephony.house.audio(message)) > SAME
    await caller.gone()


async def test_listening_plays_back_what_was_said(telephony: Telephony) -> None:
    await telephony.house.apply(office(telephony.phones.sip))
    caller, now = await at_the_review(telephony, caller="79160000002")
    await caller.start_listening()
    await caller.press("2")
    replay = await telephony.inside.wait(
        lambda e: (
            e["type"] == "PlaybackStarted" and e["playback"]["media_uri"].startswith("recording:")
        ),
        after=now,
    )
    await telephony.inside.wait(
        lambda e: (
            e["type"] == "PlaybackFinished" and e["playback"]["id"] == replay["playback"]["id"]
        ),
        after=now,
    )
    heard = await caller.stop_listening()
    await caller.hang_up()

    assert likeness(speak(FIRST), heard) > SAME
    assert len(await kept_from(telephony, "79160000002")) == 1


async def test_recording_again_replaces_the_first_attempt(telephony: Telephony) -> None:
    await telephony.house.apply(office(telephony.phones.sip))
    caller, now = await at_the_review(telephony, caller="79160000003")
    await caller.press("3")
    now = await recording_started(telephony, now)
    await caller.say(speak(SECOND))
    await caller.press("#")
    await reviewing(telephony, now)
    await caller.press("1")
    await caller.gone()

    (message,) = await kept_from(telephony, "79160000003")
    audio = await telephony.house.audio(message)
    assert likeness(speak(SECOND), audio) > SAME > likeness(speak(FIRST), audio)


async def test_hanging_up_instead_of_recording_again_keeps_the_first_attempt(
    telephony: Telephony,
) -> None:
    await telephony.house.apply(office(telephony.phones.sip))
    caller, now = await at_the_review(telephony, caller="79160000004")
    await caller.press("3")
    await recording_started(telephony, now)
    await caller.hang_up()

    (message,) = await kept_from(telephony, "79160000004")
    assert likeness(speak(FIRST), await telephony.house.audio(message)) > SAME


async def test_hanging_up_in_the_review_keeps_the_message(telephony: Telephony) -> None:
    await telephony.house.apply(office(telephony.phones.sip))
    caller, _ = await at_the_review(telephony, caller="79160000005")
    await caller.hang_up()

    (message,) = await kept_from(telephony, "79160000005")
    assert likeness(speak(FIRST), await telephony.house.audio(message)) > SAME


async def test_hash_at_once_is_too_short_three_times(telephony: Telephony) -> None:
    await telephony.house.apply(office(telephony.phones.sip))
    now = len(telephony.inside.events)
    caller = await telephony.phones.call("74951234567", caller="79160000006")
    await caller.press("9")
    for _ in range(3):
        now = await recording_started(telephony, now)
        await caller.breathe()
        await caller.press("#")
        await telephony.inside.wait(
            lambda e: (
                e["type"] == "PlaybackStarted" and "vm-tooshort" in e["playback"]["media_uri"]
            ),
            after=now,
        )
    await caller.gone()

    assert not [
        m for m in await telephony.house.messages() if m["caller"]["number"] == "79160000006"
    ]
    assert not telephony.house.calls_with_drafts()

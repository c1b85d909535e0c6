"""Fifty callers leave messages in one box at once, while its owner deletes what comes in."""

from __future__ import annotations

import asyncio

import pytest

from storage.messages.query import Query
from storage.messages.repository import Message
from tests.acting import ME
from tests.asterisk.conftest import Telephony
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.offices import office
from tests.speech import speak
from tests.waiting import until

pytestmark = pytest.mark.asterisk

CALLERS = 50
AT_ONCE = 25
"""Speaking at the same time; the others are about to."""
COMPANY, NUMBER = "Одуванчик", "74951237777"


def everything(telephony: Telephony) -> list[Message]:
    """All messages of the box, in the trash or not."""
    repository = telephony.house.repository
    queries = (Query(company=COMPANY, limit=None, deleted=deleted) for deleted in (False, True))
    return [message for query in queries for message in repository.list(query).messages]


async def test_fifty_callers_at_once_while_the_owner_deletes(telephony: Telephony) -> None:
    text = office(
        telephony.phones.sip, company=COMPANY, number=NUMBER, target="{ voicemail = true }"
    )
    await telephony.house.apply(text)
    numbers = [f"7921000{n:04}" for n in range(CALLERS)]
    speeches = {number: speak(f"Говорит абонент {number[-2:]}. Жду звонка!") for number in numbers}
    places = asyncio.Semaphore(AT_ONCE)

    async def leave(number: str) -> None:
        async with places:
            caller = await telephony.phones.call(NUMBER, caller=number)
            channel = await telephony.inside.wait(
                lambda e: (
                    e["type"] == "ChannelCreated" and e["channel"]["caller"]["number"] == number
                )
            )
            target = f"channel:{channel['channel']['id']}"
            await telephony.inside.wait(
                lambda e: (
                    e["type"] == "RecordingStarted" and e["recording"]["target_uri"] == target
                ),
                seconds=60,
            )
            await caller.say(speeches[number])
            await caller.hang_up()

    callers = asyncio.gather(*(leave(number) for number in numbers))
    deleted: set[str] = set()
    while not callers.done():
        newest = await asyncio.to_thread(
            telephony.house.repository.list, Query(company=COMPANY, limit=1)
        )
        for message in newest.messages:
            if len(deleted) % 5 == 0:
                await telephony.house.voicepost("messages", "delete", message.id, "--yes")
            else:
                await asyncio.to_thread(telephony.house.repository.delete, message.id, by=ME)
            deleted.add(message.id)
        await asyncio.sleep(0.2)  # the owner reads the next line
    await callers

    await until(
        lambda: len(everything(telephony)) >= CALLERS and not telephony.house.calls_with_drafts()
    )
    messages = everything(telephony)
    assert sorted(message.caller_number for message in messages) == numbers
    in_trash = telephony.house.repository.list(
        Query(company=COMPANY, limit=None, deleted=True)
    ).messages
    assert {message.id for message in in_trash} == deleted
    for message in messages[::10]:
        audio = telephony.house.home / f"{message.id}.wav"
        audio.write_bytes(telephony.house.repository.read(message))
        assert likeness(speeches[message.caller_number], audio) > SAME

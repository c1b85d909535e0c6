"""Callers who withhold their number: nobody gets to see it, and it is told that they do."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from commands.phone import ari_access
from storage.messages.repository import Message
from storage.settings import load_settings
from telephony.ari.client import HttpAri, new_id
from tests.asterisk.house import until_async
from tests.asterisk.sipp import Invitation
from tests.asterisk.strangers import Switchboard, opened_switchboard
from tests.speech import speak

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]

SPEECH = "Здравствуйте, кто я такой, я не скажу, но перезвоните мне, пожалуйста."
ASKED = [
    Invitation(dialled=b"74951234568", number=number, name=b"Ivan", privacy=privacy)
    for number, privacy in (
        *(
            (b"79160000077", word)
            for word in (b"id", b"ID", b"user", b"header", b"none", b"critical")
        ),
        (b"anonymous", b"none"),
    )
]


@pytest.fixture(scope="module")
async def switchboard() -> AsyncIterator[Switchboard]:
    async with opened_switchboard() as switchboard:
        yield switchboard


async def new_ones(switchboard: Switchboard, before: set[str], count: int) -> list[Message]:
    """The messages that were not there before, once there are so many."""

    async def new() -> list[Message]:
        found = [message for message in switchboard.messages() if message.id not in before]
        return found if len(found) == count else []

    found: list[Message] = await until_async(new)
    return found


async def test_who_asks_for_privacy_is_not_known_to_anybody(switchboard: Switchboard) -> None:
    before = {message.id for message in switchboard.messages()}

    async with switchboard.running("calls"):
        outcomes = await switchboard.call(
            ASKED, rate=5, milliseconds=5_000, patience=30, speech=speak(SPEECH)
        )
        assert outcomes == ["answered"] * len(ASKED)
        messages = await new_ones(switchboard, before, len(ASKED))

    told = [(message.caller_number, message.caller_name) for message in messages]
    assert sorted(told) == [("79160000077", "Ivan")] * 2 + [("anonymous", "")] * 4 + [
        ("anonymous", "Ivan")
    ]
    log = (switchboard.house.home / "calls.log").read_text("utf-8")
    assert log.count("79160000077") == 2
    listed = await switchboard.house.json("messages", "list", "--search", "number withheld")
    withheld = {message.id for message in messages if message.caller_number == "anonymous"}
    assert {message["id"] for message in listed} - before == withheld


@pytest.mark.parametrize(("presentation", "number"), [("prohib", "anonymous"), ("allowed", "102")])
async def test_a_number_that_the_network_alone_may_know_is_not_told(
    switchboard: Switchboard, presentation: str, number: str
) -> None:
    """As from a provider who is trusted to tell it, with the word that it is withheld."""
    before = {message.id for message in switchboard.messages()}

    async with (
        switchboard.running("calls"),
        HttpAri.connect(ari_access(load_settings(switchboard.house.home))) as ari,
    ):
        await ari.request(
            "POST",
            f"/channels/{new_id()}",
            {
                "endpoint": "Local/74951234568@voicepost/n",
                "context": "voicepost-probe",
                "extension": "probe",
                "priority": 1,
                "callerId": "Ivan <102>",
                "variables": {
                    "CONNECTEDLINE(num-pres,i)": presentation,
                    "CONNECTEDLINE(name-pres,i)": presentation,
                    "__VOICEPOST_PROBE": str(speak(SPEECH).with_suffix("")),
                },
            },
        )
        (message,) = await new_ones(switchboard, before, 1)

    assert message.caller_number == number
    assert message.caller_name == ("" if presentation == "prohib" else "Ivan")

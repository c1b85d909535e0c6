"""Who finds no place for a message hears so before he speaks, and not a greeting first."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress

import pytest
from prometheus_client import Counter

from dialplan.voicemail import leave_message
from storage.errors import NoRoom
from storage.intake.intake import Mailbox
from storage.metrics import metrics
from storage.office import VoicemailSettings
from telephony.call import EndedBy
from telephony.errors import CallerLeft
from telephony.scripted import Script, ScriptedCall
from tests.dialplan.company import Company

HELLO = "Добрый день, это Иван. Перезвоните мне, пожалуйста."
BOX = Mailbox("ro", "Ромашка", "company", "Ромашка", "74951234567")
ONE = VoicemailSettings(max_messages=1, review=False)
REFUSED = ["play vm-mailboxfull + vm-goodbye"]


async def leave(company: Company, *, says: str = HELLO, hang_up_at: int | None = None) -> list[str]:
    def speak(name: str) -> EndedBy | None:
        company.record(name, says)
        return EndedBy.LIMIT

    call = ScriptedCall("74951234567", Script(speak=speak, hang_up_at=hang_up_at))
    with suppress(CallerLeft):
        await leave_message(call, company.taker, BOX, "vm-intro", ONE)
    return call.steps


async def test_a_full_mailbox_is_told_before_the_greeting(company: Company) -> None:
    assert (await leave(company))[-1] == "play vm-msgsaved + vm-goodbye"

    assert await leave(company) == REFUSED

    assert company.states() == ["kept"]


async def test_who_leaves_during_the_greeting_gives_the_place_back(company: Company) -> None:
    assert await leave(company, hang_up_at=1) == ["play vm-intro", "the caller hangs up"]
    assert company.states() == ["empty"]

    assert (await leave(company))[-1] == "play vm-msgsaved + vm-goodbye"


async def test_a_place_taken_between_two_tries(company: Company) -> None:
    """Nothing was said in the first try: meanwhile somebody else got the place."""
    taken: list[list[str]] = []

    class Slow(ScriptedCall):
        async def play(self, *sounds: str, interrupt: str = "") -> str:
            if "vm-tooshort" in sounds:
                taken.append(await leave(company))
            return await super().play(*sounds, interrupt=interrupt)

    call = Slow("74951234567", Script(speak=lambda _: EndedBy.LIMIT))
    await leave_message(call, company.taker, BOX, "vm-intro", ONE)

    assert len(taken) == 1
    assert call.steps[-1:] == REFUSED


async def test_without_a_database_nobody_is_refused(company: Company) -> None:
    await leave(company)
    with closing(sqlite3.connect(company.database.url.database or "")) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "record up to 180 s" in await leave(company)
        other.rollback()
    company.settle()
    assert len(company.kept()) == 2


async def test_no_room_on_the_disk_sounds_the_same(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_: float) -> None:
        raise NoRoom("there is no room for a message")

    monkeypatch.setattr(company.store, "check_room", no_room)

    assert await leave(company) == REFUSED
    assert company.states() == []


async def test_what_may_be_cut_off_is_not_called_saved(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.intake.intake.is_full", lambda _: True)

    assert (await leave(company))[-1] == "play vm-goodbye"

    (message,) = company.kept()
    assert message.cut_off


async def test_who_is_refused_is_counted(company: Company) -> None:
    refused = metrics().refused.labels("mailbox_full")
    before = value_of(refused)
    await leave(company)
    await leave(company)
    assert value_of(refused) == before + 1


def value_of(counter: Counter) -> float:
    (metric,) = counter.collect()
    return metric.samples[0].value

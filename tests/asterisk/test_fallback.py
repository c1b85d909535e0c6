"""The service is away, or dies: callers can leave messages all the same."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from telephony.sandbox.asterisk import Asterisk
from telephony.sandbox.telephones import APP, Ears, Telephones, hearing_all
from tests.asterisk.conftest import ALL_EVENTS, press_until_gone
from tests.asterisk.house import House, end, until_async
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.offices import office
from tests.speech import speak
from tests.waiting import until

pytestmark = pytest.mark.asterisk

SPEECH = "Говорит Пётр. Ваша служба не отвечает, но я оставлю сообщение."


@asynccontextmanager
async def lonely_asterisk(
    folder: Path, phones_asterisk: Asterisk, settings: str = ""
) -> AsyncIterator[tuple[House, Telephones, Ears]]:
    """A house whose Asterisk runs, and nothing else of ours."""
    async with House(folder, settings) as house:
        asterisk = house.asterisk
        await asterisk.start()
        async with (
            hearing_all(phones_asterisk, APP) as (ari, ears),
            hearing_all(asterisk, "observer") as (inside_ari, inside),
        ):
            await inside_ari.request("POST", "/applications/observer/subscription", ALL_EVENTS)
            phones = Telephones(
                phones_asterisk, ari, ears, lambda n: f"PJSIP/trunk/sip:{n}@{asterisk.sip}"
            )
            await house.apply(office(phones.sip))
            yield house, phones, inside


async def test_agi_takes_the_message_when_the_service_is_away(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with lonely_asterisk(short_folder / "agi", phones_asterisk) as (house, phones, _):
        agi = await house.serve("agi")
        caller = await phones.call("74951234567", caller="79160000011", name="Пётр")
        await caller.press("9")
        await until_async(lambda: recording(house))
        await caller.say(speak(SPEECH))
        await caller.hang_up()

        (message,) = await until_async(house.messages)
        assert (message["source"], message["box"]) == ("agi", "company")
        assert message["caller"] == {"number": "79160000011", "name": "Пётр"}
        assert message["addressee"]["number"] == "74951234567"
        assert likeness(speak(SPEECH), await house.audio(message)) > SAME
        await end(agi)


async def test_agi_rings_the_employee_and_takes_her_message(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with lonely_asterisk(short_folder / "agi2", phones_asterisk) as (house, phones, _):
        agi = await house.serve("agi")
        employees = asyncio.create_task(phones.serve_employees())
        caller = await phones.call("74951234567", caller="79160000012")
        await caller.press("1")
        await phones.rang("101")
        await until_async(lambda: recording(house))
        await caller.say(speak(SPEECH))
        await caller.press("#")
        await press_until_gone(caller, "1")  # nothing tells when AGI offers the review

        (message,) = await until_async(house.messages)
        assert (message["source"], message["box"]) == ("agi", "employee")
        assert message["addressee"] == {"name": "Анна Петрова", "number": "101"}
        assert likeness(speak(SPEECH), await house.audio(message)) > SAME
        employees.cancel()
        await asyncio.gather(employees, return_exceptions=True)
        await end(agi)


async def test_asterisk_alone_takes_the_message_and_the_service_files_it_later(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with lonely_asterisk(short_folder / "alone", phones_asterisk) as (house, phones, inside):
        before = datetime.now(UTC) - timedelta(seconds=2)
        caller = await phones.call("74951234567", caller="79160000013")
        await inside.wait(
            lambda e: e["type"] == "ChannelDialplan" and e["dialplan_app"] == "Record", seconds=60
        )
        after = datetime.now(UTC) + timedelta(seconds=2)
        await caller.say(speak(SPEECH))
        await caller.hang_up()
        assert await house.messages() == []

        calls = await house.serve("calls")
        (message,) = await until_async(house.messages)
        assert (message["source"], message["box"]) == ("asterisk", "company")
        assert message["caller"]["number"] == "79160000013"
        assert message["dialled"] == "74951234567"
        assert before < datetime.fromisoformat(message["received_at"]) < after
        assert likeness(speak(SPEECH), await house.audio(message)) > SAME
        assert list((house.home / "asterisk/spool/voicepost").iterdir()) == []
        await end(calls)


async def test_a_recording_survives_the_death_of_the_service(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with lonely_asterisk(short_folder / "dead", phones_asterisk) as (house, phones, inside):
        calls = await house.serve("calls")
        caller = await phones.call("74951234567", caller="79160000014")
        await caller.press("9")
        await inside.wait(lambda e: e["type"] == "RecordingStarted")
        await caller.start_saying(speak(SPEECH))
        await until_async(lambda: recording(house))
        calls.send_signal(signal.SIGKILL)
        await calls.wait()
        await until(lambda: not caller.is_speaking(), 30)
        await caller.hang_up()  # no silence ends what nobody watches

        calls = await house.serve("calls")
        (message,) = await until_async(house.messages)
        assert (message["source"], message["box"]) == ("ari", "company")
        assert likeness(speak(SPEECH), await house.audio(message)) > SAME
        await end(calls)


async def test_sigterm_lets_the_recording_finish(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with lonely_asterisk(short_folder / "term", phones_asterisk) as (house, phones, inside):
        calls = await house.serve("calls")
        caller = await phones.call("74951234567", caller="79160000015")
        await caller.press("9")
        await inside.wait(lambda e: e["type"] == "RecordingStarted")
        ending = asyncio.create_task(end(calls))
        await caller.say(speak(SPEECH))
        await caller.hang_up()
        await ending

        (message,) = await house.messages()  # filed before the service was gone
        assert likeness(speak(SPEECH), await house.audio(message)) > SAME


async def test_people_talk_on_while_the_service_is_restarted(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    impatient = "[calls]\nshutdown_seconds = 1"
    folder = short_folder / "restart"
    async with lonely_asterisk(folder, phones_asterisk, impatient) as (house, phones, inside):
        calls = await house.serve("calls")
        employees = asyncio.create_task(phones.serve_employees())
        phones.behaviours["101"] = "answer"
        caller = await phones.call("74951234567")
        await caller.press("1")
        employee = await phones.answered("101")
        await inside.wait(lambda e: e["type"] == "ChannelEnteredBridge")
        await end(calls)

        await employee.start_listening()
        await caller.say(speak(SPEECH))
        assert likeness(speak(SPEECH), await employee.stop_listening()) > SAME

        calls = await house.serve("calls")
        await employee.hang_up()
        await caller.gone()  # the new service ends what the old one began
        employees.cancel()
        await asyncio.gather(employees, return_exceptions=True)
        await end(calls)


async def recording(house: House) -> bool:
    folder = house.home / "asterisk/spool/recording"
    return any(folder.glob("*.wav"))

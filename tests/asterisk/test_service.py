"""The service as a whole: it ends in order, and survives what does not."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import open_telephony
from tests.asterisk.house import House, end, until_async
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.offices import office
from tests.asterisk.test_review import at_the_beep, recording_started
from tests.speech import speak
from tests.storage.postgresql import postgresql_server
from tests.waiting import until

pytestmark = pytest.mark.asterisk

SPEECH = "Это Пётр. Я говорю, пока служба останавливается."


async def test_sigterm_files_the_recording_in_progress_and_ends_asterisk(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with House(short_folder / "sigterm") as house:
        service = await house.serve("serve", "--sandbox")
        async with open_telephony(house, phones_asterisk) as telephony:
            await house.apply(office(telephony.phones.sip))
            caller = await at_the_beep(telephony, caller="79160000031")
            ending = asyncio.create_task(end(service))
            await caller.say(speak(SPEECH))
            await caller.hang_up()
            await ending

        (message,) = await house.messages()
        assert likeness(speak(SPEECH), await house.audio(message)) > SAME
        assert not house.asterisk.running()


async def test_sigterm_stops_an_endless_caller_and_keeps_what_was_said(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with House(short_folder / "endless", "[calls]\nshutdown_seconds = 4") as house:
        service = await house.serve("serve", "--sandbox")
        async with open_telephony(house, phones_asterisk) as telephony:
            await house.apply(office(telephony.phones.sip))
            caller = await at_the_beep(telephony, caller="79160000032")
            long = speak(" ".join([SPEECH] * 5))
            await caller.start_saying(long)
            await end(service)

        (message,) = await house.messages()
        audio = await house.audio(message)
        assert message["duration"] > 3
        assert likeness(audio, long) > SAME  # the whole recording is a piece of the speech


async def test_a_killed_service_leaves_asterisk_alive_and_the_next_one_takes_over(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with House(short_folder / "killed") as house:
        service = await house.serve("serve", "--sandbox")
        pid = house.asterisk.pid()
        async with open_telephony(house, phones_asterisk) as telephony:
            await house.apply(office(telephony.phones.sip))
            caller = await at_the_beep(telephony, caller="79160000033")
            await caller.start_saying(speak(SPEECH))
            service.send_signal(signal.SIGKILL)
            await service.wait()
            service = await house.serve("serve", "--sandbox")
            assert house.asterisk.pid() == pid
            await until(lambda: not caller.is_speaking())
            await caller.hang_up()
            (message,) = await until_async(house.messages)
            assert likeness(speak(SPEECH), await house.audio(message)) > SAME
            await end(service)
        assert not house.asterisk.running()


async def test_a_role_that_is_killed_comes_back_and_the_caller_is_taken_up_again(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with House(short_folder / "role") as house:
        service = await house.serve("serve", "--sandbox")
        async with open_telephony(house, phones_asterisk) as telephony:
            await house.apply(office(telephony.phones.sip))
            caller = await telephony.phones.call("74951234567", caller="79160000034")
            await telephony.inside.wait(lambda e: e["type"] == "PlaybackStarted")
            now = len(telephony.inside.events)
            await house.kill_role(service, "calls")
            # The same caller hears the menu again, and can still leave a message.
            await telephony.inside.wait(lambda e: e["type"] == "PlaybackStarted", after=now)
            await caller.press("9")
            await recording_started(telephony, now)
            await caller.say(speak(SPEECH))
            await caller.hang_up()
            (message,) = await until_async(house.messages)
            assert likeness(speak(SPEECH), await house.audio(message)) > SAME
        await end(service)


async def test_a_conversation_goes_on_while_the_service_is_killed(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with House(short_folder / "talk") as house:
        service = await house.serve("serve", "--sandbox")
        async with open_telephony(house, phones_asterisk) as telephony:
            await house.apply(office(telephony.phones.sip))
            telephony.phones.behaviours["101"] = "answer"
            caller = await telephony.phones.call("74951234567")
            await caller.press("1")
            employee = await telephony.phones.answered("101")
            await telephony.inside.wait(lambda e: e["type"] == "ChannelEnteredBridge")
            await house.kill_role(service, "calls")
            await until(lambda: "taking up a call again" in house.log)
            await employee.start_listening()
            await caller.say(speak(SPEECH))
            assert likeness(speak(SPEECH), await employee.stop_listening()) > SAME
            await caller.hang_up()
            await employee.gone()  # the new process ends what the old one began
        await end(service)


async def test_a_second_service_on_the_same_home_is_refused(short_folder: Path) -> None:
    async with House(short_folder / "twice") as house:
        service = await house.serve("serve", "--sandbox")
        refusal = await house.voicepost("serve", "--sandbox", code=1)
        assert refusal.startswith("Error: another service is running on the home")
        await end(service)


async def test_messages_are_kept_in_postgresql(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    with postgresql_server() as socket:
        url = f"postgresql://postgres@/postgres?host={socket}"
        async with House(short_folder / "on-pg", f'[database]\nurl = "{url}"') as house:
            service = await house.serve("serve", "--sandbox")
            async with open_telephony(house, phones_asterisk) as telephony:
                await house.apply(office(telephony.phones.sip))
                caller = await at_the_beep(telephony, caller="79160000035")
                await caller.say(speak(SPEECH))
                await caller.hang_up()
                (message,) = await until_async(house.messages)
                assert likeness(speak(SPEECH), await house.audio(message)) > SAME
                found = await house.json("messages", "list", "--search", "ромашка")
                assert [m["id"] for m in found] == [message["id"]]
            await end(service)

"""The service is killed in the middle of a call: its successor takes the call up where it was."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from dialplan.entry import take_call
from dialplan.sounds import GOODBYE, MESSAGE_SAVED, REVIEW
from telephony.ari.call import AriCall
from tests.dialplan.company import Company
from tests.dialplan.conftest import Found
from tests.speech import speak
from tests.telephony.conftest import serving
from tests.telephony.exchange import Exchange
from tests.telephony.fake_ari import FakeAri
from tests.waiting import until

OFFICE = """
[company]
name = "Ромашка"
[numbers]
"74951234567" = { menu = "main" }
[menus.main]
greeting = "sound:welcome"
default = { action = "voicemail" }
[menus.main.keys]
1 = { action = "voicemail", employee = "101" }
[employees.101]
name = "Анна"
endpoint = "PJSIP/101"
greeting = "sound:anna"
[voicemail]
greeting = "sound:company"
"""
HELLO = "Это Пётр. Перезвоните мне, пожалуйста, завтра утром."


@dataclass
class Line:
    """A caller on the fake Asterisk, who does what the test says."""

    asterisk: FakeAri
    company: Company
    id: str = ""

    @property
    def exchange(self) -> Exchange:
        return self.asterisk.exchange

    async def hears(self, sound: str) -> None:
        """Wait until this sound is being played, and nothing else."""
        await until(lambda: [p.media[0] for p in self.exchange.playbacks.values()] == [sound])

    async def lets_it_end(self, sound: str) -> None:
        await self.hears(sound)
        self.exchange.finish_playbacks()

    async def presses(self, key: str, sound: str) -> None:
        await self.hears(sound)
        self.exchange.press(self.id, key)

    async def beep(self) -> str:
        """Wait for the beep; the name of the recording."""
        await until(lambda: self.exchange.live)
        (name,) = self.exchange.live
        return name

    def says(self, name: str, text: str = HELLO) -> None:
        speak(text, path=self.company.recordings / f"{name}.wav")


@pytest.fixture
def line(asterisk: FakeAri, found: Found) -> Line:
    return Line(asterisk, found(OFFICE))


@asynccontextmanager
async def service(line: Line) -> AsyncIterator[None]:
    """A service that serves until the block is over, and then is killed as by SIGKILL."""

    async def take(call: AriCall, args: Sequence[str]) -> None:
        await take_call(call, line.company.services())

    async with serving(line.asterisk, take) as router:
        yield
        router._lease.lose()  # nothing is asked of Asterisk any more
    line.exchange.finish_playbacks()


async def at_annas_beep(line: Line) -> str:
    line.id = line.exchange.call("call", "74951234567")
    await line.presses("1", "sound:welcome")
    await line.lets_it_end("sound:anna")
    return await line.beep()


async def saved(line: Line) -> None:
    await line.hears(f"sound:{MESSAGE_SAVED}")
    line.exchange.finish_playbacks()
    await until(lambda: line.id in line.exchange.ended)
    (message,) = line.company.kept()
    assert (message.box, message.addressee_number) == ("employee", "101")
    assert line.company.says(message, HELLO)
    assert line.company.settle().failures == ()
    assert "recording" not in line.company.states()


async def test_while_the_caller_speaks(line: Line) -> None:
    async with service(line):
        name = await at_annas_beep(line)
    async with service(line):
        await until(lambda: line.asterisk.asked("GET", path=f"/recordings/live/{name}"))
        line.says(name)
        line.exchange.press(line.id, "#")
        await line.presses("1", f"sound:{REVIEW}")
        await saved(line)


async def test_the_recording_ended_while_nobody_was_there(line: Line) -> None:
    async with service(line):
        name = await at_annas_beep(line)
        line.says(name)
    line.exchange.finish_recording(name)
    async with service(line):
        await line.presses("1", f"sound:{REVIEW}")
        await saved(line)


async def test_in_the_review_and_once_more(line: Line) -> None:
    async with service(line):
        line.says(await at_annas_beep(line))
        line.exchange.press(line.id, "#")
        await line.hears(f"sound:{REVIEW}")
    for _ in range(2):
        async with service(line):
            await line.hears(f"sound:{REVIEW}")
    async with service(line):
        await line.presses("1", f"sound:{REVIEW}")
        await saved(line)


async def test_while_the_caller_says_it_again(line: Line) -> None:
    async with service(line):
        line.says(await at_annas_beep(line), "Первая попытка, она никуда не годится.")
        line.exchange.press(line.id, "#")
        await line.presses("3", f"sound:{REVIEW}")
        name = await line.beep()
    async with service(line):
        await until(lambda: line.asterisk.asked("GET", path=f"/recordings/live/{name}"))
        line.says(name)
        line.exchange.press(line.id, "#")
        await line.presses("1", f"sound:{REVIEW}")
        await saved(line)


async def test_in_the_greeting_the_call_goes_on_with_its_draft(line: Line) -> None:
    async with service(line):
        line.id = line.exchange.call("call", "74951234567")
        await line.presses("1", "sound:welcome")
        await line.hears("sound:anna")
    async with service(line):
        await line.lets_it_end("sound:anna")
        name = await line.beep()
        assert line.company.states() == ["recording"]
        line.says(name)
        line.exchange.press(line.id, "#")
        await line.presses("1", f"sound:{REVIEW}")
        await saved(line)
    assert line.company.states() == ["kept"]


async def test_before_anything_was_said_the_greeting_is_played_again(line: Line) -> None:
    async with service(line):
        name = await at_annas_beep(line)
    line.exchange.finish_recording(name)  # the line was mute
    async with service(line):
        await line.lets_it_end("sound:anna")
        line.says(await line.beep())
        line.exchange.press(line.id, "#")
        await line.presses("1", f"sound:{REVIEW}")
        await saved(line)


async def test_when_the_message_was_kept_it_is_not_asked_for_again(line: Line) -> None:
    async with service(line):
        line.says(await at_annas_beep(line))
        line.exchange.press(line.id, "#")
        await line.presses("1", f"sound:{REVIEW}")
        await line.hears(f"sound:{MESSAGE_SAVED}")
    async with service(line):
        await saved(line)
    assert line.exchange.played.count(f"sound:{GOODBYE}") == 2


async def test_in_the_menu_the_call_begins_again(line: Line) -> None:
    async with service(line):
        line.id = line.exchange.call("call", "74951234567")
        await line.hears("sound:welcome")
    async with service(line):
        await line.presses("1", "sound:welcome")
        await line.lets_it_end("sound:anna")
        line.says(await line.beep())
        line.exchange.press(line.id, "#")
        await line.presses("1", f"sound:{REVIEW}")
        await saved(line)


async def test_the_caller_hangs_up_while_it_is_recorded_on(line: Line) -> None:
    async with service(line):
        name = await at_annas_beep(line)
    async with service(line):
        await until(lambda: line.asterisk.asked("GET", path=f"/recordings/live/{name}"))
        line.says(name)
        line.exchange.hang_up(line.id)
        await until(lambda: line.company.kept())
    assert line.company.states() == ["kept"]


async def test_the_caller_hangs_up_while_nobody_is_there(line: Line) -> None:
    async with service(line):
        name = await at_annas_beep(line)
        line.says(name)
    line.exchange.hang_up(line.id)
    assert len(line.company.settle().kept) == 1
    (message,) = line.company.kept()
    assert line.company.says(message, HELLO)


async def test_a_phone_that_rings_for_a_lost_flow_stops_ringing(line: Line) -> None:
    exchange = line.exchange
    async with service(line):
        line.id = exchange.call("call", "74951234567")
        await line.hears("sound:welcome")
        ring = {"originator": line.id, "appArgs": "leg", "endpoint": "PJSIP/101"}
        exchange.originate("leg-of-the-lost-flow", ring)
    async with service(line):
        await until(lambda: "leg-of-the-lost-flow" in exchange.ended)
        await line.hears("sound:welcome")

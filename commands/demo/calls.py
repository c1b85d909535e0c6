"""The three calls of the demo: people on real SIP phones, and what happens to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.office.prompts import PromptLibrary
from telephony.ari.client import Event
from telephony.sandbox.asterisk import Asterisk
from telephony.sandbox.lamp_phone import LampPhone, lamp_phone
from telephony.sandbox.telephones import APP, Ears, Person, Telephones, hearing_all

NUMBER = "74951234567"
"""The company's number in examples/office.toml."""
EMPLOYEE = "101"
"""Whose phone rings, and whom nobody wakes."""
RING_SECONDS = 4
LAMP_SECONDS = 10.0

OBSERVER = "demo"
"""An ARI application that only listens to what the service does with its callers."""

Tell = Callable[[str, str], None]
"""Called with a person's name and what that person does or hears, as it happens."""


@dataclass(frozen=True)
class Guest:
    """Who calls, and what there is to say."""

    name: str
    number: str
    words: str


MARIA = Guest("Мария", "79161112233", "Добрый день, это Мария. Пришлите мне, пожалуйста, договор.")
IVAN = Guest("Иван", "79035556677", "Здравствуйте, это Иван. Перезвоните мне завтра утром.")
OLEG = Guest("Олег", "79267778899", "Анна, это Олег. Встреча переносится на три часа дня.")


@dataclass(frozen=True)
class PhoneNetwork:
    """The telephone network, and an ear inside the company's Asterisk."""

    phones: Telephones
    inside: Ears
    voices: PromptLibrary
    lamp: LampPhone
    """That of the employee's phone."""


@asynccontextmanager
async def phone_network(
    server: Asterisk, phones: Asterisk, voices: Path
) -> AsyncIterator[PhoneNetwork]:
    """Telephones that can call ``server``; the employee's rings, and nobody answers it."""
    async with (
        hearing_all(phones, APP) as (ari, ears),
        hearing_all(server, OBSERVER) as (inside_ari, inside),
        lamp_phone(EMPLOYEE, server.sip, "told") as lamp,
    ):
        everything = {"eventSource": ["channel:"]}
        await inside_ari.request("POST", f"/applications/{OBSERVER}/subscription", everything)
        network = Telephones(phones, ari, ears, lambda n: f"PJSIP/trunk/sip:{n}@{server.sip}")
        employees = asyncio.create_task(network.serve_employees())
        try:
            yield PhoneNetwork(network, inside, PromptLibrary(voices), lamp)
        finally:
            employees.cancel()
            await asyncio.gather(employees, return_exceptions=True)


async def three_calls(network: PhoneNetwork, tell: Tell) -> None:
    """All three at once; returns when each has hung up. TimeoutError where a call got stuck."""
    async with asyncio.TaskGroup() as calls:
        for story in (press_nothing, press_nine, ask_for_the_employee):
            calls.create_task(story(network, tell))


async def press_nothing(network: PhoneNetwork, tell: Tell) -> None:
    """The menu's default action: a message for the company."""
    caller = await Caller.dial(network, MARIA, tell)
    caller.tell("hears the menu and presses nothing: the default action will take the call")
    await caller.hears_something()
    caller.tell("is asked for a message for the company, and presses # to skip the rest")
    await caller.press("#")
    await caller.speaks_after_the_beep()
    await caller.keeps_it()


async def press_nine(network: PhoneNetwork, tell: Tell) -> None:
    """A key: a message for the company."""
    caller = await Caller.dial(network, IVAN, tell)
    caller.tell("presses 9 in the middle of the greeting: a message for the company")
    await caller.press("9")
    await caller.hears_something()
    await caller.press("#")
    await caller.speaks_after_the_beep()
    caller.tell("hangs up, as most callers do; the message is kept all the same")
    await caller.person.hang_up()


async def ask_for_the_employee(network: PhoneNetwork, tell: Tell) -> None:
    """No answer: a message for the employee, whose lamp goes on."""
    caller = await Caller.dial(network, OLEG, tell)
    lit_for = network.lamp.new
    caller.tell("presses 1, to speak to Anna")
    await caller.press("1")
    await network.phones.rang(EMPLOYEE)
    tell("Анна", f"is away: her phone ({EMPLOYEE}) rings for {RING_SECONDS} s, nobody answers")
    await caller.hears_something()
    caller.tell("is told that nobody can answer, and hears Anna's own greeting")
    await caller.hears_something()
    await caller.press("#")
    await caller.speaks_after_the_beep()
    async with asyncio.TaskGroup() as meanwhile:
        lit = meanwhile.create_task(see_the_lamp(network.lamp, lit_for + 1, tell))
        await caller.keeps_it()
        async with asyncio.timeout(LAMP_SECONDS):
            await lit


async def see_the_lamp(lamp: LampPhone, new: int, tell: Tell) -> None:
    """Tell of the employee's lamp as soon as it shows so many new messages."""
    await lamp.shows(new)
    tell("Анна", f"has a lamp on her phone, which goes on: new messages, {lamp.new}")


class Caller:
    """A guest on the line: waits for what the service really plays, then does the next thing."""

    def __init__(
        self, network: PhoneNetwork, guest: Guest, tell: Tell, person: Person, speech: Path
    ) -> None:
        self.person = person
        self._inside = network.inside
        self._guest = guest
        self._tell = tell
        self._speech = speech
        self._channel = ""
        self._heard = 0

    @classmethod
    async def dial(cls, network: PhoneNetwork, guest: Guest, tell: Tell) -> Caller:
        """Call the company; returns when its menu has begun to speak."""
        # By name: the demo sounds the same where another synthesiser is installed too.
        digest = await asyncio.to_thread(network.voices.say, guest.words, "ru", "ru")
        tell(guest.name, f"dials {NUMBER}, from {guest.number}")
        person = await network.phones.call(NUMBER, caller=guest.number, name=guest.name)
        caller = cls(network, guest, tell, person, network.voices.path(digest))
        created = await network.inside.wait(
            lambda e: (
                e["type"] == "ChannelCreated" and e["channel"]["caller"]["number"] == guest.number
            )
        )
        caller._channel = created["channel"]["id"]
        await caller.hears_something()
        return caller

    def tell(self, what: str) -> None:
        self._tell(self._guest.name, what)

    async def hears_something(self) -> None:
        """Wait for the next sound that the service plays to this caller."""
        played = await self._inside.wait(
            lambda e: e["type"] == "PlaybackStarted" and self._is_mine(e["playback"]),
            after=self._heard,
        )
        self._heard = self._inside.events.index(played, self._heard) + 1

    async def press(self, keys: str) -> None:
        await self.person.press(keys)

    async def speaks_after_the_beep(self) -> None:
        await self._inside.wait(
            lambda e: e["type"] == "RecordingStarted" and self._is_mine(e["recording"])
        )
        self.tell(f"says after the beep: “{self._guest.words}”")
        await self.person.say(self._speech)

    async def keeps_it(self) -> None:
        """Through the review after ``#`` to the company's hanging up."""
        await self.press("#")
        await self.hears_something()
        self.tell("presses #, and 1 to keep it (2 would be: listen; 3: record again)")
        await self.press("1")
        await self.hears_something()
        self.tell("hears that the message is saved")
        await self.person.gone()

    def _is_mine(self, sound: Event) -> bool:
        return bool(sound["target_uri"] == f"channel:{self._channel}")

"""Several companies on one system, with the reception that serves them."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from pathlib import Path

from argon2.profiles import CHEAPEST

from dialplan.reception import Reception
from dialplan.strays import StrayRules
from storage.accounts.passwords import Passwords
from storage.accounts.pins import Pins
from storage.audio.store import LocalAudio
from storage.companies.store import Offices
from storage.database.engine import Database
from storage.intake.intake import Intake
from storage.listening.mailboxes import Mailboxes
from storage.messages.repository import MessageRepository
from storage.messages.unassigned import Unassigned
from storage.office.prompts import PromptLibrary
from telephony.call import Caller, EndedBy
from telephony.errors import CallerLeft
from telephony.scripted import Script, ScriptedCall
from tests.speech import speak

ROMASHKA = """
[company]
name = "Ромашка"
[numbers]
"74951234567" = { voicemail = true }
"+7 (495) 123-45-68" = { employee = "101" }
"74951234569" = { menu = "main" }
[menus.main]
greeting = "sound:hello"
default = { action = "hangup" }
[employees.101]
name = "Анна"
endpoint = "PJSIP/101"
"""
VASILEK = """
[company]
name = "Vasilyok"
language = "en"
[numbers]
"74957654321" = { voicemail = true }
"""


class House:
    """Several companies on one system, with the reception that serves them."""

    def __init__(self, folder: Path, strays: StrayRules | None = None) -> None:
        self._calls = count()
        self.database = Database(f"sqlite:///{folder}/voicepost.db")
        self.database.migrate()
        self.recordings = folder / "recording"
        self.recordings.mkdir()
        audio, prompts = LocalAudio(folder / "audio"), PromptLibrary(folder / "prompts")
        self.offices = Offices(self.database, prompts)
        self.intake = Intake(self.database, audio, self.recordings)
        self.messages = MessageRepository(self.database, audio)
        self.reception = Reception(
            offices=self.offices,
            intake=self.intake,
            messages=self.messages,
            mailboxes=Mailboxes(self.database, self.messages),
            pins=Pins(self.database, Passwords(CHEAPEST)),
            prompts=prompts,
            unassigned=Unassigned(self.database),
            outside="PJSIP/{number}@trunk",
            hearing="ringing",
            strays=strays or StrayRules(),
            recordings=self.recordings,
        )

    def close(self) -> None:
        self.database.close()

    async def take(
        self,
        *args: str,
        says: str = "Перезвоните мне, пожалуйста.",
        endpoint: str = "PJSIP/trunk",
        caller: str = "79990000000",
    ) -> list[str]:
        """One call with these arguments, whose caller speaks and hangs up; its steps."""

        def say(name: str) -> EndedBy | None:
            speak(says, path=self.recordings / f"{name}.wav")
            return None

        script = Script(speak=say)
        dialled = args[-1] if len(args) > 1 else ""
        call = ScriptedCall(dialled, script, caller=Caller(caller), endpoint=endpoint)
        call.id = f"call-{next(self._calls)}"
        with suppress(CallerLeft):
            await self.reception.take(call, args)
        return call.steps

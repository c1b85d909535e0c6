"""A company with a real taker, in a folder of its own: what call flows work with in tests."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select

from dialplan.keeping.message_taking import MessageTaker, StoredMessageTaker
from dialplan.services import Services
from storage.audio.store import LocalAudio
from storage.companies.store import Site
from storage.database.tables import MessageRow
from storage.intake.intake import Intake
from storage.intake.reconcile import Settled, settle
from storage.messages.query import Query
from storage.messages.repository import Message, MessageRepository
from storage.office import Office, parse_office
from tests.databases import empty_sqlite
from tests.dialplan.mailroom import Mailroom
from tests.scenarios import Expected
from tests.speech import samples, speak

SOME_OFFICE = """
[company]
name = "Ромашка"
"""


class Company:
    """A company's office, its taker over SQLite, and the folder where Asterisk records."""

    def __init__(self, folder: Path, office: Office | str = SOME_OFFICE) -> None:
        self.recordings = folder / "recording"
        self.recordings.mkdir(parents=True)
        self.database = empty_sqlite(folder / "voicepost.db")
        self.audio = LocalAudio(folder / "audio")
        self.store = Intake(self.database, self.audio, self.recordings)
        self.taker = StoredMessageTaker(self.store)
        self.site = Site(str(uuid4()), parse_office(office) if isinstance(office, str) else office)
        self._repository = MessageRepository(self.database, self.audio)

    def close(self) -> None:
        self.database.close()

    def services(self, taker: MessageTaker | None = None) -> Services:
        """What a call's flow gets; "sound:NAME" and "prompt:NAME" play as NAME."""
        return Services(
            site=self.site,
            taker=taker or self.taker,
            mailboxes=Mailroom(),
            sound=lambda reference: reference.partition(":")[2],
            outside="PJSIP/{number}@trunk",
        )

    def record(self, name: str, text: str) -> None:
        """Do what Asterisk does when a caller says ``text`` into the recording ``name``."""
        speak(text, path=self.recordings / f"{name}.wav")

    def kept(self) -> list[Message]:
        """The messages that are there, oldest first."""
        return list(self._repository.list(Query()).messages)[::-1]

    def kept_aside(self) -> list[Message]:
        """What lies aside as probably empty, oldest first."""
        return list(self._repository.list(Query(quiet=True)).messages)[::-1]

    def boxes(self) -> list[tuple[str, str]]:
        """In whose boxes the messages lie: ("employee", "101")."""
        return [(message.box, message.addressee_number) for message in self.kept()]

    def says(self, message: Message, text: str) -> bool:
        """Whether the message's audio is this text, sample for sample."""
        with wave.open(io.BytesIO(self._repository.read(message)), "rb") as audio:
            return audio.readframes(audio.getnframes()) == samples(speak(text))

    def states(self) -> list[str]:
        """The states of all messages ever begun, oldest first."""
        with self.database.reading() as session:
            return list(session.scalars(select(MessageRow.state).order_by(MessageRow.place)))

    def settle(self) -> Settled:
        """What the service does from time to time, once no call is alive any more."""
        return settle(self.store, self.store.drafts.open(), live_calls=())

    def check(self, expected: tuple[Expected, ...]) -> None:
        """Exactly these messages are there, with these words, and nothing is left undone."""
        kept = self.kept()
        assert [(m.box, m.addressee_number) for m in kept] == [(e.box, e.number) for e in expected]
        for message, wanted in zip(kept, expected, strict=True):
            assert self.says(message, wanted.said), f"the message is not “{wanted.said}”"
        assert "recording" not in self.states()
        assert not list(self.recordings.iterdir()), "a recording was left in Asterisk's folder"

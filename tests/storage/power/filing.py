"""What is traced: messages are filed by the real program, and Asterisk's part is played here.

Each scenario prepares a home, which then stands for a disk on which everything is flushed. Run as
a module on a folder of such homes, this goes through the scenarios and says where it is.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from commands.context import App
from commands.loops.settling import settle_once
from storage.actor import Actor
from storage.audio.s3 import Bucket
from storage.audio.store import LocalAudio
from storage.audio.upload_queue import OutboxAudio
from storage.files.fsync import make_folder
from storage.identifiers import new_id
from storage.intake.intake import Draft
from storage.intake.reconcile import Settled
from storage.messages.envelope import Envelope, Mailbox, new_envelope
from storage.office import parse_office
from telephony.ari.client import Event, Params
from tests.speech import speak

FIRST = "Здравствуйте, это Иван. Перезвоните мне завтра утром."
SECOND = "Это снова Иван. Нет, лучше позвоните мне в пятницу вечером."

OFFICE = """
[company]
name = "Ромашка"
[numbers]
"74951234567" = { menu = "main" }
[menus.main]
greeting = "sound:hello-world"
"""
MAILBOX = Mailbox(None, "Ромашка", "company", "Ромашка", "74951234567")
CALLER = "+79161234567"

LONG_AGO = 1_700_000_000
"""When a recording was written that is not being written now."""

STDIO_BYTES = 32 * 1024
"""Asterisk writes a recording in blocks of this size, and its lengths when it closes it."""


@dataclass(frozen=True)
class Scenario:
    """How a home is made ready, what happens in it then, and what is said, oldest first."""

    prepare: Callable[[Path], None]
    happen: Callable[[Path, Callable[[str], None]], object]
    spoken: Sequence[str] = (FIRST,)


class NoCalls:
    """An Asterisk, started anew, to which nobody talks."""

    async def request(
        self, method: str, path: str, params: Params | None = None, *, first: str = ""
    ) -> Any:
        return []

    async def events(self) -> AsyncIterator[Event]:
        yield {}


def settle(app: App) -> Settled:
    """What the service does at its start."""
    return asyncio.run(settle_once(app, NoCalls(), frozenset()))


def record(path: Path, text: str) -> None:
    """Write a recording as Asterisk does: flushing nothing, with a true header in the end only."""
    wav = speak(text).read_bytes()
    unfinished = bytearray(wav)
    unfinished[4:8] = unfinished[40:44] = bytes(4)
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(wav), STDIO_BYTES):
            file.write(unfinished[start : start + STDIO_BYTES])
        for lengths in (4, 40):
            os.pwrite(file.fileno(), wav[lengths : lengths + 4], lengths)


def open_home(home: Path) -> App:
    """The installation. Where the object store is a folder beside it, that is another machine."""
    app = App(home)
    if (store := home.parent / "store").is_dir():
        # What it has taken is safe, and what it has not is not there: as a folder that flushes.
        app.audio = OutboxAudio(app.settings.outbox_folder, cast(Bucket, _Store(store)))
    return app


class _Store(LocalAudio):
    def put(self, key: str, audio: Any) -> None:
        super().put(key, audio.read())


def _envelope(replaces: Draft | None = None) -> Envelope:
    return new_envelope(
        MAILBOX,
        caller_number=CALLER,
        dialled="74951234567",
        source="ari",
        call_id="1764150000.1",
        min_speech=1.0,
        replaces=replaces.id if replaces else None,
    )


def _new_home(home: Path) -> None:
    app = open_home(home)
    app.offices.apply(parse_office(OFFICE), by=Actor("test", "cli"))
    make_folder(app.settings.recordings)
    make_folder(app.settings.fallback_spool)
    app.database.close()


def _nothing(home: Path) -> None:
    """A machine on which Voicepost was never started."""


def _beside_a_store(home: Path) -> None:
    _new_home(home)
    (home.parent / "store").mkdir()


def _interrupted(home: Path) -> None:
    """A message was recorded, and the service died."""
    _new_home(home)
    app = open_home(home)
    speak(FIRST, path=app.settings.recordings / f"{app.intake.begin(_envelope()).id}.wav")
    app.database.close()


def _left_by_asterisk(home: Path) -> None:
    """Asterisk took a message on its own."""
    _new_home(home)
    now = int(datetime.now(UTC).timestamp())
    name = f"{now}_74951234567_{CALLER}_{now}.7.wav"
    _age(speak(FIRST, path=App(home).settings.fallback_spool / name))


def _unknown_recording(home: Path) -> None:
    """A recording that no row tells of: the database is an older copy, say."""
    _new_home(home)
    recording = App(home).settings.recordings / f"{new_id(datetime.now(UTC))}.wav"
    _age(speak(FIRST, path=recording))


def _age(recording: Path) -> None:
    """Nobody writes to it now."""
    os.utime(recording, (LONG_AGO, LONG_AGO))


def _leave_message(home: Path, mark: Callable[[str], None]) -> App:
    app = open_home(home)
    make_folder(app.settings.recordings)
    _ = app.database
    mark("begun")
    draft = app.intake.begin(_envelope())
    record(app.settings.recordings / f"{draft.id}.wav", FIRST)
    mark("spoken")
    app.intake.finish(draft.id)
    mark("saved")
    return app


def _leave_message_and_stop(home: Path, mark: Callable[[str], None]) -> None:
    _leave_message(home, mark).database.close()
    mark("closed")


def _leave_message_for_a_store(home: Path, mark: Callable[[str], None]) -> None:
    app = _leave_message(home, mark)
    assert app.audio.upload(threading.Event()) == ()
    assert app.audio.waiting()[0] == 0
    mark("uploaded")


def _leave_message_without_database(home: Path, mark: Callable[[str], None]) -> None:
    app = open_home(home)
    mark("begun")
    draft = app.intake.begin_without_database(_envelope())
    record(app.settings.recordings / f"{draft.id}.wav", FIRST)
    mark("spoken")
    app.intake.secure(draft.id)
    assert settle(app).kept == (draft.id,)  # the database is back
    mark("saved")


def _speak_again(home: Path, mark: Callable[[str], None]) -> None:
    app = open_home(home)
    _ = app.database
    mark("begun")
    first = app.intake.begin(_envelope())
    record(app.settings.recordings / f"{first.id}.wav", FIRST)
    mark("spoken")
    assert app.intake.has_speech(first.id, 1.0)
    second = app.intake.begin(_envelope(first))
    record(app.settings.recordings / f"{second.id}.wav", SECOND)
    mark("spoken")
    app.intake.finish(second.id)
    mark("saved")


def _settle(home: Path, mark: Callable[[str], None]) -> None:
    app = open_home(home)
    _ = app.database
    mark("begun")
    mark("spoken")
    assert settle(app).failures == ()
    mark("saved")


SCENARIOS = {
    "leave": Scenario(_new_home, _leave_message_and_stop),
    "leave-the-very-first": Scenario(_nothing, _leave_message),
    "leave-for-a-store": Scenario(_beside_a_store, _leave_message_for_a_store),
    "leave-without-database": Scenario(_new_home, _leave_message_without_database),
    "speak-again": Scenario(_new_home, _speak_again, (FIRST, SECOND)),
    "interrupted": Scenario(_interrupted, _settle),
    "left-by-asterisk": Scenario(_left_by_asterisk, _settle),
    "unknown-recording": Scenario(_unknown_recording, _settle),
}


def main(folder: Path) -> None:
    for name, scenario in SCENARIOS.items():

        def mark(what: str, name: str = name) -> None:
            os.write(1, f"{name} {what}\n".encode())

        scenario.happen(folder / name / "home", mark)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

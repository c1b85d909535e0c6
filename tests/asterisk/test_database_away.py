"""The database is locked or killed while somebody calls: calls go on, and the message is kept."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from telephony.ari.client import Event
from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import Telephony, open_telephony
from tests.asterisk.house import House, end, until_async
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.offices import office
from tests.asterisk.test_review import at_the_beep, kept_from, reviewing
from tests.speech import speak
from tests.storage.postgresql import running_server
from tests.waiting import until

pytestmark = pytest.mark.asterisk

SPEECH = "Это Ольга. Я говорю, пока базы данных нет, и это никому не мешает."

A_FEW_SECONDS = 5.0
"""Nobody waits longer in silence: half of it is granted to the database, the rest to slow machines.
A locked database takes fifteen seconds to say so."""


def longest_silence(events: Iterable[Event]) -> float:
    """The longest time, by Asterisk's clock, between what one caller heard and what came next."""
    since, longest = "", 0.0
    for event in events:
        if event["type"] in ("PlaybackFinished", "RecordingFinished"):
            since = event["timestamp"]
        elif event["type"] in ("PlaybackStarted", "RecordingStarted") and since:
            longest = max(longest, _seconds(since, event["timestamp"]))
            since = ""
    return longest


def _seconds(begin: str, end: str) -> float:
    times = [datetime.strptime(each, "%Y-%m-%dT%H:%M:%S.%f%z") for each in (begin, end)]
    return (times[1] - times[0]).total_seconds()


def played(events: Iterable[Event]) -> list[str]:
    """What Asterisk has played, in order."""
    return [e["playback"]["media_uri"] for e in events if e["type"] == "PlaybackStarted"]


def recordings(house: House) -> list[str]:
    """What lies in Asterisk's folder, by its kind."""
    (folder,) = (house.home / "asterisk").rglob("recording")
    return sorted(path.suffix for path in folder.iterdir())


async def test_a_caller_while_sqlite_is_locked(telephony: Telephony) -> None:
    house = telephony.house
    await house.apply(office(telephony.phones.sip))
    with closing(sqlite3.connect(house.home / "voicepost.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        caller = await at_the_beep(telephony, caller="79160000081")
        await caller.say(speak(SPEECH))
        await caller.hang_up()
        await caller.gone()
        assert recordings(house) == [".json", ".wav"]
        assert 0 < longest_silence(telephony.inside.events) < A_FEW_SECONDS
        other.rollback()

    (message,) = await kept_from(telephony, "79160000081")
    assert (message["box"], message["source"]) == ("company", "ari")
    assert likeness(speak(SPEECH), await house.audio(message)) > SAME
    await until(lambda: recordings(house) == [])
    assert len(await kept_from(telephony, "79160000081")) == 1


async def test_a_caller_while_postgresql_is_killed_and_comes_back(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    with running_server() as server:
        url = f"postgresql://postgres@/postgres?host={server.folder}"
        async with House(short_folder / "pg-killed", f'[database]\nurl = "{url}"') as house:
            service = await house.serve("serve", "--sandbox")
            async with open_telephony(house, phones_asterisk) as telephony:
                await house.apply(office(telephony.phones.sip))
                speaking = await at_the_beep(telephony, caller="79160000082")
                await speaking.start_saying(speak(SPEECH))
                server.stop(signal.SIGKILL)
                await until(lambda: not speaking.is_speaking())
                await speaking.hang_up()

                heard = len(telephony.inside.events)
                new = await at_the_beep(telephony, caller="79160000083")
                await new.say(speak(SPEECH))
                await new.press("#")
                await reviewing(telephony, heard)
                await new.press("1")
                await new.gone()
                events = telephony.inside.events[heard:]
                assert 0 < longest_silence(events) < A_FEW_SECONDS
                assert "sound:vm-goodbye" in played(events)
                assert "sound:vm-msgsaved" not in played(events)  # nobody knows that yet
                assert recordings(house) == [".json", ".wav", ".wav"]
                server.start()

                async def both() -> bool:
                    return len(await house.messages()) == 2

                await until_async(both)
                await until(lambda: recordings(house) == [])
                messages = await house.messages()
                assert {message["caller"]["number"] for message in messages} == {
                    "79160000082",
                    "79160000083",
                }
                for message in messages:
                    assert message["box"] == "company"
                    assert likeness(speak(SPEECH), await house.audio(message)) > SAME
            await end(service)

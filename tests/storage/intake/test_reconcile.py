"""What was left behind is brought in, with the right tags and times, and nothing twice."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.companies.store import Directory, Site
from storage.database.engine import Database
from storage.errors import DatabaseUnavailable
from storage.identifiers import new_id
from storage.intake.intake import Empty, Kept
from storage.intake.leftovers import QUIET_SECONDS
from storage.intake.reconcile import settle, take_in_fallback, take_in_orphans
from storage.messages.repository import Query
from storage.office import parse_office
from tests.speech import silence, speak, write_wav
from tests.storage.conftest import REQUEST, Store
from web.language.problems import sentence

OFFICE = """
[company]
name = "Ромашка"
timezone = "Europe/Moscow"
[numbers]
"74951234567" = { menu = "main" }
"74951234568" = { employee = "101" }
[menus.main]
greeting = "sound:hello-world"
[employees.101]
name = "Анна Петрова"
numbers = ["79160001122"]
endpoint = "PJSIP/101"
"""

DIRECTORY = Directory(1, {"company-1": Site("company-1", parse_office(OFFICE))})


def now() -> datetime:
    return datetime.now(UTC) + timedelta(milliseconds=1)


@pytest.fixture
def fallback(store: Store) -> Path:
    folder = store.folder / "spool" / "voicepost"
    folder.mkdir()
    return folder


def left_behind(folder: Path, name: str, seconds_ago: float = 60) -> Path:
    path = speak(REQUEST, path=folder / name)
    changed = time.time() - seconds_ago
    os.utime(path, (changed, changed))
    return path


def test_a_draft_whose_call_is_over_is_finished(store: Store) -> None:
    draft = store.begin(call_id="over")
    speak(REQUEST, path=store.recording(draft))

    settled = settle(store.intake, store.intake.drafts.open(), live_calls=["another"])

    assert settled.kept == (draft.id,)
    assert store.messages.get(draft.id).caller_number == "+79161234567"


def test_a_draft_whose_call_lives_is_left_alone(store: Store) -> None:
    draft = store.begin(call_id="alive")
    speak(REQUEST, path=store.recording(draft))

    settled = settle(store.intake, store.intake.drafts.open(), live_calls=["alive"])

    assert settled.kept == ()
    assert store.recording(draft).exists()


def test_a_draft_still_being_recorded_is_left_alone(store: Store) -> None:
    draft = store.begin(call_id="over")

    settled = settle(
        store.intake, store.intake.drafts.open(), live_calls=[], live_drafts=[draft.id]
    )

    assert (settled.kept, settled.empty) == ((), 0)


def test_a_draft_begun_after_asking_who_is_alive_is_left_alone(store: Store) -> None:
    open_before = store.intake.drafts.open()
    draft = store.begin(call_id="too new to be listed")

    settled = settle(store.intake, open_before, live_calls=[])

    assert settled.empty == 0
    speak(REQUEST, path=store.recording(draft))
    assert isinstance(store.intake.finish(draft.id), Kept)


def test_a_draft_that_cannot_be_finished_does_not_stop_the_others(store: Store) -> None:
    bad, good = store.begin(), store.begin()
    store.recording(bad).write_bytes(b"no sound" * 100)
    speak(REQUEST, path=store.recording(good))

    settled = settle(store.intake, store.intake.drafts.open(), live_calls=[])

    assert settled.kept == (good.id,)
    assert bad.id in sentence(settled.failures[0])
    assert store.recording(bad).exists()


def test_without_a_database_it_ends_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = store.begin()
    speak(REQUEST, path=store.recording(draft))

    def gone(*_: object) -> None:
        raise DatabaseUnavailable("the database cannot be used: it is gone")

    monkeypatch.setattr(Database, "session", gone)

    with pytest.raises(DatabaseUnavailable):
        settle(store.intake, store.intake.drafts.open(), live_calls=[])
    assert store.recording(draft).exists()


def test_the_fallbacks_file_becomes_a_message_with_its_tags(store: Store, fallback: Path) -> None:
    left_behind(fallback, "1786696205_74951234567_+79161234567_1786696205.17.wav")

    settled = take_in_fallback(store.intake, fallback, DIRECTORY, [], asterisk_alive=True)

    (message,) = store.messages.list(Query()).messages
    assert settled.kept == (message.id,)
    assert (message.company, message.box, message.source) == ("Ромашка", "company", "asterisk")
    assert (message.dialled, message.caller_number) == ("74951234567", "+79161234567")
    assert message.received_at == datetime.fromtimestamp(1786696205, UTC)
    assert list(fallback.iterdir()) == []


def test_a_number_of_an_employee_makes_it_personal(store: Store, fallback: Path) -> None:
    left_behind(fallback, "1786696205_84951234568_100_1786696205.17.wav")

    take_in_fallback(store.intake, fallback, DIRECTORY, [], asterisk_alive=True)

    (message,) = store.messages.list(Query(employee="101")).messages
    assert (message.addressee_name, message.addressee_number) == ("Анна Петрова", "101")


@pytest.mark.parametrize(
    ("name", "caller"),
    [
        ("1786696205_70000000000_79161234567_1.1.wav", "79161234567"),
        ("1786696205_70000000000__1.1.wav", ""),
        ("1786696205_70000000000_a_b_1.1.wav", "a_b"),
        ("holiday.wav", ""),
        ("99999999999999999999_1_2_3.wav", ""),
    ],
)
def test_nobodys_message_is_unassigned_and_not_thrown_away(
    store: Store, fallback: Path, name: str, caller: str
) -> None:
    left_behind(fallback, name)

    take_in_fallback(store.intake, fallback, DIRECTORY, [], asterisk_alive=True)

    (message,) = store.messages.list(Query(company="unassigned")).messages
    assert message.caller_number == caller


def test_a_call_still_recording_is_left_alone(store: Store, fallback: Path) -> None:
    path = left_behind(fallback, "1786696205_74951234567_1_1786696205.17.wav")

    take_in_fallback(store.intake, fallback, DIRECTORY, ["1786696205.17"], asterisk_alive=True)

    assert path.exists()


def test_a_file_that_may_still_grow_is_left_alone_while_asterisk_runs(
    store: Store, fallback: Path
) -> None:
    path = left_behind(fallback, "1786696205_74951234567_1_1.1.wav", seconds_ago=QUIET_SECONDS - 3)

    take_in_fallback(store.intake, fallback, DIRECTORY, [], asterisk_alive=True)
    assert path.exists()

    take_in_fallback(store.intake, fallback, DIRECTORY, [], asterisk_alive=False)
    assert not path.exists()


def test_silence_of_the_fallback_is_no_message(store: Store, fallback: Path) -> None:
    path = write_wav(fallback / "1786696205_74951234567_1_1.1.wav", silence(3))

    settled = take_in_fallback(store.intake, fallback, DIRECTORY, [], asterisk_alive=False)

    assert (settled.kept, settled.empty) == ((), 1)
    assert not path.exists()


def test_what_cannot_be_decoded_stays_and_is_reported(store: Store, fallback: Path) -> None:
    bad = fallback / "1786696205_74951234567_1_1.1.wav"
    bad.write_bytes(b"no sound" * 100)
    left_behind(fallback, "1786696206_74951234567_1_1.2.wav")

    settled = take_in_fallback(store.intake, fallback, DIRECTORY, [], asterisk_alive=False)

    assert len(settled.kept) == 1
    assert bad.name in sentence(settled.failures[0])
    assert bad.exists()


def test_no_fallback_folder_is_no_failure(store: Store) -> None:
    settled = take_in_fallback(
        store.intake, store.folder / "none", DIRECTORY, [], asterisk_alive=False
    )

    assert settled.failures == ()


def test_a_recording_nobody_knows_becomes_an_unassigned_message(store: Store) -> None:
    received_at = datetime(2026, 8, 14, 6, 30, 5, tzinfo=UTC)
    name = new_id(received_at)
    left_behind(store.recordings, f"{name}.wav")

    for _ in range(2):
        take_in_orphans(store.intake, store.database, asterisk_alive=True)

    (message,) = store.messages.list(Query(company="unassigned")).messages
    assert message.id == name
    assert message.received_at == received_at
    assert list(store.recordings.iterdir()) == []


def test_recordings_with_other_names_are_none_of_our_business(store: Store) -> None:
    path = left_behind(store.recordings, f"prompt-{new_id(now())}.wav")

    take_in_orphans(store.intake, store.database, asterisk_alive=False)

    assert path.exists()


def test_a_draft_is_no_orphan(store: Store) -> None:
    draft = store.begin()
    path = left_behind(store.recordings, f"{draft.id}.wav")

    take_in_orphans(store.intake, store.database, asterisk_alive=False)

    assert path.exists()


def test_an_orphan_still_being_recorded_is_left_alone(store: Store) -> None:
    name = new_id(now())
    path = left_behind(store.recordings, f"{name}.wav")

    take_in_orphans(store.intake, store.database, live_drafts=[name], asterisk_alive=False)

    assert path.exists()


def test_the_recording_of_a_settled_message_goes(store: Store) -> None:
    discarded = store.begin()
    kept = store.begin(replaces=discarded)
    speak(REQUEST, path=store.recording(kept))
    store.intake.finish(kept.id)
    for draft in (kept, discarded):
        left_behind(store.recordings, f"{draft.id}.wav")

    take_in_orphans(store.intake, store.database, asterisk_alive=True)

    assert list(store.recordings.iterdir()) == []
    assert len(store.messages.list(Query()).messages) == 1


def test_audio_found_behind_an_empty_message_is_kept(store: Store) -> None:
    draft = store.begin()
    assert isinstance(store.intake.finish(draft.id), Empty)
    left_behind(store.recordings, f"{draft.id}.wav")

    settled = take_in_orphans(store.intake, store.database, asterisk_alive=True)

    assert settled.kept == (draft.id,)

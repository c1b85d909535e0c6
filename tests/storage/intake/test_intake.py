"""Between the beep and "saved": nothing is lost, whatever fails in between."""

from __future__ import annotations

import errno
import os
import struct
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.audio.store import LocalAudio
from storage.database.engine import Database
from storage.errors import AudioError, DatabaseUnavailable, NotFound
from storage.intake.intake import Empty, Intake, Kept
from storage.messages.repository import Query
from tests.refusals import refuses
from tests.speech import RATE, speak, write_wav
from tests.storage.conftest import COMPANY, REQUEST, Store, kept


def broken_disk(*_: object) -> None:
    raise OSError(errno.EIO, "Input/output error")


def test_a_message_is_kept_and_its_recording_removed(store: Store) -> None:
    draft = store.begin()
    recorded = speak(REQUEST, path=store.recording(draft)).read_bytes()

    outcome = kept(store.intake.finish(draft.id))

    assert outcome.id == draft.id
    assert outcome.duration == pytest.approx(4.7, abs=0.1)
    message = store.messages.get(draft.id)
    assert store.messages.read(message) == recorded
    assert message.box == "company"
    assert message.caller_number == "+79161234567"
    assert not store.recording(draft).exists()


def test_finishing_again_finds_what_was_kept(store: Store) -> None:
    draft = store.begin()
    speak(REQUEST, path=store.recording(draft))

    first = store.intake.finish(draft.id)
    second = store.intake.finish(draft.id)

    assert second == first
    assert len(store.messages.list(Query()).messages) == 1


def test_a_draft_is_no_message(store: Store) -> None:
    draft = store.begin()

    assert store.messages.list(Query()).messages == ()
    with pytest.raises(NotFound):
        store.messages.get(draft.id)


def test_hanging_up_in_the_beep_leaves_nothing(store: Store) -> None:
    draft = store.begin()

    assert store.intake.finish(draft.id) == Empty(draft.id)


def test_a_header_without_audio_is_nothing(store: Store) -> None:
    draft = store.begin()
    assert write_wav(store.recording(draft), b"").stat().st_size == 44

    assert store.intake.finish(draft.id) == Empty(draft.id)
    assert not store.recording(draft).exists()


@pytest.mark.parametrize("level", [0, 8, -8], ids=["PCM", "A-law", "A-law, negative"])
def test_digital_silence_is_nothing(store: Store, level: int) -> None:
    draft = store.begin()
    write_wav(store.recording(draft), struct.pack("<h", level) * 4 * RATE)

    assert store.intake.finish(draft.id) == Empty(draft.id)
    assert store.audio_files() == []
    assert not store.recording(draft).exists()


def test_recording_again_takes_back_every_earlier_try(store: Store) -> None:
    first = store.begin()
    second = store.begin(replaces=first)
    third = store.begin(replaces=second)
    for draft in (first, second, third):
        speak(REQUEST, path=store.recording(draft))

    assert isinstance(store.intake.finish(third.id), Kept)

    assert list(store.recordings.iterdir()) == []
    assert store.intake.finish(first.id) == Empty(first.id)
    assert [message.id for message in store.messages.list(Query()).messages] == [third.id]


def test_a_try_without_speech_takes_nothing_back(store: Store) -> None:
    first = store.begin()
    second = store.begin(replaces=first)
    speak(REQUEST, path=store.recording(first))

    assert isinstance(store.intake.finish(second.id), Empty)

    assert isinstance(store.intake.finish(first.id), Kept)


def test_a_kept_message_cannot_be_taken_back(store: Store) -> None:
    first = store.begin()
    speak(REQUEST, path=store.recording(first))
    store.intake.finish(first.id)
    second = store.begin(replaces=first)
    speak(REQUEST, path=store.recording(second))

    store.intake.finish(second.id)

    assert store.messages.read(store.messages.get(first.id))
    assert store.messages.read(store.messages.get(second.id))


def test_an_unknown_draft_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        store.intake.finish("../../etc/passwd")


def test_audio_that_turns_up_late_is_kept_after_all(store: Store) -> None:
    draft = store.begin()
    assert isinstance(store.intake.finish(draft.id), Empty)

    speak(REQUEST, path=store.recording(draft))

    assert isinstance(store.intake.finish(draft.id), Kept)


def test_no_folder_of_recordings_is_not_an_empty_message(store: Store) -> None:
    draft = store.begin()
    store.recordings.rmdir()

    with refuses(AudioError, "is not there"):
        store.intake.finish(draft.id)


def test_a_disk_that_does_not_flush_keeps_recording_and_draft(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = store.begin()
    speak(REQUEST, path=store.recording(draft))

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", broken_disk)
        with refuses(AudioError, "Input/output error"):
            store.intake.finish(draft.id)
    assert store.recording(draft).exists()
    assert store.audio_files() == []

    assert isinstance(store.intake.finish(draft.id), Kept)


def test_a_full_disk_keeps_recording_and_draft(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = store.begin()
    speak(REQUEST, path=store.recording(draft))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", full)
        with refuses(AudioError, "No space left"):
            store.intake.finish(draft.id)
    assert store.recording(draft).exists()
    assert store.messages.list(Query()).messages == ()

    assert isinstance(store.intake.finish(draft.id), Kept)
    assert len(store.audio_files()) == 1


def test_an_unreadable_recording_stays(store: Store) -> None:
    draft = store.begin()
    store.recording(draft).write_bytes(b"this is no sound at all" * 100)

    with refuses(AudioError, "not a WAV"):
        store.intake.finish(draft.id)

    assert store.recording(draft).exists()


def test_a_database_that_fails_at_the_commit_loses_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = store.begin()
    speak(REQUEST, path=store.recording(draft))

    with monkeypatch.context() as broken:
        broken.setattr(Database, "session", refused)
        with pytest.raises(DatabaseUnavailable):
            store.intake.finish(draft.id)
    assert store.recording(draft).exists()

    assert isinstance(store.intake.finish(draft.id), Kept)
    assert len(store.audio_files()) == 1


def refused(*_: object) -> None:
    raise DatabaseUnavailable("the database cannot be used: it is gone")


def test_a_crash_after_the_audio_was_stored_ends_in_one_message(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As kill -9 leaves it: the audio in its place, the row still a draft."""
    draft = store.begin()
    speak(REQUEST, path=store.recording(draft))

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as crash:
        crash.setattr(Database, "session", killed)
        with pytest.raises(Killed):
            store.intake.finish(draft.id)
    assert len(store.audio_files()) == 1

    assert isinstance(store.intake.finish(draft.id), Kept)
    assert len(store.audio_files()) == 1


def test_a_crash_after_the_commit_only_leaves_the_recording_to_remove(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = store.begin()
    recorded = speak(REQUEST, path=store.recording(draft)).read_bytes()
    store.intake.finish(draft.id)
    store.recording(draft).write_bytes(recorded)

    assert isinstance(store.intake.finish(draft.id), Kept)

    assert not store.recording(draft).exists()
    assert len(store.messages.list(Query()).messages) == 1


def test_a_recording_that_cannot_be_removed_is_kept_all_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = store.begin()
    speak(REQUEST, path=store.recording(draft))
    with monkeypatch.context() as broken:
        broken.setattr(Path, "unlink", lambda *_, **__: broken_disk())

        assert isinstance(store.intake.finish(draft.id), Kept)

    assert store.recording(draft).exists()


def test_two_that_finish_at_once_keep_one_message(store: Store) -> None:
    draft = store.begin()
    speak(REQUEST, path=store.recording(draft))
    both_read_it = threading.Barrier(2)

    class Slow(LocalAudio):
        def put(self, key: str, audio: bytes) -> None:
            both_read_it.wait(timeout=20)
            super().put(key, audio)

    messages = Intake(store.database, Slow(store.audio.folder), store.recordings)
    outcomes: list[object] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(messages.finish(draft.id)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(outcomes) == 2
    assert outcomes[0] == outcomes[1]
    assert len(store.messages.list(Query()).messages) == 1
    assert len(store.audio_files()) == 1


def test_a_draft_taken_back_while_it_is_finished_leaves_no_audio(store: Store) -> None:
    first = store.begin()
    second = store.begin(replaces=first)
    for draft in (first, second):
        speak(REQUEST, path=store.recording(draft))

    class Meanwhile(LocalAudio):
        def put(self, key: str, audio: bytes) -> None:
            super().put(key, audio)
            store.intake.finish(second.id)

    messages = Intake(store.database, Meanwhile(store.audio.folder), store.recordings)

    assert isinstance(messages.finish(first.id), Empty)
    assert len(store.audio_files()) == 1


def test_a_recording_cut_by_a_crash_is_repaired_and_marked(store: Store) -> None:
    draft = store.begin()
    path = speak(REQUEST, path=store.recording(draft))
    whole = path.read_bytes()
    path.write_bytes(whole[:40] + bytes(4) + whole[44:])  # "0 bytes of audio"

    outcome = kept(store.intake.finish(draft.id))

    assert outcome.duration == pytest.approx(4.7, abs=0.1)
    message = store.messages.get(draft.id)
    assert message.cut_off
    assert store.messages.read(message) == whole


def test_many_callers_at_once_each_get_their_own_message(store: Store) -> None:
    drafts = [store.begin(caller_number=f"7916000{n:04}") for n in range(20)]
    for draft in drafts:
        speak(REQUEST, path=store.recording(draft))
    threads = [threading.Thread(target=store.intake.finish, args=(d.id,)) for d in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    callers = {m.id: m.caller_number for m in store.messages.list(Query()).messages}
    assert callers == {draft.id: f"7916000{n:04}" for n, draft in enumerate(drafts)}


HOSTILE = [
    "../../etc/passwd",
    "1' OR '1'='1",
    "<script>alert(1)</script>",
    "1\nagi_evil: yes\n\n",
    "\x1b[31mred\x9b0m\u202eevil",
    "x" * 10_000,
    '"; DROP TABLE messages; --',
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_a_hostile_caller_is_stored_as_text(store: Store, text: str) -> None:
    draft = store.begin(caller_number=text, caller_name=text)
    speak(REQUEST, path=store.recording(draft))
    store.intake.finish(draft.id)

    message = store.messages.get(draft.id)

    assert (message.caller_number, message.caller_name) == (text, text)
    assert store.messages.list(Query(search=text)).messages == (message,)


def test_what_no_database_takes_is_replaced(store: Store) -> None:
    draft = store.begin(caller_name="a\0b\ud800c")
    speak(REQUEST, path=store.recording(draft))
    store.intake.finish(draft.id)

    assert store.messages.get(draft.id).caller_name == "a\ufffdb\ufffdc"


def test_a_zone_nobody_knows_loses_no_message(store: Store) -> None:
    from dataclasses import replace

    message_id = store.receive(replace(COMPANY, timezone="Mars/Olympus"))

    assert store.messages.get(message_id).received_at.tzname() == "UTC"


def test_a_file_is_taken_in_once(store: Store) -> None:
    def take_in() -> Kept:
        path = speak(REQUEST, path=store.folder / "1723617005_74951234567_1_17.1.wav")
        return kept(
            store.intake.take_in(
                path,
                mailbox=COMPANY,
                caller_number="1",
                received_at=datetime.now(UTC),
                source="asterisk",
                min_speech=1.0,
            )
        )

    first, second = take_in(), take_in()

    assert first.id == second.id
    assert len(store.messages.list(Query()).messages) == 1
    assert not list(store.folder.glob("*.wav"))


def test_another_recording_of_the_same_name_is_another_message(store: Store) -> None:
    path = store.folder / "message.wav"
    for words in (REQUEST, "Добрый день, звоню по поводу заказа номер двенадцать."):
        speak(words, path=path)
        store.intake.take_in(
            path,
            mailbox=COMPANY,
            caller_number="1",
            received_at=datetime.now(UTC),
            source="import",
            min_speech=1.0,
        )

    assert len(store.messages.list(Query()).messages) == 2


def test_places_that_collide_are_chosen_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = store.begin()
    with store.database.reading() as session:
        taken = session.execute(text("SELECT place FROM messages")).scalar_one()
    places = iter([taken, taken, taken + 1])
    monkeypatch.setattr("storage.intake.rows.arrival_place", lambda *_: next(places))

    second = store.begin()

    with store.database.reading() as session:
        ids = session.execute(text("SELECT id FROM messages ORDER BY place")).scalars().all()
    assert ids == [first.id, second.id]

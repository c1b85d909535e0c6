"""A phone that falls mute ends a recording: what is said before and after it is one message."""

from __future__ import annotations

import io
import os
import time
import wave
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.audio.recordings import draft_of, parts_of
from storage.audio.wav import examine
from storage.errors import NoRecording
from storage.identifiers import new_id
from storage.intake.intake import Draft, Empty, Kept
from storage.intake.leftovers import QUIET_SECONDS
from storage.intake.reconcile import settle, take_in_orphans
from storage.messages.envelope import new_envelope
from storage.messages.repository import Query
from tests.speech import samples, silence, speak, write_wav
from tests.storage.conftest import COMPANY, REQUEST, Store, kept

PARTS = (REQUEST, "Это снова Иван.", "Добрый день, звоню по поводу заказа.")
BOTH_SAY = b"".join(samples(speak(text)) for text in PARTS)

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def part(store: Store, draft: str, number: int) -> Path:
    suffix = "" if number == 1 else f"-{number}"
    return store.recordings / f"{draft}{suffix}.wav"


def record(store: Store, draft: str, numbers: Sequence[int] = (1, 2, 3)) -> list[Path]:
    """Record the parts under these numbers."""
    paths = [part(store, draft, number) for number in numbers]
    for path, text in zip(paths, PARTS, strict=True):
        speak(text, path=path)
    return paths


def said(store: Store, message_id: str) -> bytes:
    with wave.open(io.BytesIO(store.messages.read(store.messages.get(message_id))), "rb") as file:
        return file.readframes(file.getnframes())


def without_size(path: Path) -> None:
    """As a killed Asterisk leaves it: the header says that there is no audio."""
    whole = path.read_bytes()
    path.write_bytes(whole[:40] + bytes(4) + whole[44:])


@pytest.mark.parametrize("numbers", [(1, 2, 3), (2, 3, 5), (1, 9, 10)], ids=str)
def test_all_parts_are_one_message_in_their_order(store: Store, numbers: tuple[int, ...]) -> None:
    draft = store.begin()
    record(store, draft.id, numbers)

    outcome = kept(store.intake.finish(draft.id))

    assert said(store, draft.id) == BOTH_SAY
    assert outcome.duration == pytest.approx(len(BOTH_SAY) / 16_000)
    message = store.messages.get(draft.id)
    whole = examine(store.audio_files()[0])
    assert (message.sha256, message.size) == (whole.sha256, whole.size)
    assert (message.peaks, message.cut_off) == (whole.peaks, False)
    assert not whole.repaired
    assert list(store.recordings.iterdir()) == []


@only_sqlite
def test_speech_in_any_part_counts(store: Store) -> None:
    draft = store.begin()
    write_wav(part(store, draft.id, 1), silence(2))
    assert not store.intake.has_speech(draft.id, 1.0)
    speak(REQUEST, path=part(store, draft.id, 2))
    assert store.intake.has_speech(draft.id, 1.0)

    assert isinstance(store.intake.finish(draft.id), Kept)
    assert said(store, draft.id) == silence(2) + samples(speak(REQUEST))


@only_sqlite
def test_parts_without_audio_add_nothing(store: Store) -> None:
    draft = store.begin()
    write_wav(part(store, draft.id, 1), b"")
    part(store, draft.id, 2).write_bytes(b"")

    assert store.intake.finish(draft.id) == Empty(draft.id)
    assert list(store.recordings.iterdir()) == []


@only_sqlite
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_part_cut_by_a_crash_marks_the_message(store: Store, number: int) -> None:
    draft = store.begin()
    record(store, draft.id)
    without_size(part(store, draft.id, number))

    store.intake.finish(draft.id)

    assert store.messages.get(draft.id).cut_off
    assert said(store, draft.id) == BOTH_SAY


@only_sqlite
def test_a_part_that_is_no_recording_keeps_all_of_them(store: Store) -> None:
    draft = store.begin()
    parts = record(store, draft.id)
    recorded = parts[1].read_bytes()
    parts[1].write_bytes(b"no sound" * 100)

    with pytest.raises(NoRecording):
        store.intake.finish(draft.id)
    assert all(path.exists() for path in parts)

    parts[1].write_bytes(recorded)
    assert isinstance(store.intake.finish(draft.id), Kept)
    assert said(store, draft.id) == BOTH_SAY


@only_sqlite
def test_a_draft_taken_back_goes_with_all_parts(store: Store) -> None:
    first = store.begin()
    record(store, first.id)
    second = store.begin(replaces=first)
    record(store, second.id)

    store.intake.finish(second.id)

    assert list(store.recordings.iterdir()) == []
    assert len(store.messages.list(Query()).messages) == 1


@pytest.mark.parametrize("on_slip", [False, True])
def test_parts_of_a_call_that_is_over_are_settled(store: Store, on_slip: bool) -> None:
    about = new_envelope(COMPANY, caller_number="1", source="ari", call_id="over", min_speech=1.0)
    begin = store.intake.begin_without_database if on_slip else store.intake.begin
    draft: Draft = begin(about)
    for path in record(store, draft.id):
        os.utime(path, (0, 0))

    assert take_in_orphans(store.intake, store.database, asterisk_alive=True).kept == ()
    assert settle(store.intake, store.intake.drafts.open(), []).kept == (draft.id,)

    assert said(store, draft.id) == BOTH_SAY
    assert list(store.recordings.iterdir()) == []


@only_sqlite
@pytest.mark.parametrize("numbers", [(1, 2, 3), (2, 3, 4)], ids=str)
def test_parts_that_nobody_knows_become_one_message(store: Store, numbers: tuple[int, ...]) -> None:
    name = new_id(datetime.now(UTC))
    for path in record(store, name, numbers):
        os.utime(path, (0, 0))

    settled = take_in_orphans(store.intake, store.database, asterisk_alive=True)

    assert settled.kept == (name,)
    assert said(store, name) == BOTH_SAY
    assert list(store.recordings.iterdir()) == []


@only_sqlite
@pytest.mark.parametrize("growing", [1, 2, 3])
def test_parts_are_left_alone_while_one_may_still_grow(store: Store, growing: int) -> None:
    name = new_id(datetime.now(UTC))
    paths = record(store, name)
    for path in paths:
        os.utime(path, (0, 0))
    just_now = time.time() - QUIET_SECONDS / 2
    os.utime(paths[growing - 1], (just_now, just_now))

    assert take_in_orphans(store.intake, store.database, asterisk_alive=True).kept == ()

    assert all(path.exists() for path in paths)


@only_sqlite
def test_a_part_that_turns_up_after_its_message_was_settled_goes(store: Store) -> None:
    draft = store.begin()
    record(store, draft.id)
    store.intake.finish(draft.id)
    late = speak(REQUEST, path=part(store, draft.id, 3))
    os.utime(late, (0, 0))

    take_in_orphans(store.intake, store.database, asterisk_alive=True)

    assert list(store.recordings.iterdir()) == []
    assert said(store, draft.id) == BOTH_SAY


ID = "0198f2a0-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("name", "draft"),
    [
        (ID, ID),
        (f"{ID}-2", ID),
        (f"{ID}-9999", ID),
        *((name, None) for name in (f"{ID}-1", f"{ID}-0", f"{ID}-02", f"{ID}-10000", f"{ID}-x")),
        *(
            (name, None)
            for name in (f"{ID}-", f"x-{ID}", f"{ID}-2-3", "../../etc/passwd", "-" * 36)
        ),
    ],
)
def test_whose_part_a_recording_is(name: str, draft: str | None) -> None:
    assert draft_of(name) == draft


def test_a_recording_that_is_no_drafts_has_no_parts(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "1786696205_7495_1_17.1.wav", b"")
    write_wav(tmp_path / "1786696205_7495_1_17.1-2.wav", b"")

    assert parts_of(path) == [path]

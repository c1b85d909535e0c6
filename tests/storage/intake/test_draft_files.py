"""While the database is away a slip stands in for the draft: the message is kept all the same."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.errors import DatabaseUnavailable, NotFound, SpoolError
from storage.identifiers import new_id
from storage.intake.draft_files import LARGEST, DraftFiles
from storage.intake.intake import Draft, Empty, Kept
from storage.intake.reconcile import settle, take_in_orphans
from storage.messages.repository import Query
from tests.refusals import refuses
from tests.speech import silence, speak, write_wav
from tests.storage.conftest import ANNA, REQUEST, Store, envelope, kept


def only_message(store: Store) -> str:
    (message,) = store.messages.list(Query()).messages
    return message.id


def settle_all(store: Store, live_calls: tuple[str, ...] = ()) -> tuple[str, ...]:
    return settle(store.intake, store.intake.drafts.open(), live_calls).kept


def test_a_message_begun_on_a_slip_is_kept_like_any_other(store: Store) -> None:
    draft = store.begin_without_database(ANNA)
    recorded = speak(REQUEST, path=store.recording(draft)).read_bytes()

    assert kept(store.intake.finish(draft.id)).id == draft.id

    message = store.messages.get(draft.id)
    assert store.messages.read(message) == recorded
    assert (message.box, message.addressee_number) == ("employee", "101")
    assert (message.caller_number, message.dialled) == ("+79161234567", "74951234567")
    assert store.messages.list(Query(search="Щукина")).messages == (message,)
    assert list(store.recordings.iterdir()) == []


def test_finishing_again_finds_what_a_slip_became(store: Store) -> None:
    draft = store.begin_without_database()
    speak(REQUEST, path=store.recording(draft))

    assert store.intake.finish(draft.id) == store.intake.finish(draft.id)

    assert only_message(store) == draft.id


def test_a_slip_of_silence_becomes_nothing(store: Store) -> None:
    draft = store.begin_without_database()
    write_wav(store.recording(draft), silence(3))

    assert store.intake.finish(draft.id) == Empty(draft.id)
    assert store.intake.finish(draft.id) == Empty(draft.id)
    assert list(store.recordings.iterdir()) == []


@pytest.mark.parametrize("late", ["before it is kept", "after it is kept"])
def test_the_row_that_came_too_late_and_the_slip_are_one_draft(store: Store, late: str) -> None:
    about = envelope()
    draft = store.intake.begin_without_database(about)
    speak(REQUEST, path=store.recording(draft))

    if late == "after it is kept":
        store.intake.finish(draft.id)
    assert store.intake.begin(about) == draft

    assert len(store.intake.drafts.open()) == (late == "before it is kept")
    assert isinstance(store.intake.finish(draft.id), Kept)
    assert only_message(store) == draft.id
    assert list(store.recordings.iterdir()) == []


def test_slips_whose_call_is_over_are_settled(store: Store) -> None:
    over = store.begin_without_database(call_id="over")
    alive = store.begin_without_database(call_id="alive")
    for draft in (over, alive):
        speak(REQUEST, path=store.recording(draft))

    assert settle_all(store, live_calls=("alive",)) == (over.id,)

    assert settle_all(store) == (alive.id,)
    assert list(store.recordings.iterdir()) == []


def test_the_recording_of_a_slip_is_no_orphan(store: Store) -> None:
    draft = store.begin_without_database()
    speak(REQUEST, path=store.recording(draft))

    take_in_orphans(store.intake, store.database, asterisk_alive=False)

    assert store.messages.list(Query()).messages == ()
    assert settle_all(store) == (draft.id,)


@pytest.mark.parametrize("on_slips", ["111", "110", "101", "011", "100", "010", "001"])
def test_what_the_caller_takes_back_is_not_delivered(store: Store, on_slips: str) -> None:
    """Three tries, some of them begun while the database was away."""
    drafts: list[Draft] = []
    for on_slip in on_slips:
        begin = store.begin_without_database if on_slip == "1" else store.begin
        drafts.append(begin(replaces=drafts[-1] if drafts else None))
        speak(REQUEST, path=store.recording(drafts[-1]))

    assert settle_all(store) == (drafts[-1].id,)

    assert only_message(store) == drafts[-1].id
    assert list(store.recordings.iterdir()) == []


def test_slips_that_take_back_each_other_lose_nothing(store: Store) -> None:
    first = store.begin_without_database()
    second = store.begin_without_database(replaces=first)
    slip = json.loads(DraftFiles(store.recordings).path(first.id).read_text())
    DraftFiles(store.recordings).path(first.id).write_text(
        json.dumps(slip | {"replaces": second.id})
    )
    for draft in (first, second):
        speak(REQUEST, path=store.recording(draft))

    assert len(settle_all(store)) == 1

    assert list(store.recordings.iterdir()) == []


def test_nobody_takes_back_the_message_of_another_call(store: Store) -> None:
    theirs = store.begin(call_id="another call")
    ours = store.begin_without_database(replaces=theirs)
    for draft in (theirs, ours):
        speak(REQUEST, path=store.recording(draft))

    assert set(settle_all(store)) == {theirs.id, ours.id}


def test_a_slip_left_by_a_crash_after_the_commit_only_has_to_go(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = store.begin_without_database()
    speak(REQUEST, path=store.recording(draft))
    with monkeypatch.context() as crash:
        crash.setattr(Path, "unlink", lambda *_, **__: None)
        store.intake.finish(draft.id)
    assert len(list(store.recordings.iterdir())) == 2

    settle_all(store)

    assert only_message(store) == draft.id
    assert list(store.recordings.iterdir()) == []


def test_a_slip_waits_for_the_database(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = store.begin_without_database()
    speak(REQUEST, path=store.recording(draft))

    def gone(*_: object) -> None:
        raise DatabaseUnavailable("the database cannot be used: it is gone")

    with monkeypatch.context() as away:
        away.setattr("storage.database.engine.Database.session", gone)
        with pytest.raises(DatabaseUnavailable):
            settle_all(store)
    assert len(list(store.recordings.iterdir())) == 2

    assert settle_all(store) == (draft.id,)


def test_no_slip_can_be_written_where_there_is_no_folder(store: Store) -> None:
    store.recordings.rmdir()

    with refuses(SpoolError, "No such file"):
        store.begin_without_database()


def test_a_slip_that_does_not_reach_the_disk_is_none(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", broken)
        with refuses(SpoolError, "Input/output error"):
            store.begin_without_database()

    assert list(store.recordings.iterdir()) == []


def test_texts_of_strangers_survive_a_slip(store: Store) -> None:
    name = "x" * 10_000 + '"\\\n\x1b</script>\0\ud800Ё😀'
    draft = store.intake.begin_without_database(envelope(caller_name=name))
    speak(REQUEST, path=store.recording(draft))
    store.intake.finish(draft.id)

    expected = name.replace("\0", "\ufffd").replace("\ud800", "\ufffd")
    assert store.messages.get(draft.id).caller_name == expected


# -- what somebody else may have made of a slip ------------------------------------------------

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what the database has no part in."""


def changed(**values: object) -> Callable[[Path], None]:
    def change(slip: Path) -> None:
        slip.write_text(json.dumps(json.loads(slip.read_text()) | values))

    change.__name__ = str(values)[:40]
    return change


def in_mailbox(**values: object) -> Callable[[Path], None]:
    def change(slip: Path) -> None:
        document = json.loads(slip.read_text())
        document["mailbox"] |= values
        slip.write_text(json.dumps(document))

    change.__name__ = f"mailbox {values}"[:40]
    return change


def half_written(slip: Path) -> None:
    slip.write_bytes(slip.read_bytes()[:100])


def empty(slip: Path) -> None:
    slip.write_bytes(b"")


def binary(slip: Path) -> None:
    slip.write_bytes(bytes(range(256)) * 10)


def too_deep(slip: Path) -> None:
    slip.write_text("[" * 100_000)


def huge(slip: Path) -> None:
    os.truncate(slip, 2 << 30)


def little_too_long(slip: Path) -> None:
    slip.write_bytes(slip.read_bytes().ljust(LARGEST + 1))


def a_link(slip: Path) -> None:
    elsewhere = slip.parent.parent / "elsewhere.json"
    elsewhere.write_bytes(slip.read_bytes())
    slip.unlink()
    slip.symlink_to(elsewhere)


def a_pipe(slip: Path) -> None:
    slip.unlink()
    os.mkfifo(slip)


NONSENSE = [
    *(half_written, empty, binary, too_deep, huge, little_too_long, a_link, a_pipe),
    changed(id="../../etc/passwd"),
    changed(id=new_id.__module__),
    changed(received_at="1969-12-31T00:00:00+00:00"),
    changed(received_at="9999-12-31T23:59:59+00:00"),
    changed(received_at="2026-08-14T06:30:05"),
    changed(received_at="tomorrow"),
    changed(min_speech=float("nan")),
    changed(min_speech="much"),
    changed(source="telepathy"),
    changed(call_id=None),
    changed(mailbox=None),
    changed(replaces="x" * 100),
    in_mailbox(box="letter"),
    in_mailbox(company_id="x" * 100),
    in_mailbox(numbers=[{}]),
]


@only_sqlite
@pytest.mark.parametrize("nonsense", NONSENSE, ids=lambda change: change.__name__)
def test_a_slip_that_makes_no_sense_loses_nothing(
    store: Store, nonsense: Callable[[Path], None]
) -> None:
    draft = store.begin_without_database()
    speak(REQUEST, path=store.recording(draft))
    nonsense(DraftFiles(store.recordings).path(draft.id))

    assert settle_all(store) == ()
    with pytest.raises(NotFound):
        store.intake.finish(draft.id)
    take_in_orphans(store.intake, store.database, asterisk_alive=False)

    (message,) = store.messages.list(Query(company="unassigned")).messages
    assert message.id == draft.id
    assert list(store.recordings.iterdir()) == []


@only_sqlite
@pytest.mark.parametrize("nonsense", [empty, a_link, a_pipe, huge], ids=lambda c: c.__name__)
def test_without_a_recording_it_just_goes(store: Store, nonsense: Callable[[Path], None]) -> None:
    draft = store.begin_without_database()
    nonsense(DraftFiles(store.recordings).path(draft.id))

    take_in_orphans(store.intake, store.database, asterisk_alive=False)

    assert list(store.recordings.iterdir()) == []


@pytest.mark.parametrize("value", ["x" * 36, "тест"])
def test_what_a_slip_may_say_the_database_takes(store: Store, value: str) -> None:
    draft = store.begin_without_database()
    for change in (in_mailbox(company_id=value, timezone=value), changed(call_id=value * 1000)):
        change(DraftFiles(store.recordings).path(draft.id))
    changed(received_at="2199-12-31T23:59:59+00:00", min_speech=-1e300)(
        DraftFiles(store.recordings).path(draft.id)
    )
    speak(REQUEST, path=store.recording(draft))

    assert settle_all(store) == (draft.id,)


def test_files_with_other_names_are_none_of_our_business(store: Store) -> None:
    draft = store.begin_without_database()
    slip = DraftFiles(store.recordings).path(draft.id)
    other = slip.rename(store.recordings / "settings.json")

    assert store.intake.drafts.open() == []
    take_in_orphans(store.intake, store.database, asterisk_alive=False)

    assert other.exists()

"""Removing for good: row and audio go together, wherever the power fails."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import event, select, text, update

from storage.actor import EVERYTHING, Scope
from storage.audio.store import LocalAudio
from storage.audit import AuditLog, AuditQuery
from storage.companies.directory import Directory
from storage.database.tables import MessageRow
from storage.errors import AudioError, NotFound
from storage.intake.mailboxes import unassigned_mailbox
from storage.messages.orphaned_audio import orphan_audio
from storage.messages.repository import Query
from storage.retention import purge
from storage.retention.report import Effect, Report, Whose
from storage.retention.retention import Retention
from tests.acting import ME
from tests.storage.conftest import ANNA, COMPANY, Store
from web.language.problems import sentence

NOW = timedelta(0)


class PowerCut(BaseException):
    """Nothing after this happens."""


class Watched(LocalAudio):
    """A folder of audio that tells before and after each file that goes."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.before: Callable[[str], None] = lambda _key: None
        self.after: Callable[[str], None] = lambda _key: None

    def delete(self, key: str) -> None:
        self.before(key)
        super().delete(key)
        self.after(key)


@pytest.fixture
def audio(store: Store) -> Watched:
    return Watched(store.audio.folder)


@pytest.fixture
def retention(store: Store, audio: Watched) -> Retention:
    return Retention(store.database, audio, lambda: Directory(0, {}))


def found(store: Store, *, deleted: bool = False) -> list[str]:
    return [message.id for message in store.messages.each(Query(deleted=deleted))]


def rows(store: Store) -> set[str]:
    with store.database.reading() as session:
        return set(session.scalars(select(MessageRow.id)))


def files(store: Store) -> set[str]:
    return {path.stem for path in store.audio_files()}


def delete(store: Store, *ids: str, days_ago: float = 0) -> None:
    store.messages.delete_many(ids, by=ME)
    deleted = datetime.now(UTC) - timedelta(days=days_ago)
    with store.database.session() as session:
        these = update(MessageRow).where(MessageRow.id.in_(ids))
        session.execute(these.values(deleted_at=deleted))


def test_purging_removes_what_is_long_in_the_trash(store: Store) -> None:
    stays, old, new = (store.receive() for _ in range(3))
    delete(store, old, days_ago=31)
    delete(store, new)

    assert store.retention.purge(timedelta(days=30), by=ME).total.removed == 1

    assert found(store) == [stays]
    assert found(store, deleted=True) == [new]
    assert rows(store) == files(store) == {stays, new}
    with pytest.raises(NotFound):
        store.messages.get(old)


def test_purging_goes_through_any_number(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.retention.purge.BATCH", 2)
    delete(store, *(store.receive() for _ in range(5)))

    assert store.retention.purge(NOW, by=ME).total.removed == 5
    assert store.audio_files() == []
    if store.database.is_sqlite:
        with store.database.reading() as session:
            assert session.execute(text("SELECT count(*) FROM message_search")).scalar() == 0


def test_a_company_empties_its_own_trash(store: Store) -> None:
    deleted, kept, held = (store.receive() for _ in range(3))
    others = store.receive(replace(COMPANY, company_id=str(UUID(int=7)), company="Лютик"))
    nobodys = store.receive(unassigned_mailbox("7"))
    delete(store, deleted, held, others, nobodys)
    store.messages.hold([held], reason="case 7", by=ME)
    mine = Scope(COMPANY.company_id)
    size = store.messages.get(deleted).size

    assert store.retention.trash(mine) == Effect(removed=1, removed_bytes=size, held=1)
    assert store.retention.empty_trash(mine, datetime.now(UTC), by=ME) == (1, size)

    assert rows(store) == files(store) == {kept, held, others, nobodys}
    (entry,) = AuditLog(store.database).list(AuditQuery(action="messages.empty")).entries
    assert (entry.who, entry.company_id) == (ME.name, COMPANY.company_id)
    assert entry.details == {"messages": 1, "bytes": size}


def test_what_was_deleted_after_the_question_stays(store: Store) -> None:
    before, after = store.receive(), store.receive()
    delete(store, before)
    asked_at = datetime.now(UTC)
    delete(store, after)

    assert store.retention.empty_trash(EVERYTHING, asked_at, by=ME)[0] == 1

    assert found(store, deleted=True) == [after]


def test_a_store_that_lets_go_of_nothing_keeps_nobody_waiting(
    store: Store, audio: Watched, retention: Retention, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "SHORT_PATIENCE", 0.0)
    monkeypatch.setattr("storage.retention.purge.BATCH", 1)
    deleted = {store.receive() for _ in range(3)}
    delete(store, *deleted)

    def fail(key: str) -> None:
        raise AudioError(f"{key} cannot be removed")

    audio.before = fail
    assert retention.empty_trash(EVERYTHING, datetime.now(UTC), by=ME)[0] == 3
    assert found(store, deleted=True) == []
    assert files(store) == deleted, "the next run removes them"

    audio.before = lambda _key: None
    retention.run(timedelta(days=30), by=ME)
    assert rows(store) == files(store) == set()


def test_it_is_told_box_by_box_before_and_after(store: Store) -> None:
    company, annas, nobodys = (
        store.receive(),
        store.receive(ANNA),
        store.receive(unassigned_mailbox("7")),
    )
    size = store.messages.get(company).size
    held = store.receive(ANNA)
    delete(store, company, annas, nobodys, held)
    store.messages.hold([held], reason="case 7", by=ME)

    told = store.retention.rehearse_purge(NOW)

    hers = Whose("Ромашка", "employee", "101")
    assert told.effects == {
        Whose("Ромашка", "company", ""): Effect(removed=1, removed_bytes=size),
        hers: Effect(removed=1, removed_bytes=store.messages.get(annas).size, held=1),
        Whose("unassigned", "company", ""): Effect(
            removed=1, removed_bytes=store.messages.get(nobodys).size
        ),
    }
    assert rows(store) == {company, annas, nobodys, held}, "nothing has changed"
    done = store.retention.purge(NOW, by=ME)
    assert done.total == replace(told.total, held=0)
    assert rows(store) == files(store) == {held}
    assert store.retention.rehearse_purge(NOW).effects == {hers: Effect(held=1)}


def test_it_is_in_the_log_of_whose_messages_they_were(store: Store) -> None:
    ids = [store.receive(), store.receive(), store.receive(unassigned_mailbox("7"))]
    delete(store, *ids)
    store.retention.purge(NOW, by=ME)
    store.retention.purge(NOW, by=ME)

    entries = AuditLog(store.database).list(AuditQuery(action="messages.")).entries

    told = {entry.company_id: entry.details for entry in entries}
    assert len(entries) == 2, "and nothing of the run that found nothing"
    assert told.keys() == {COMPANY.company_id, None}
    assert [details["messages"] for details in told.values()].count(1) == 1  # type: ignore[index]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_power_cut_at_the_audio_leaves_nothing_that_the_next_run_does_not_find(
    store: Store, audio: Watched, retention: Retention, moment: str
) -> None:
    stays, *ids = (store.receive() for _ in range(4))
    delete(store, *ids)

    def cut(_key: str) -> None:
        raise PowerCut

    setattr(audio, moment, cut)
    with pytest.raises(PowerCut):
        retention.purge(NOW, by=ME)

    left = set(ids)
    assert rows(store) == left | {stays}, "a row goes last"
    assert len(files(store) & left) == (3 if moment == "before" else 2)
    assert found(store) == [stays]
    assert found(store, deleted=True) == [], "what may have no audio cannot be restored"
    for change in (store.messages.restore_many, store.messages.delete_many):
        with pytest.raises(NotFound):
            change([ids[0]], by=ME)
    with pytest.raises(NotFound):
        store.messages.hold([ids[0]], reason="too late", by=ME)
    assert retention.rehearse_purge(timedelta(days=30)).total.removed == 3

    setattr(audio, moment, lambda _key: None)
    retention.tidy(NOW)  # a draft it is not
    assert rows(store) == left | {stays}
    assert retention.purge(timedelta(days=30), by=ME).total.removed == 3
    assert rows(store) == files(store) == {stays}


def test_a_power_cut_at_any_statement(store: Store, retention: Retention) -> None:
    """Of the database; after each, all is as before or gone after the next run."""
    stays = store.receive()
    for moment in range(1, 40):
        ids = {store.receive() for _ in range(2)}
        delete(store, *ids)
        with suppress(PowerCut), power_until(store, moment) as cut:
            retention.purge(NOW, by=ME)
        assert {stays} <= files(store) & rows(store)
        assert files(store) <= rows(store), "never audio without its row"
        listed = {*found(store), *found(store, deleted=True)}
        assert listed <= files(store), "never a message without its audio"
        retention.purge(NOW, by=ME)
        assert rows(store) == files(store) == {stays}
        if not cut():
            assert moment > 8
            return
    raise AssertionError("it never came to an end")


@contextmanager
def power_until(store: Store, statement: int) -> Iterator[Callable[[], bool]]:
    """Power for so many statements; whether it was cut."""
    engine = store.database._engine
    executed = 0

    def count(*_: object) -> None:
        nonlocal executed
        executed += 1
        if executed >= statement:
            raise PowerCut

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield lambda: executed >= statement
    finally:
        event.remove(engine, "before_cursor_execute", count)


def test_audio_that_cannot_be_removed_keeps_its_row_and_stops_nobody(
    store: Store, audio: Watched, retention: Retention
) -> None:
    ids = [store.receive() for _ in range(3)]
    delete(store, *ids)

    def refuse(key: str) -> None:
        if ids[1] in key:
            raise AudioError("the file is stuck")

    audio.before = refuse
    report = retention.purge(NOW, by=ME)

    assert (report.total.removed, report.failed) == (2, 1)
    assert [*map(sentence, report.failures)] == [
        f"message {ids[1]} is not removed: the file is stuck"
    ]
    assert rows(store) == files(store) == {ids[1]}
    assert retention.purge(NOW, by=ME).failed == 1, "it is told each time"

    audio.before = lambda _key: None
    assert retention.purge(NOW, by=ME) == Report(
        {Whose("Ромашка", "company", ""): Effect(0, 1, report.total.removed_bytes // 2)}
    )
    assert rows(store) == files(store) == set()


def test_a_store_that_is_away_is_not_asked_for_ever(
    store: Store, audio: Watched, retention: Retention, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete(store, *(store.receive() for _ in range(3)))
    asked: list[str] = []

    def refuse(key: str) -> None:
        asked.append(key)
        raise AudioError("the store is away")

    audio.before = refuse
    monkeypatch.setattr(purge, "PATIENCE", -1.0)
    monkeypatch.setattr(purge, "BATCH", 2)
    assert retention.purge(NOW, by=ME).failed == 0, "out of patience before it began"
    monkeypatch.setattr(purge, "PATIENCE", 0.0)
    assert retention.purge(NOW, by=ME).failed == len(asked) == 1
    assert len(rows(store)) == len(files(store)) == 3


def test_who_restores_or_holds_while_it_runs_comes_before_or_after(
    store: Store, retention: Retention, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message is taken back whole, or it is not there any more."""
    monkeypatch.setattr(purge, "BATCH", 2)
    ids = [store.receive() for _ in range(12)]
    delete(store, *ids)
    begin = threading.Barrier(3)
    saved: set[str] = set()

    def restore() -> None:
        begin.wait()
        for message_id in reversed(ids[:6]):
            with suppress(NotFound):
                saved.update(store.messages.restore_many([message_id], by=ME))

    def hold() -> None:
        begin.wait()
        for message_id in reversed(ids[6:]):
            with suppress(NotFound):
                saved.update(store.messages.hold([message_id], reason="case 7", by=ME))

    threads = [threading.Thread(target=each) for each in (restore, hold)]
    for thread in threads:
        thread.start()
    begin.wait()
    report = retention.purge(NOW, by=ME)
    for thread in threads:
        thread.join()
    retention.purge(NOW, by=ME)

    assert rows(store) == files(store) == saved
    assert {*found(store), *found(store, deleted=True)} == saved
    assert report.failed == 0


def test_two_at_once_remove_each_message_once(store: Store, retention: Retention) -> None:
    delete(store, *(store.receive() for _ in range(10)))
    begin = threading.Barrier(2)
    removed: list[int] = []

    def purge() -> None:
        begin.wait()
        removed.append(retention.purge(NOW, by=ME).total.removed)

    threads = [threading.Thread(target=purge) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(removed) == 10
    assert rows(store) == files(store) == set()


def test_audio_without_a_message_is_told_and_left_alone(store: Store) -> None:
    kept, deleted = store.receive(), store.receive()
    delete(store, deleted)
    for name in ("2025/01/a.wav", "2026/07/b.wav", ".incoming/c.part", "2026/07/note.txt"):
        path = store.audio.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"somebody's words")
    before = store.audio_files()

    assert orphan_audio(store.database, store.audio.folder).count == 0, "they are too young"
    for path in before:
        age(path)

    told = orphan_audio(store.database, store.audio.folder)
    assert told.keys == ("2026/07/b.wav", "2025/01/a.wav")
    assert (told.count, told.looked_at, told.is_all) == (2, 4, True)
    some = orphan_audio(store.database, store.audio.folder, look_at=3)
    assert (some.looked_at, some.is_all) == (3, False)
    assert orphan_audio(store.database, store.folder / "none").is_all
    assert store.audio_files() == before
    assert {kept, deleted} <= files(store)


def age(path: Path) -> None:
    """Make a file two hours old."""

    old = path.stat().st_mtime - 7200
    os.utime(path, (old, old))

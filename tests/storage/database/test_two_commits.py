"""A message known only from a slip or a file takes two commits; a crash may come in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.companies.directory import Directory
from storage.database.tables import MessageRow
from storage.identifiers import new_id
from storage.intake.intake import Intake
from storage.intake.reconcile import settle, take_in_fallback, take_in_orphans
from storage.intake.rows import MessageRows
from storage.messages.repository import Query
from tests.speech import speak
from tests.storage.conftest import REQUEST, Store

RECORDED = datetime(2026, 8, 14, 6, 30, tzinfo=UTC)
Begin = Callable[[Store, Path], list[Path]]
"""Leaves recordings behind; the caller meant the last of them."""


@pytest.fixture
def fallback(store: Store) -> Path:
    """Where Asterisk records alone."""
    folder = store.folder / "spool" / "voicepost"
    folder.mkdir()
    return folder


def on_a_slip(store: Store, _: Path) -> list[Path]:
    return [store.recording(store.begin_without_database())]


def on_two_draft_files(store: Store, _: Path) -> list[Path]:
    first = store.begin_without_database()
    second = store.begin_without_database(replaces=first)
    return [store.recording(first), store.recording(second)]


def of_the_fallback(_: Store, fallback: Path) -> list[Path]:
    return [fallback / "1786696205_74951234567_79161234567_1786696205.17.wav"]


def of_nobody(store: Store, _: Path) -> list[Path]:
    return [store.recordings / f"{new_id(RECORDED)}.wav"]


@pytest.mark.parametrize("begin", [on_a_slip, on_two_draft_files, of_the_fallback, of_nobody])
def test_nothing_is_lost_and_nothing_doubled(
    store: Store, fallback: Path, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    recordings = begin(store, fallback)
    recorded = [speak(REQUEST, path=path).read_bytes() for path in recordings]
    crash_between_the_commits(store, fallback, monkeypatch)
    assert states(store) == ["recording"] * len(recordings)
    assert [path.read_bytes() for path in recordings] == recorded

    after = Intake(store.database, store.audio, store.recordings)  # remembers nothing
    take_in_all(after, store, fallback)
    take_in_all(after, store, fallback)

    (message,) = store.messages.list(Query()).messages
    assert store.messages.read(message) == recorded[-1]
    assert len(store.audio_files()) == 1
    assert states(store) == ["discarded"] * (len(recordings) - 1) + ["kept"]
    assert [*store.recordings.iterdir(), *fallback.iterdir()] == []


class Killed(BaseException):
    """The end of the process: nothing is tidied up after it."""


def crash_between_the_commits(
    store: Store, fallback: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as crash, pytest.raises(Killed):
        crash.setattr(MessageRows, "settle", killed)
        take_in_all(store.intake, store, fallback)


def take_in_all(intake: Intake, store: Store, fallback: Path) -> None:
    """What the service does when it starts."""
    settle(intake, intake.drafts.open(), live_calls=())
    take_in_fallback(intake, fallback, Directory(0, {}), (), asterisk_alive=False)
    take_in_orphans(intake, store.database, asterisk_alive=False)


def states(store: Store) -> list[str]:
    """Of all rows, in the order of their calls."""
    with store.database.reading() as session:
        return list(session.scalars(select(MessageRow.state).order_by(MessageRow.id)))

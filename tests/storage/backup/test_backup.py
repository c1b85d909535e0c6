"""Backups, made while people call, and restored on the same or the other kind of database."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from storage.actor import EVERYTHING
from storage.audio.upload_queue import OutboxAudio
from storage.audit import note
from storage.backup.home import Home
from storage.backup.making import back_up
from storage.backup.tables import Tables
from storage.backup.verifying import verify
from storage.errors import NotFound, StorageError
from storage.intake.intake import Kept
from storage.intake.reconcile import settle, take_in_orphans
from storage.office.prompts import PromptLibrary
from tests.acting import ME
from tests.refusals import refuses
from tests.speech import speak
from tests.storage.conftest import ANNA, COMPANY, REQUEST
from tests.storage.homes import (
    MakeDatabase,
    backed_up,
    databases,
    empty_home,
    listed,
    purge,
    quiet,
    restored,
    rows,
    store_in,
    sums,
    used_home,
)
from tests.storage.object_store import object_store
from web.language.problems import sentence

KINDS = ("sqlite", "postgresql")


@pytest.fixture
def make_database(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[MakeDatabase]:
    with databases(tmp_path, request) as make:
        yield make


@pytest.fixture
def home(tmp_path: Path, make_database: MakeDatabase) -> Home:
    """A home that has been used, on SQLite."""
    return used_home(tmp_path / "home", make_database("sqlite"))


@pytest.fixture
def other(tmp_path: Path, make_database: MakeDatabase) -> Home:
    """An empty home, on SQLite."""
    return empty_home(tmp_path / "other", make_database("sqlite"))


@pytest.mark.parametrize("into", KINDS)
@pytest.mark.parametrize("source", KINDS)
def test_all_of_a_home_comes_back_on_either_database(
    tmp_path: Path, make_database: MakeDatabase, source: str, into: str
) -> None:
    home = used_home(tmp_path / "home", make_database(source))
    other = empty_home(tmp_path / "other", make_database(into))

    made = backed_up(home, tmp_path / "backup.tar")
    done = restored(made.path, other)

    assert (made.messages, made.purged, made.damaged) == (5, [], [])
    assert (done.messages, done.unfiled, done.waiting) == (5, 0, 0)
    before, after = rows(home.database), rows(other.database)
    assert all(before.values()), "every table has to have rows for this to say anything"
    assert after == before
    assert sums(other) == sums(home)
    assert len(sums(other)) == 5
    for search in ("", "пётр 1", "щукина"):
        assert listed(other, search) == listed(home, search) != []
    months = store_in(home).messages.months(EVERYTHING)
    assert store_in(other).messages.months(EVERYTHING) == months != []
    prompts = sorted(path.name for path in home.prompts.iterdir())
    assert sorted(path.name for path in other.prompts.iterdir()) == prompts != []


@pytest.mark.parametrize("into", KINDS)
def test_a_restored_home_goes_on(
    tmp_path: Path, make_database: MakeDatabase, into: str, home: Home
) -> None:
    """Numbers go on where they were, also those whose rows are long gone; messages come in."""
    with home.database.session() as session:
        for _ in range(3):
            note(session, ME, "test", company_id=None)
    with home.database.session() as session:
        session.connection().exec_driver_sql("DELETE FROM audit WHERE action = 'test'")
        session.connection().exec_driver_sql("DELETE FROM news")
    other = empty_home(tmp_path / "other", make_database(into))
    restored(backed_up(home, tmp_path / "backup.tar").path, other)

    for each in (home, other):
        store = store_in(each)
        store.messages.delete(store.receive(ANNA, name="Новый"), by=ME)
        assert purge(each) == 2

    numbers = [numbers_of(each) for each in (home, other)]
    assert numbers[0] == numbers[1]
    assert listed(other, "новый") == []


def numbers_of(home: Home) -> dict[str, int]:
    with home.database.snapshot() as connection:
        return Tables(connection).sequences()


def test_a_message_that_comes_meanwhile_is_in_the_next_backup(
    tmp_path: Path, home: Home, other: Home
) -> None:
    """The backup is of one moment: rows, counts and audio."""
    before, months = listed(home), store_in(home).messages.months(EVERYTHING)

    def call(done: int, total: int) -> None:
        if done == 1:
            store_in(home).receive(ANNA)

    made = back_up(home, tmp_path / "backup.tar", call)
    restored(made.path, other)

    assert len(listed(home)) == len(before) + 1
    assert listed(other) == before
    assert store_in(other).messages.months(EVERYTHING) == months


@pytest.mark.parametrize("source", KINDS)
def test_a_message_purged_meanwhile_is_left_out_with_its_audio(
    tmp_path: Path, make_database: MakeDatabase, source: str, other: Home
) -> None:
    home = used_home(tmp_path / "home", make_database(source))
    repository = store_in(home).messages
    newest = listed(home)[0][0]

    def clean_up(done: int, total: int) -> None:
        if done == 1:
            repository.delete(newest, by=ME)
            purge(home)

    made = back_up(home, tmp_path / "backup.tar", clean_up)
    restored(made.path, other)

    assert newest in made.purged
    assert made.damaged == []
    assert listed(other) == listed(home) != []
    assert sums(other) == sums(home)
    assert store_in(other).messages.months(EVERYTHING) == repository.months(EVERYTHING)
    assert dict(rows(other.database), addressees=0).keys() == rows(home.database).keys()
    assert len(rows(other.database)["unheard"]) == len(rows(home.database)["unheard"])


def test_damaged_audio_is_told_and_ends_no_backup(tmp_path: Path, home: Home, other: Home) -> None:
    repository = store_in(home).messages
    lost, changed = (repository.get(message_id) for message_id, _ in listed(home)[:2])
    home.audio.delete(lost.audio_key)
    home.audio.put(changed.audio_key, b"something else")

    made = backed_up(home, tmp_path / "backup.tar")
    restored(made.path, other)

    assert [problem.params["id"] for problem in made.damaged] == [changed.id, lost.id]
    assert listed(other) == listed(home)
    with pytest.raises(NotFound):
        store_in(other).messages.read(lost)
    assert rows(other.database) == rows(home.database)


def test_what_is_being_said_is_in_the_backup(tmp_path: Path, home: Home, other: Home) -> None:
    """Drafts, in as many parts as Asterisk made of them, are settled where they are restored."""
    store = store_in(home)
    draft = store.begin(ANNA)
    whole = speak(REQUEST, path=store.recording(draft)).read_bytes()
    # Asterisk writes the length into the header when the recording ends.
    store.recording(draft).write_bytes(
        whole[:4] + b"\0\0\0\0" + whole[8:40] + b"\0\0\0\0" + whole[44:]
    )
    part = store.recordings / f"{draft.id}-2.wav"
    part.write_bytes(whole)

    done = restored(backed_up(home, tmp_path / "backup.tar").path, other)

    assert done.unfiled == 2
    assert (other.recordings / part.name).read_bytes() == whole
    intake = store_in(other).intake
    settled = settle(intake, intake.drafts.open(), [])
    assert settled.kept == (draft.id,)
    message = store_in(other).messages.get(draft.id)
    assert message.cut_off
    assert message.duration > 3


def test_a_draft_filed_meanwhile_loses_nothing(
    tmp_path: Path, home: Home, other: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row is in the backup as a draft, its audio as what the draft had recorded."""
    store = store_in(home)
    draft = store.begin(ANNA)
    speak(REQUEST, path=store.recording(draft))
    revision = Tables.revision

    def meanwhile(tables: Tables) -> str:
        answer = revision(tables)
        assert isinstance(store.intake.finish(draft.id), Kept)
        return answer

    monkeypatch.setattr(Tables, "revision", meanwhile)
    made = backed_up(home, tmp_path / "backup.tar")
    restored(made.path, other)
    intake = store_in(other).intake
    settle(intake, intake.drafts.open(), [])

    assert sums(other) == sums(home)
    assert draft.id in sums(other)


def test_a_draft_begun_while_the_database_was_away_finds_its_box(
    tmp_path: Path, home: Home, other: Home
) -> None:
    """Its slip is in the backup with its recording."""
    store = store_in(home)
    draft = store.begin_without_database(ANNA)
    speak(REQUEST, path=store.recording(draft))

    done = restored(backed_up(home, tmp_path / "backup.tar").path, other)
    intake = store_in(other).intake
    settled = settle(intake, intake.drafts.open(), [])

    assert done.unfiled == 1
    assert settled.kept == (draft.id,)
    assert store_in(other).messages.get(draft.id).addressee_name == ANNA.addressee_name


def test_recordings_nobody_has_filed_are_in_the_backup(
    tmp_path: Path, home: Home, other: Home
) -> None:
    """Those that Asterisk made alone, and those nobody knows."""
    store_in(home)
    home.fallback.mkdir(parents=True)
    alone = speak(REQUEST, path=home.fallback / "1790000000_74951234567_+7 916*_1790.12.wav")
    odd = home.fallback / os.fsdecode(b"\xff\xfe %2F.wav")
    odd.write_bytes(b"odd")
    nobodys = speak(REQUEST, path=home.recordings / "01a204c5-87a1-7000-8000-000000000001.wav")

    done = restored(backed_up(home, tmp_path / "backup.tar").path, other)

    assert done.unfiled == 3
    assert (other.fallback / alone.name).read_bytes() == alone.read_bytes()
    assert (other.fallback / odd.name).read_bytes() == b"odd"
    taken = take_in_orphans(store_in(other).intake, other.database, asterisk_alive=False)
    assert taken.kept == (nobodys.stem,)


def test_what_only_looks_like_a_recording_is_neither_followed_nor_waited_for(
    tmp_path: Path, home: Home
) -> None:
    home.fallback.mkdir(parents=True)
    (home.fallback / "link.wav").symlink_to("/etc/passwd")
    os.mkfifo(home.fallback / "pipe.wav")

    made = backed_up(home, tmp_path / "backup.tar")

    assert [sentence(problem).rpartition("/")[2] for problem in made.unread] == [
        "link.wav: link.wav is not a plain file",
        "pipe.wav: pipe.wav is not a plain file",
    ]
    assert verify(made.path, quiet).unfiled == 0


def test_recordings_of_the_spool_that_are_there_already_stay(
    tmp_path: Path, home: Home, other: Home
) -> None:
    """The database was lost, the spool was not: what is there is no older than the backup."""
    store = store_in(home)
    draft = store.begin()
    store.recording(draft).write_bytes(b"half")
    made = backed_up(home, tmp_path / "backup.tar")
    store_in(other).recording(draft).write_bytes(b"half and half")

    restored(made.path, other)

    assert store_in(other).recording(draft).read_bytes() == b"half and half"


def test_settings_are_kept_but_not_forced_on_anybody(
    tmp_path: Path, home: Home, other: Home
) -> None:
    other.folder.mkdir()
    other.settings_file.write_text("[web]\nport = 9000\n")

    restored(backed_up(home, tmp_path / "backup.tar").path, other)

    assert other.settings_file.read_text() == "[web]\nport = 9000\n"
    assert other.settings_of_backup.read_text() == home.settings_file.read_text()
    assert other.settings_of_backup.stat().st_mode & 0o077 == 0


def test_recordings_move_between_object_stores_and_folders(
    tmp_path: Path, make_database: MakeDatabase
) -> None:
    with object_store() as s3:
        audio = OutboxAudio(tmp_path / "outbox", s3.bucket())
        home = used_home(tmp_path / "home", make_database("sqlite"), audio)
        audio.upload(threading.Event())
        late = store_in(home).receive(ANNA)  # waits in the outbox
        made = backed_up(home, tmp_path / "backup.tar")
        folder = empty_home(tmp_path / "folder", make_database("sqlite"))
        restored(made.path, folder)

        s3.post("/moto-api/reset")
        s3.make_bucket()
        elsewhere = OutboxAudio(tmp_path / "elsewhere", s3.bucket())
        third = empty_home(tmp_path / "third", make_database("sqlite"), elsewhere)
        done = restored(backed_up(folder, tmp_path / "again.tar").path, third)
        assert done.waiting == 6
        assert elsewhere.upload(threading.Event()) == ()

        assert sums(folder) == sums(third)
        assert late in sums(third)
        assert len(s3.objects()) == 6
        fourth = empty_home(tmp_path / "fourth", make_database("sqlite"), elsewhere)
        with refuses(StorageError, "recordings in this home already"):
            restored(made.path, fourth)


def test_a_store_that_is_down_gives_no_backup(tmp_path: Path, make_database: MakeDatabase) -> None:
    """Better none than one that claims to be whole."""
    with object_store() as s3:
        audio = OutboxAudio(tmp_path / "outbox", s3.bucket())
        home = used_home(tmp_path / "home", make_database("sqlite"), audio)
        audio.upload(threading.Event())
        s3.stop()

        with refuses(StorageError, "Connection refused"):
            backed_up(home, tmp_path / "backup.tar")

    assert not list(tmp_path.glob("*.tar*")) + list(tmp_path.glob(".*"))


def test_an_ordinary_tar_checks_itself_with_ordinary_tools(tmp_path: Path, home: Home) -> None:
    made = backed_up(home, tmp_path / "backup.tar")
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()

    subprocess.run(["tar", "xf", made.path], cwd=unpacked, check=True)
    checked = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=unpacked, check=True, capture_output=True, text=True
    )

    assert len(list(unpacked.rglob("audio/*/*/*.wav"))) == 5
    assert "audio/2026/08" in checked.stdout
    assert "prompts/" in checked.stdout


def test_in_a_folder_a_backup_is_named_by_the_time(tmp_path: Path, home: Home) -> None:
    made = backed_up(home, tmp_path)

    assert made.path.parent == tmp_path
    assert made.path.name.startswith(f"voicepost-{datetime.now(UTC):%Y-%m-%d}")
    assert made.path.stat().st_mode & 0o077 == 0


def test_no_backup_replaces_another_file(tmp_path: Path, home: Home) -> None:
    (tmp_path / "backup.tar").write_text("another file")

    with refuses(StorageError, "is there already"):
        backed_up(home, tmp_path / "backup.tar")

    assert (tmp_path / "backup.tar").read_text() == "another file"


def test_a_backup_that_fails_leaves_nothing(
    tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(done: int, total: int) -> None:
        if done == 2:
            raise OSError(28, "No space left on device")

    with refuses(StorageError, "No space left"):
        back_up(home, tmp_path / "backup.tar", full)
    with refuses(StorageError, "No such file"):
        backed_up(home, tmp_path / "nowhere" / "backup.tar")

    assert not list(tmp_path.glob("*.tar*")) + list(tmp_path.glob(".*"))


def test_what_a_killed_backup_left_goes_with_the_next_one(tmp_path: Path, home: Home) -> None:
    left = tmp_path / ".backup.tar.x.voicepost-part"
    left.write_bytes(b"half")
    being_written: list[Any] = []

    def another(done: int, total: int) -> None:
        if done == 1:
            being_written.extend(tmp_path.glob(".first*"))
            back_up(home, tmp_path / "second.tar", quiet)

    back_up(home, tmp_path / "first.tar", another)

    assert len(being_written) == 1
    assert sorted(path.name for path in tmp_path.glob("*.tar")) == ["first.tar", "second.tar"]
    assert list(tmp_path.glob(".*")) == []


def test_a_backup_is_checked_without_a_home(tmp_path: Path, home: Home) -> None:
    made = backed_up(home, tmp_path / "backup.tar")

    assert verify(made.path, quiet).messages == 5


def test_an_older_backup_is_brought_up_to_date(
    tmp_path: Path, make_database: MakeDatabase, other: Home
) -> None:
    """Written when the tables were those of migration 0002."""
    from storage.database.engine import newest_revision, upgrade

    old = empty_home(tmp_path / "old", make_database("sqlite"))
    old.folder.mkdir()
    with old.database.filling() as connection:
        upgrade(connection, "0002")
        connection.exec_driver_sql(
            "INSERT INTO companies (id, name, config, version) VALUES ('1', 'Ромашка', '{}', 1)"
        )
    made = backed_up(old, tmp_path / "backup.tar")

    restored(made.path, other)

    assert other.database.revision() == newest_revision()
    (company,), (before,) = (rows(each.database)["companies"] for each in (other, old))
    assert json.loads(before).items() <= json.loads(company).items()


def test_a_restoration_that_was_killed_can_be_made_again(
    tmp_path: Path, home: Home, other: Home
) -> None:
    made = backed_up(home, tmp_path / "backup.tar")
    child = os.fork()
    if child == 0:  # killed half-way, as by a power cut
        from storage.backup.restoring import restore

        restore(made.path, other, lambda done, _: os._exit(0) if done == 3 else None)
    os.waitpid(child, 0)
    assert not other.audio.is_empty()

    restored(made.path, other)

    assert sums(other) == sums(home)
    assert rows(other.database) == rows(home.database)


@pytest.mark.parametrize("into", KINDS)
def test_only_an_empty_home_is_restored_into(
    tmp_path: Path, make_database: MakeDatabase, home: Home, into: str
) -> None:
    made = backed_up(home, tmp_path / "backup.tar")
    used = used_home(tmp_path / "used", make_database(into))
    before = rows(used.database), sums(used)
    with refuses(StorageError, "recordings in this home already"):
        restored(made.path, used)
    assert (rows(used.database), sums(used)) == before

    without_audio = empty_home(tmp_path / "without", used.database)
    with refuses(StorageError, "in use already"):
        restored(made.path, without_audio)
    assert (rows(used.database), sums(used)) == before
    assert without_audio.audio.is_empty()


def test_a_home_with_tables_and_nothing_in_them_is_empty(
    tmp_path: Path, home: Home, other: Home
) -> None:
    other.database.migrate()

    restored(backed_up(home, tmp_path / "backup.tar").path, other)

    assert rows(other.database) == rows(home.database)


def test_prompts_are_found_where_the_office_says(tmp_path: Path, home: Home, other: Home) -> None:
    restored(backed_up(home, tmp_path / "backup.tar").path, other)

    (digest,) = (path.stem for path in home.prompts.glob("*.wav"))
    assert PromptLibrary(other.prompts).has(digest)
    companies = b"".join(rows(other.database)["companies"])
    assert COMPANY.company in companies.decode("unicode_escape")

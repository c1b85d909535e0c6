"""Disks are full: what was said is not thrown away, and is filed when there is room again."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from storage.audio.store import LocalAudio
from storage.database.engine import Database
from storage.errors import AudioError, DatabaseUnavailable, NoRoom
from storage.files import free_space
from storage.files.free_space import MARGIN
from storage.intake.intake import Draft, Intake
from storage.intake.reconcile import settle
from storage.messages.repository import MessageRepository, Query
from tests.refusals import refuses
from tests.speech import samples, speak, write_wav
from tests.storage.conftest import REQUEST, envelope, kept

KILOBYTES = 4096


class Disk:
    """A file system of four megabytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, leave: int = 0) -> None:
        """Fill it but for so many bytes."""
        found = os.statvfs(self.folder)
        with (self.folder / "ballast").open("wb") as file:
            file.write(bytes(found.f_bavail * found.f_frsize - leave))

    def empty(self) -> None:
        """There is room again."""
        (self.folder / "ballast").unlink()

    def write(self, path: Path, contents: bytes) -> int:
        """Write as much as there is room for, as Asterisk does; how many bytes that were."""
        with path.open("wb", buffering=0) as file:
            return file.write(contents)


class PretendedDisk(Disk):
    """The same for who may not mount any: writing to a full disk is refused where it is flushed."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(folder)
        self._free = KILOBYTES * 1024
        flush, session, free_bytes = os.fsync, Database.session, free_space.free_bytes

        def limited_flush(descriptor: int) -> None:
            written = Path(f"/proc/self/fd/{descriptor}").readlink()
            if written.is_relative_to(folder) and os.fstat(descriptor).st_size > self._free:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            flush(descriptor)

        def limited_session(database: Database) -> AbstractContextManager[Session]:
            if not self._free and Path(database.url.database or "").is_relative_to(folder):
                raise DatabaseUnavailable("the database cannot be used: the disk is full")
            return session(database)

        def limited_free_bytes(asked: Path) -> int:
            return self._free if asked.is_relative_to(folder) else free_bytes(asked)

        monkeypatch.setattr(os, "fsync", limited_flush)
        monkeypatch.setattr(Database, "session", limited_session)
        monkeypatch.setattr(free_space, "free_bytes", limited_free_bytes)

    def fill(self, leave: int = 0) -> None:
        self._free = leave

    def empty(self) -> None:
        self._free = KILOBYTES * 1024

    def write(self, path: Path, contents: bytes) -> int:
        written = path.write_bytes(contents[: self._free])
        self._free -= written
        return written


@pytest.fixture(params=["real", "pretended"])
def disk(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Disk]:
    """A small file system: a real one where it may be mounted, and a pretended one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={KILOBYTES}k", "tmpfs", str(folder)]
    is_real = (
        request.param == "real"
        and os.getuid() == 0
        and subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode == 0
    )
    yield Disk(folder) if is_real else PretendedDisk(folder, monkeypatch)
    if is_real:
        subprocess.run(["umount", "-l", str(folder)], check=True)


class Place:
    """Messages whose folders may be on the small disk."""

    def __init__(self, home: Path, recordings: Path, audio: Path, database: Path) -> None:
        for folder in (recordings, audio, database):
            folder.mkdir(parents=True, exist_ok=True)
        self.recordings = recordings
        self.database = Database(f"sqlite:///{database / 'voicepost.db'}")
        self.database.migrate()
        store = LocalAudio(audio)
        self.intake = Intake(self.database, store, recordings)
        self.messages = MessageRepository(self.database, store)

    def begin(self) -> Draft:
        return self.intake.begin(envelope())

    def path(self, draft: Draft) -> Path:
        return self.recordings / f"{draft.id}.wav"


@pytest.mark.parametrize("small", ["recordings", "audio", "database"])
def test_nobody_is_asked_to_speak_where_there_is_no_room(
    small: str, disk: Disk, tmp_path: Path
) -> None:
    folders = {name: tmp_path / name for name in ("recordings", "audio", "database")}
    place = Place(tmp_path, **(folders | {small: disk.folder / small}))
    place.intake.check_room(10)
    with refuses(NoRoom, small):
        place.intake.check_room(3600)

    disk.fill(leave=MARGIN // 2)
    with refuses(NoRoom, small):
        place.intake.check_room(10)

    disk.empty()
    place.intake.check_room(10)
    place.database.close()


def test_a_disk_that_fills_up_while_somebody_speaks(disk: Disk, tmp_path: Path) -> None:
    place = Place(tmp_path, disk.folder, tmp_path / "audio", tmp_path / "database")
    draft = place.begin()
    disk.fill(leave=60_000)
    whole = speak(REQUEST).read_bytes()
    written = disk.write(place.path(draft), whole)
    assert written < len(whole), "the end did not fit"

    outcome = kept(place.intake.finish(draft.id))

    assert outcome.cut_off
    message = place.messages.get(draft.id)
    assert message.cut_off
    assert place.messages.read(message)[44:] == whole[44 : written - written % 2]
    disk.empty()
    place.database.close()


def test_what_is_whole_by_its_header_may_be_cut_off_on_a_full_disk(
    disk: Disk, tmp_path: Path
) -> None:
    """Asterisk writes the header of what it could write, and says nothing."""
    place = Place(tmp_path, disk.folder, tmp_path / "audio", tmp_path / "database")
    draft = place.begin()
    write_wav(place.path(draft), samples(speak(REQUEST)))
    disk.fill(leave=8192)

    assert kept(place.intake.finish(draft.id)).cut_off
    place.database.close()


def test_a_disk_that_is_full_while_filing(disk: Disk, tmp_path: Path) -> None:
    place = Place(tmp_path, tmp_path / "recordings", disk.folder, tmp_path / "database")
    draft = place.begin()
    recorded = speak(REQUEST, path=place.path(draft)).read_bytes()
    disk.fill(leave=8192)

    with refuses(AudioError, "No space left"):
        place.intake.finish(draft.id)
    assert place.path(draft).read_bytes() == recorded
    assert place.messages.list(Query()).messages == ()

    disk.empty()
    assert not kept(place.intake.finish(draft.id)).cut_off
    assert place.messages.read(place.messages.get(draft.id)) == recorded
    assert not place.path(draft).exists()
    place.database.close()


def test_a_disk_that_is_full_while_committing(disk: Disk, tmp_path: Path) -> None:
    place = Place(tmp_path, tmp_path / "recordings", tmp_path / "audio", disk.folder)
    draft = place.begin()
    recorded = speak(REQUEST, path=place.path(draft)).read_bytes()
    disk.fill()

    with refuses(DatabaseUnavailable, r"full|I/O"):
        place.intake.finish(draft.id)
    assert place.path(draft).read_bytes() == recorded

    disk.empty()
    assert kept(place.intake.finish(draft.id)).id == draft.id
    assert place.messages.read(place.messages.get(draft.id)) == recorded
    place.database.close()


def test_what_is_filed_when_there_is_room_again_is_still_told_to_be_cut_off(
    disk: Disk, tmp_path: Path
) -> None:
    place = Place(tmp_path, disk.folder, tmp_path / "audio", disk.folder / "database")
    draft = place.begin()
    write_wav(place.path(draft), samples(speak(REQUEST)))
    disk.fill()
    with pytest.raises(DatabaseUnavailable):
        place.intake.finish(draft.id)

    disk.empty()
    later = Intake(place.database, LocalAudio(tmp_path / "audio"), place.recordings)
    assert settle(later, later.drafts.open(), live_calls=()).kept == (draft.id,)

    assert place.messages.get(draft.id).cut_off
    assert [path.name for path in place.recordings.iterdir()] == ["database"]
    place.database.close()


def test_a_mark_that_cannot_be_made_keeps_no_message_from_being_filed(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    place = Place(tmp_path, disk.folder, tmp_path / "audio", tmp_path / "database")
    draft = place.begin()
    write_wav(place.path(draft), samples(speak(REQUEST)))
    disk.fill(leave=8192)
    monkeypatch.setattr("storage.audio.recordings.write_whole", refused)

    assert kept(place.intake.finish(draft.id)).cut_off
    place.database.close()

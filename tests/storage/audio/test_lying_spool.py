"""Files in the spool that are not what they claim: each a real one, beside honest recordings."""

from __future__ import annotations

import os
import socket
import threading
import time
import tracemalloc
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from storage.audio.wav import LARGEST_BYTES, examine
from storage.companies.store import Directory
from storage.errors import NoRecording
from storage.identifiers import new_id
from storage.intake.intake import Kept
from storage.intake.reconcile import Settled, settle, take_in_fallback, take_in_orphans
from storage.messages.repository import Query
from tests.refusals import refuses
from tests.speech import silence, speak, write_wav
from tests.storage.conftest import REQUEST, Store
from tests.storage.intake.test_reconcile import DIRECTORY, left_behind

HONEST = "1786696205_74951234567_+79161234567_1786696205.17.wav"
NAME = "1786696204_74951234567_+79161234566_1786696204.{}.wav"
"""What the dialplan would call it: nothing about the name says that it lies."""


def _text(path: Path, _: Path) -> None:
    path.write_text("ce n'est pas un enregistrement\n" * 100)


def _folder(path: Path, _: Path) -> None:
    path.mkdir()
    (path / "inside").write_text("somebody's")


def _pipe(path: Path, _: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path, _: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as made, chdir(path.parent):
        made.bind(path.name)  # the whole path would be too long


def _link_to_passwd(path: Path, _: Path) -> None:
    path.symlink_to("/etc/passwd")


def _link_to_a_recording(path: Path, outside: Path) -> None:
    path.symlink_to(speak(REQUEST, path=outside / "private.wav"))


def _link_to_much(path: Path, outside: Path) -> None:
    huge = outside / "huge"
    with huge.open("wb") as file:
        file.truncate(2**31)
    path.symlink_to(huge)


def _link_to_nothing(path: Path, outside: Path) -> None:
    path.symlink_to(outside / "nothing")


def _link_to_itself(path: Path, _: Path) -> None:
    path.symlink_to(path)


def _link_to_a_device(path: Path, _: Path) -> None:
    path.symlink_to("/dev/zero")


def _sparse(path: Path, _: Path) -> None:
    write_wav(path, silence(1))
    os.truncate(path, 2**31)


def _rate(rate: int) -> Callable[[Path, Path], None]:
    def make(path: Path, _: Path) -> None:
        wav = bytearray(write_wav(path, silence(1)).read_bytes())
        wav[24:28] = rate.to_bytes(4, "little")
        path.write_bytes(wav)

    return make


def _format(channels: int, width: int) -> Callable[[Path, Path], None]:
    def make(path: Path, _: Path) -> None:
        with wave.open(str(path), "wb") as file:
            file.setparams((channels, width, 8000, 0, "NONE", ""))
            file.writeframes(bytes(channels * width * 8000))

    return make


def _endless_chunks(path: Path, _: Path) -> None:
    path.write_bytes(b"RIFF\0\0\0\0WAVE" + b"junk\0\0\0\0" * 100_000)


def _no_audio(path: Path, _: Path) -> None:
    path.write_bytes(b"RIFF\xff\xff\xff\x7fWAVEfmt \xff\xff\xff\x7f" + bytes(100))


LIARS: dict[str, Callable[[Path, Path], None]] = {
    "text": _text,
    "a folder": _folder,
    "a pipe": _pipe,
    "a socket": _socket,
    "a link to passwd": _link_to_passwd,
    "a link to a recording": _link_to_a_recording,
    "a link to much": _link_to_much,
    "a link to nothing": _link_to_nothing,
    "a link to itself": _link_to_itself,
    "a link to a device": _link_to_a_device,
    "two gigabytes": _sparse,
    "a rate of 0": _rate(0),
    "a rate of 4 GHz": _rate(0xFFFFFFFF),
    "24 bits": _format(1, 3),
    "many channels": _format(40, 2),
    "endless chunks": _endless_chunks,
    "no audio": _no_audio,
}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One kind of database is enough: none of this is about them."""
    return f"sqlite:///{tmp_path / 'voicepost.db'}"


@pytest.fixture
def fallback(store: Store) -> Path:
    folder = store.folder / "spool" / "voicepost"
    folder.mkdir()
    return folder


@pytest.fixture
def outside(store: Store) -> Path:
    folder = store.folder / "outside"
    folder.mkdir()
    return folder


def make_old(path: Path) -> None:
    """Nobody has written to it for a minute."""
    minute_ago = time.time() - 60
    os.utime(path, (minute_ago, minute_ago), follow_symlinks=False)


def tidy(store: Store, fallback: Path, directory: Directory = DIRECTORY) -> Settled:
    """What a running service does every few seconds."""
    return (
        settle(store.intake, store.intake.drafts.open(), [])
        + take_in_fallback(store.intake, fallback, directory, [], asterisk_alive=True)
        + take_in_orphans(store.intake, store.database, asterisk_alive=True)
    )


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def told_of(settled: Settled) -> set[str]:
    """The files that failures are about."""
    return {str(failure.params["name"]) for failure in settled.failures}


def seen(folder: Path) -> list[tuple[str, int, int]]:
    """Every file in a folder: its name, kind and size."""
    return sorted(
        (str(path), path.lstat().st_mode, path.lstat().st_size)
        for path in folder.rglob("*")
        if not path.lstat().st_mode & 0o040000
    )


def test_lying_files_of_the_fallback_stay_and_are_told_of_once(
    store: Store, fallback: Path, outside: Path
) -> None:
    for n, make in enumerate(LIARS.values()):
        make(fallback / NAME.format(n), outside)
        make_old(fallback / NAME.format(n))
    left_behind(fallback, HONEST)
    before = seen(outside)

    with structlog.testing.capture_logs() as lines:
        rounds = [tidy(store, fallback) for _ in range(3)]

    assert [len(settled.kept) for settled in rounds] == [1, 0, 0]
    assert told_of(rounds[0]) == names(fallback) == {NAME.format(n) for n in range(len(LIARS))}
    assert [settled.failures for settled in rounds[1:]] == [(), ()]
    assert len([line for line in lines if line["log_level"] == "warning"]) == len(LIARS)
    assert seen(outside) == before
    assert len(store.messages.list(Query()).messages) == 1


@pytest.mark.parametrize("whose", ["a draft's", "nobody's"])
def test_lying_files_among_aris_recordings_stay_and_are_told_of_once(
    store: Store, fallback: Path, outside: Path, whose: str
) -> None:
    liars = set()
    for make in LIARS.values():
        name = store.begin().id if whose == "a draft's" else new_id(datetime.now(UTC))
        liars.add(f"{name}.wav")
        make(store.recordings / f"{name}.wav", outside)
        make_old(store.recordings / f"{name}.wav")
    honest = store.begin()
    speak(REQUEST, path=store.recording(honest))
    before = seen(outside)

    with structlog.testing.capture_logs() as lines:
        rounds = [tidy(store, fallback) for _ in range(3)]

    assert [settled.kept for settled in rounds] == [(honest.id,), (), ()]
    assert told_of(rounds[0]) == names(store.recordings) == liars
    assert [settled.failures for settled in rounds[1:]] == [(), ()]
    assert len([line for line in lines if line["log_level"] == "warning"]) == len(LIARS)
    assert seen(outside) == before


def test_what_was_put_right_is_taken_in_after_all(store: Store, fallback: Path) -> None:
    liar = fallback / HONEST
    _text(liar, fallback)
    make_old(liar)
    assert tidy(store, fallback).kept == ()

    left_behind(fallback, HONEST)

    assert len(tidy(store, fallback).kept) == 1
    assert names(fallback) == set()


def test_a_file_without_a_single_byte_is_a_call_without_a_word(
    store: Store, fallback: Path
) -> None:
    """Asterisk makes such ones, when nothing came over the line."""
    (fallback / HONEST).touch()
    make_old(fallback / HONEST)

    settled = tidy(store, fallback)

    assert (settled.kept, settled.empty, settled.failures) == ((), 1, ())


def test_ten_thousand_junk_files_do_not_keep_a_message_waiting(
    store: Store, fallback: Path
) -> None:
    junk = fallback / "1786696204_7495_0_1.1.wav"
    junk.write_bytes(b"x" * 100)
    make_old(junk)
    for n in range(1, 10_000):
        junk.with_name(f"1786696204_7495_{n}_1.1.wav").hardlink_to(junk)
    left_behind(fallback, HONEST)

    with structlog.testing.capture_logs() as lines:
        rounds = [tidy(store, fallback) for _ in range(2)]

    assert [len(settled.kept) for settled in rounds] == [1, 0]
    assert [len(settled.failures) for settled in rounds] == [10_000, 0]
    assert len(lines) < 10_020
    assert len(names(fallback)) == 10_000


def test_a_file_that_grows_is_read_as_far_as_it_was(tmp_path: Path) -> None:
    """Reading ends, however fast somebody writes."""
    path = write_wav(tmp_path / "a.wav", silence(1))
    ended = threading.Event()

    def grow() -> None:
        with path.open("ab") as file:
            while not ended.is_set() and file.tell() < LARGEST_BYTES // 10:
                file.write(bytes(16_000))
                file.flush()

    with ThreadPoolExecutor() as pool:
        growing = pool.submit(grow)
        sizes = [examine(path).size for _ in range(5)]
        ended.set()
        growing.result()
    assert sizes == sorted(sizes)
    assert all(size % 2 == 0 for size in sizes)


def test_no_more_memory_than_the_largest_recording_takes(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", silence(1))
    os.truncate(path, LARGEST_BYTES + 1)
    tracemalloc.start()
    try:
        with refuses(NoRecording, "too large"):
            examine(path)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of root, which may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_may_not_be_read_is_refused_until_it_may(tmp_path: Path) -> None:
    path = speak(REQUEST, path=tmp_path / "a.wav")
    path.chmod(0)
    with as_nobody(), refuses(NoRecording, "cannot be read: Permission denied"):
        examine(path)
    path.chmod(0o600)
    assert examine(path).duration > 1


def test_a_refused_draft_can_still_be_kept(store: Store, fallback: Path) -> None:
    """Somebody puts the right file in its place."""
    draft = store.begin()
    _text(store.recording(draft), fallback)
    assert tidy(store, fallback).kept == ()
    speak(REQUEST, path=store.recording(draft))
    assert isinstance(store.intake.finish(draft.id), Kept)

"""Recordings in an object store: a real S3 server, and what it does on bad days."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage.audio.s3 import BLOCK, PART, Bucket
from storage.audio.store import LocalAudio
from storage.audio.upload_queue import OutboxAudio
from storage.companies.directory import Directory
from storage.database.engine import Database
from storage.errors import AudioError, ConfigError, NotFound
from storage.intake.intake import Intake
from storage.messages.repository import MessageRepository
from storage.retention.retention import Retention
from storage.settings_sections import AudioSettings
from tests.acting import ME
from tests.refusals import refuses
from tests.speech import speak
from tests.storage.bad_stores import ANSWERS, Answering, Proxy
from tests.storage.conftest import REQUEST, Store, kept
from tests.storage.object_store import BUCKET, ObjectStore, object_store
from web.language.problems import sentence, whole

KEY = "2026/08/01a204c5-87a1-7000-8000-000000000001.wav"
OTHER = "2026/09/01a204c5-87a1-7000-8000-000000000002.wav"


@pytest.fixture
def s3() -> Iterator[ObjectStore]:
    with object_store() as store:
        yield store


@pytest.fixture
def audio(tmp_path: Path, s3: ObjectStore) -> OutboxAudio:
    return OutboxAudio(tmp_path / "outbox", s3.bucket())


def upload(audio: OutboxAudio) -> tuple[str, ...]:
    return tuple(map(sentence, audio.upload(threading.Event())))


def contents(audio: OutboxAudio, key: str = KEY) -> bytes:
    with audio.open(key) as file:
        return file.read()


def outbox_files(audio: OutboxAudio) -> list[str]:
    """Audio, unfinished audio and marks."""
    return [
        path.name
        for path in audio.folder.rglob("*")
        if path.is_file() and path.name not in (".lock", ".uploading")
    ]


def test_audio_goes_to_the_bucket_and_leaves_the_outbox(
    audio: OutboxAudio, s3: ObjectStore
) -> None:
    audio.put(KEY, b"one")
    assert (contents(audio), s3.objects()) == (b"one", {})
    assert audio.waiting().files == 1

    assert upload(audio) == ()

    assert s3.objects() == {f"home/{KEY}": b"one"}
    assert outbox_files(audio) == []
    assert audio.waiting() == (0, 0.0)
    assert contents(audio) == b"one"


def test_long_audio_goes_in_parts_and_is_read_in_blocks(
    audio: OutboxAudio, s3: ObjectStore
) -> None:
    long = os.urandom(PART + 2 * BLOCK + 17)
    audio.put(KEY, long)
    upload(audio)

    assert s3.objects()[f"home/{KEY}"] == long
    with audio.open(KEY) as file:
        assert file.seek(0, os.SEEK_END) == len(long)
        file.seek(BLOCK - 5)
        assert file.read(10) == long[BLOCK - 5 : BLOCK + 5]
        file.seek(len(long) - 3)
        assert (file.read(100), file.read(1)) == (long[-3:], b"")
        file.seek(0)
        assert hashlib.sha256(file.read()).digest() == hashlib.sha256(long).digest()


def test_what_waits_tells_its_age(audio: OutboxAudio) -> None:
    for key in (KEY, OTHER):
        audio.put(key, b"one")
    old = (audio.folder / KEY).stat().st_mtime - 100
    os.utime(audio.folder / KEY, (old, old))

    files, oldest = audio.waiting()

    assert files == 2
    assert 100 <= oldest < 160


def test_a_store_that_is_down_takes_nothing_from_anybody(
    tmp_path: Path, audio: OutboxAudio, s3: ObjectStore
) -> None:
    """Messages are kept, heard, deleted for good; the store learns of it when it is back."""
    database = Database(f"sqlite:///{tmp_path / 'voicepost.db'}")
    database.migrate()
    recordings = tmp_path / "recording"
    recordings.mkdir()
    messages, repository = Intake(database, audio, recordings), MessageRepository(database, audio)
    store = Store(tmp_path, database, LocalAudio(tmp_path), messages, repository, recordings)
    early = store.receive()
    upload(audio)
    uploaded = set(s3.objects())
    s3.stop()

    draft = store.begin()
    speak(REQUEST, path=store.recording(draft))
    late = kept(messages.finish(draft.id)).id
    unwanted = store.receive()
    heard = repository.read(repository.get(late))
    assert hashlib.sha256(heard).hexdigest() == repository.get(late).sha256
    with refuses(AudioError, "Connection refused"):
        repository.read(repository.get(early))
    (failure,) = set(upload(audio))
    assert failure == f"the object store s3://{BUCKET}/home fails: Connection refused"
    assert audio.waiting().files == 2

    for gone in (early, unwanted):
        repository.delete(gone, by=ME)
    retention = Retention(database, audio, lambda: Directory(0, {}))
    assert retention.purge(timedelta(0), by=ME).total.removed == 2
    assert audio.waiting().files == 1

    s3.start()
    assert set(s3.objects()) == uploaded
    assert upload(audio) == ()
    assert s3.objects() == {f"home/{repository.get(late).audio_key}": heard}
    assert outbox_files(audio) == []
    database.close()


def test_what_is_deleted_is_gone_at_once(audio: OutboxAudio, s3: ObjectStore) -> None:
    audio.put(KEY, b"one")
    upload(audio)
    s3.stop()

    audio.delete(KEY)
    audio.delete(KEY)

    with pytest.raises(NotFound):
        audio.open(KEY)
    s3.start()
    upload(audio)
    assert audio.is_empty()
    assert outbox_files(audio) == []


def test_what_is_put_again_after_it_was_deleted_stays(audio: OutboxAudio, s3: ObjectStore) -> None:
    audio.put(KEY, b"one")
    upload(audio)
    audio.delete(KEY)
    audio.put(KEY, b"two")

    assert contents(audio) == b"two"
    upload(audio)
    assert s3.objects() == {f"home/{KEY}": b"two"}


def test_an_upload_that_is_overtaken_removes_nothing(
    tmp_path: Path, s3: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Put again, or deleted, between upload and removal."""
    bucket = s3.bucket()
    audio = OutboxAudio(tmp_path / "outbox", bucket)
    audio.put(KEY, b"one")
    audio.put(OTHER, b"one")
    send = bucket.put

    def overtaken(key: str, file: object) -> None:
        send(key, file)  # type: ignore[arg-type]
        if key == KEY:
            audio.put(KEY, b"longer")
        else:
            audio.delete(OTHER)

    with monkeypatch.context() as patch:
        patch.setattr(bucket, "put", overtaken)
        upload(audio)
    assert contents(audio) == b"longer"
    assert audio.waiting().files == 1

    upload(audio)
    assert s3.objects() == {f"home/{KEY}": b"longer"}


def test_only_one_process_uploads(audio: OutboxAudio, s3: ObjectStore) -> None:
    audio.put(KEY, b"one")
    other = OutboxAudio(audio.folder, s3.bucket())

    with other._locked(".uploading", wait=False) as mine:
        assert mine
        assert upload(audio) == ()
        assert s3.objects() == {}

    upload(audio)
    assert s3.objects()


def test_a_round_ends_when_it_is_told_to(audio: OutboxAudio, s3: ObjectStore) -> None:
    audio.put(KEY, b"one")
    stop = threading.Event()
    stop.set()

    assert audio.upload(stop) == ()

    assert s3.objects() == {}
    assert audio.waiting().files == 1


def test_one_file_that_cannot_be_sent_keeps_nobody_waiting(
    audio: OutboxAudio, s3: ObjectStore
) -> None:
    audio.put(KEY, b"one")
    upload(audio)
    for number in range(5):
        (audio.folder / f"2026/08/{number}.wav").symlink_to(__file__)
    audio.put(OTHER, b"one")

    first, second = upload(audio), upload(audio)

    assert set(s3.objects()) == {f"home/{KEY}", f"home/{OTHER}"}
    assert len(first) == 3
    assert "leads out" in first[0]
    assert set(first).isdisjoint(second[:2])


def test_a_wrong_password_is_said(tmp_path: Path, s3: ObjectStore) -> None:
    s3.check_passwords(True)
    audio = OutboxAudio(tmp_path / "outbox", s3.bucket())
    audio.put(KEY, b"one")

    (failure,) = upload(audio)
    s3.post("/moto-api/reset-auth", b"inf")

    assert (
        failure == f"the object store s3://{BUCKET}/home fails: 403 Forbidden, InvalidAccessKeyId"
    )
    assert contents(audio) == b"one"
    assert upload(audio) == ()


def test_a_bucket_that_is_not_there_is_said(tmp_path: Path, s3: ObjectStore) -> None:
    audio = OutboxAudio(tmp_path / "outbox", Bucket(s3.settings("s3://elsewhere")))
    audio.put(KEY, b"one")

    assert upload(audio) == ("the object store s3://elsewhere fails: 404 Not Found, NoSuchBucket",)
    with refuses(AudioError, "NoSuchBucket"):
        audio.open(OTHER)
    assert contents(audio) == b"one"


@pytest.mark.parametrize("answer", list(ANSWERS))
def test_a_store_that_answers_nonsense_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr("storage.audio.s3.READ_SECONDS", 0.5)
    monkeypatch.setattr("storage.audio.s3.WRITE_SECONDS", 0.5)
    monkeypatch.setattr("storage.audio.s3.RETRIES", 1)
    with Answering(ANSWERS[answer]) as url:
        settings = AudioSettings(
            url="s3://bucket", endpoint=url, access_key="a", secret_key="a secret", region="x"
        )
        audio = OutboxAudio(tmp_path / "outbox", Bucket(settings))
        audio.put(KEY, b"one")

        (failure,) = upload(audio)
        with pytest.raises((AudioError, NotFound)) as raised:
            audio.open(OTHER).read()
        assert_one_sentence(whole(raised.value))
        with pytest.raises(AudioError) as raised:
            audio.check()
        assert_one_sentence(whole(raised.value))

    assert_one_sentence(failure)
    assert contents(audio) == b"one"
    assert audio.waiting().files == 1


def assert_one_sentence(text: str) -> None:
    assert "\n" not in text
    assert "a secret" not in text
    assert len(text) < 300


def test_an_upload_cut_in_the_middle_is_made_again(tmp_path: Path, s3: ObjectStore) -> None:
    long = os.urandom(2 * PART)
    with Proxy(s3.url) as proxy:
        audio = OutboxAudio(tmp_path / "outbox", Bucket(s3.settings(endpoint=proxy.url)))
        audio.put(KEY, long)

        proxy.cut_after(PART + BLOCK)
        (failure,) = upload(audio)
        assert failure.startswith(f"the object store s3://{BUCKET}/home fails: ")
        assert s3.objects() == {}
        assert contents(audio) == long

        proxy.cut_after(None)
        assert upload(audio) == ()
    assert s3.objects() == {f"home/{KEY}": long}
    assert outbox_files(audio) == []


def test_the_round_trip_is_checked(audio: OutboxAudio, s3: ObjectStore) -> None:
    audio.check()

    assert s3.objects() == {}
    s3.stop()
    with refuses(AudioError, "Connection refused"):
        audio.check()


@pytest.mark.parametrize("key", ["../a.wav", "/etc/passwd", "2026/../../a.wav"])
def test_no_key_leads_out_of_the_outbox(audio: OutboxAudio, key: str) -> None:
    for use in (audio.open, audio.delete, lambda key: audio.put(key, b"one")):
        with refuses(AudioError, "leads out"):
            use(key)


def test_an_outbox_that_cannot_be_written_is_a_sentence(tmp_path: Path, s3: ObjectStore) -> None:
    (tmp_path / "outbox").write_text("a file is in the way")
    audio = OutboxAudio(tmp_path / "outbox", s3.bucket())

    for use in (audio.delete, lambda key: audio.put(key, b"one")):
        with refuses(AudioError, r"the outbox .* fails"):
            use(KEY)
    with refuses(AudioError, r"the outbox .* fails"):
        upload(audio)


def test_the_usual_variables_of_the_environment_count(
    tmp_path: Path, s3: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": s3.url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "voicepost",
        "AWS_SECRET_ACCESS_KEY": "a secret",
    }.items():
        monkeypatch.setenv(name, value)

    OutboxAudio(tmp_path, Bucket(AudioSettings(url=f"s3://{BUCKET}"))).check()


def test_a_variable_that_makes_no_sense_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "perhaps")

    with refuses(ConfigError, "perhaps"):
        Bucket(AudioSettings(url=f"s3://{BUCKET}"))

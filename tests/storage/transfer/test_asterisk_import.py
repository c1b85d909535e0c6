"""Messages of Asterisk's own voicemail become ours: each once, whatever happens in between."""

from __future__ import annotations

import errno
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.actor import EVERYTHING, User
from storage.audio import ffmpeg
from storage.audio.upload_queue import OutboxAudio
from storage.audio.wav import Audio, recording_of
from storage.audit import AuditLog, AuditQuery
from storage.companies.directory import Directory, Site
from storage.database.engine import Database
from storage.database.tables import UnheardRow
from storage.errors import AudioError, DatabaseUnavailable
from storage.intake.mailboxes import unassigned_mailbox
from storage.messages.envelope import Mailbox
from storage.messages.events import News
from storage.messages.orphaned_audio import orphan_audio
from storage.messages.repository import Message, MessageRepository, Query
from storage.office import parse_office
from storage.retention.retention import Retention
from storage.transfer import asterisk_import
from storage.transfer.app_voicemail import OldMessage, survey
from storage.transfer.asterisk_import import Imported, Importer
from tests.acting import ME
from tests.quiet_voices import quiet_voice
from tests.refusals import refuses
from tests.speech import samples, silence, speak, tone
from tests.storage.conftest import ANNA, COMPANY, REQUEST, Store
from tests.storage.object_store import object_store
from tests.storage.old_voicemail import AUGUST, OldVoicemail, encode
from tests.storage.people import found_company, hire
from web.language.problems import sentence

ALL = Query(limit=None)
COMPANY_ID = COMPANY.company_id or ""


class Killed(BaseException):
    """The end of the process: nothing is tidied up after it."""


@pytest.fixture
def old(tmp_path: Path) -> Iterator[OldVoicemail]:
    """The old system's spool, in which nothing may be changed."""
    old = OldVoicemail(tmp_path / "voicemail")
    yield old
    assert old.seen == old.state(), "the originals were changed"


def mailbox_of(old: OldMessage) -> Mailbox:
    """Anna has 101, 100 is the company's, and nobody has the others."""
    known = {"101": ANNA, "100": COMPANY}
    return known.get(old.mailbox) or unassigned_mailbox(old.mailbox)


def importer(store: Store) -> Importer:
    return Importer(store.database, store.audio, mailbox_of)


def quietly(done: int, total: int) -> None:
    """No progress is shown."""


def take_in(store: Store, old: OldVoicemail) -> Imported:
    old.seen = old.state()
    messages = survey(old.folder).messages
    return importer(store).run(messages, quietly, company_id=COMPANY_ID, by=ME)


def test_messages_without_a_time_that_sound_alike_are_two(store: Store, old: OldVoicemail) -> None:
    sound = tone(0.2)
    for day in ("14", "15"):
        old.leave(at="", origdate=f"Thu Aug {day} 06:30:05 AM UTC 2025", samples=sound)

    assert (take_in(store, old).taken.total(), take_in(store, old).there) == (2, 2)
    assert [message.received_at.day for message in everything(store)] == [15, 14]


def everything(store: Store) -> list[Message]:
    return list(store.messages.each(ALL))


def orphans(store: Store) -> int:
    """Audio files without a message."""
    known = {message.audio_key for message in everything(store)}
    files = (str(path.relative_to(store.audio.folder)) for path in store.audio_files())
    return sum(file not in known for file in files)


# -- who gets what -----------------------------------------------------------------------------


def test_a_message_becomes_ours_with_all_that_is_known_of_it(
    store: Store, old: OldVoicemail
) -> None:
    wav = old.leave().with_suffix(".wav")

    done = take_in(store, old)

    assert (dict(done.taken), done.there) == ({("101@default", ANNA, "new"): 1}, 0)
    (message,) = everything(store)
    assert (message.box, message.addressee_name, message.addressee_number) == (
        *("employee", "Анна Щукина"),
        "101",
    )
    assert (message.caller_name, message.caller_number) == ("Иван Орлов", "+79161234567")
    assert (message.dialled, message.source) == ("74951234567", "import")
    assert message.received_at == AUGUST
    assert message.duration == pytest.approx(0.2)
    assert store.messages.read(message) == wav.read_bytes()
    assert len(set(message.peaks)) > 1
    assert not message.cut_off


def test_each_message_goes_to_whom_its_mailbox_belongs(store: Store, old: OldVoicemail) -> None:
    found_company(store)
    olga, anna = hire(store, "olga", "administrator"), hire(store, "anna", "employee", "101")
    for mailbox in ("100", "101", "777"):
        old.leave(mailbox)

    take_in(store, old)

    def seen_by(user: User) -> set[tuple[str, str]]:
        messages = store.messages.each(replace(ALL, scope=store.messages.scope_of(user)))
        return {(message.box, message.addressee_number) for message in messages}

    assert seen_by(anna) == {("employee", "101")}
    assert seen_by(olga) == {("employee", "101"), ("company", "74951234567"), ("company", "777")}
    (nobodys,) = store.messages.each(replace(ALL, box="unassigned"))
    assert (nobodys.company_id, nobodys.addressee_number) == (None, "777")


def test_imported_messages_are_found_counted_and_told_like_others(
    store: Store, old: OldVoicemail
) -> None:
    before = News(store.database).newest()
    old.leave()
    old.leave("100", at=AUGUST - timedelta(days=31), callerid="84951112233")

    take_in(store, old)

    assert store.messages.months(EVERYTHING) == [("2025-08", 1), ("2025-07", 1)]
    assert store.messages.months(EVERYTHING, employee="101") == [("2025-08", 1)]
    assert [m.box for m in store.messages.each(replace(ALL, search="орлов"))] == ["employee"]
    assert [m.box for m in store.messages.each(replace(ALL, search="8 495 111"))] == ["company"]
    assert [m.box for m in store.messages.each(replace(ALL, search="щукина"))] == ["employee"]
    told = News(store.database).since(before)
    assert {(item.kind, item.message_id) for item in told} == {
        ("kept", message.id) for message in everything(store)
    }


def test_old_messages_stand_among_the_others_by_their_time(store: Store, old: OldVoicemail) -> None:
    later = store.receive(at=AUGUST + timedelta(days=1))
    earlier = store.receive(at=AUGUST - timedelta(days=1))
    old.leave()

    take_in(store, old)

    first, imported, last = everything(store)
    assert (first.id, imported.source, last.id) == (later, "import", earlier)


def test_messages_of_one_second_stay_in_the_old_systems_order(
    store: Store, old: OldVoicemail
) -> None:
    """Its times are whole seconds."""
    wavs = [old.leave().with_suffix(".wav").read_bytes() for _ in range(6)]

    take_in(store, old)

    newest_first = [store.messages.read(message) for message in everything(store)]
    assert newest_first == wavs[::-1]


def test_what_was_heard_in_the_old_system_is_not_new(store: Store, old: OldVoicemail) -> None:
    found_company(store)
    olga, anna = hire(store, "olga", "administrator"), hire(store, "anna", "employee", "101")
    for folder in ("INBOX", "Urgent", "Old", "Work"):
        old.leave(folder=folder)

    done = take_in(store, old)

    assert dict(done.taken) == {
        ("101@default", ANNA, "new"): 2,
        ("101@default", ANNA, "heard"): 2,
    }
    assert [store.messages.new_count(user) for user in (anna, olga)] == [2, 2]
    assert sorted(message.state for message in everything(store)) == ["heard"] * 2 + ["new"] * 2
    # Nor is it to somebody who comes later.
    assert store.messages.new_count(hire(store, "boris", "employee", "101")) == 2


def test_a_message_of_nobody_is_new_to_nobody_where_there_are_two_companies(
    store: Store, old: OldVoicemail
) -> None:
    found_company(store)
    found_company(store, "Lotus", "22222222-2222-4222-8222-222222222222")
    hire(store, "olga", "administrator")
    for mailbox in ("101", "777"):
        old.leave(mailbox)

    take_in(store, old)

    (annas,) = store.messages.each(replace(ALL, employee="101"))
    with store.database.reading() as session:
        rows = session.scalars(select(UnheardRow)).all()
    assert [(row.user_id, row.place) for row in rows] == [("olga", annas.place)]


def test_what_was_deleted_in_the_old_system_is_in_the_trash(
    store: Store, old: OldVoicemail
) -> None:
    old.leave(folder="Deleted")

    take_in(store, old)

    assert everything(store) == []
    assert store.messages.months(EVERYTHING) == []
    (deleted,) = store.messages.each(replace(ALL, deleted=True))
    store.messages.restore(deleted.id, by=ME)
    assert store.messages.months(EVERYTHING) == [("2025-08", 1)]


def test_nobody_asks_whether_there_is_speech_in_it(
    store: Store, old: OldVoicemail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.audio.speech._count", None)
    old.leave(samples=silence(1))

    take_in(store, old)

    assert len(everything(store)) == 1


def test_what_is_probably_empty_is_kept_aside_where_that_is_wanted(
    store: Store, old: OldVoicemail
) -> None:
    found_company(store)
    olga = hire(store, "olga", "administrator")
    old.leave(samples=silence(1))
    old.leave(samples=samples(quiet_voice("whisper")))
    spoken = old.leave(samples=samples(speak(REQUEST)))
    old.leave(folder="Old", samples=silence(2))
    old.seen = old.state()
    messages = survey(old.folder).messages
    sorting = Importer(store.database, store.audio, mailbox_of, min_speech=1.0)

    done = sorting.run(messages, quietly, company_id=COMPANY_ID, by=ME)

    assert Counter(state for _, _, state in done.taken.elements()) == {
        **{"aside": 2, "new": 1, "heard": 1}
    }
    aside = list(store.messages.each(replace(ALL, quiet=True)))
    assert len(aside) == 2
    assert store.messages.new_count(olga) == 1
    assert [store.messages.read(one) for one in everything(store) if one.state == "new"] == [
        spoken.with_suffix(".wav").read_bytes()
    ]
    assert sorting.run(messages, quietly, company_id=COMPANY_ID, by=ME).there == 4


def test_a_box_with_days_keeps_an_imported_message_for_as_many(
    store: Store, old: OldVoicemail
) -> None:
    office = parse_office('[company]\nname = "Ромашка"\n[voicemail]\nkeep_days = 30\n')
    directory = Directory(1, {COMPANY_ID: Site(COMPANY_ID, office)})
    retention = Retention(store.database, store.audio, lambda: directory)
    old.leave("100", at=datetime.now(UTC) - timedelta(days=300))

    take_in(store, old)
    retention.run(timedelta(days=30), by=ME)

    assert len(everything(store)) == 1


def test_who_imported_how_many_is_in_the_log(store: Store, old: OldVoicemail) -> None:
    for mailbox in ("100", "101", "777"):
        old.leave(mailbox)
    take_in(store, old)
    take_in(store, old)

    (entry,) = AuditLog(store.database).list(AuditQuery()).entries
    assert (entry.action, entry.who, entry.company_id) == ("messages.import", ME.name, COMPANY_ID)
    assert entry.details == {"messages": 3}


# -- once --------------------------------------------------------------------------------------


def test_nothing_is_taken_in_twice(store: Store, old: OldVoicemail) -> None:
    for mailbox in ("100", "101", "777"):
        old.leave(mailbox, endings=("wav", "gsm"))
        old.leave(mailbox, "Old", endings=("gsm",))

    first, second = take_in(store, old), take_in(store, old)

    assert (first.taken.total(), first.there) == (6, 0)
    assert (second.taken.total(), second.there) == (0, 6)
    assert len(everything(store)) == 6
    assert orphans(store) == 0


@pytest.mark.parametrize("ending", ["ogg", "mp3", "sln16", "wav"])
def test_a_decoder_of_another_version_finds_the_same_message(
    store: Store, old: OldVoicemail, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    stem = old.leave(endings=() if ending == "wav" else (ending,))
    if ending == "wav":
        encode(stem.with_suffix(".wav"), tone(0.5), "-c:a pcm_s24le")
    take_in(store, old)

    def decoded_otherwise(samples: bytes) -> Audio:
        return recording_of(samples + bytes(2))

    monkeypatch.setattr(ffmpeg, "recording_of", decoded_otherwise)
    done = take_in(store, old)

    assert (done.taken.total(), done.there) == (0, 1)


def test_a_message_that_was_moved_or_renumbered_is_the_same(
    store: Store, old: OldVoicemail
) -> None:
    stem = old.leave()
    take_in(store, old)
    (stem.parent.parent / "Old").mkdir()
    for ending in (".txt", ".wav"):
        stem.with_suffix(ending).rename(stem.parent.parent / "Old" / f"msg0042{ending}")

    again = take_in(store, old)

    assert (again.taken.total(), again.there) == (0, 1)


def test_equal_messages_of_two_mailboxes_or_two_moments_are_two(
    store: Store, old: OldVoicemail
) -> None:
    for mailbox, at in (("101", AUGUST), ("100", AUGUST), ("101", AUGUST + timedelta(seconds=1))):
        old.leave(mailbox, at=at, samples=silence(1))
    old.leave(folder="Old", samples=silence(1))  # and a copy of the first

    done = take_in(store, old)

    assert (done.taken.total(), done.there) == (3, 1)


def test_a_message_in_the_trash_does_not_come_back(store: Store, old: OldVoicemail) -> None:
    old.leave()
    take_in(store, old)
    (message,) = everything(store)
    store.messages.delete(message.id, by=ME)

    assert take_in(store, old).there == 1
    assert everything(store) == []


def test_a_rehearsal_tells_the_same_and_changes_nothing(
    store: Store, old: OldVoicemail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asterisk_import, "BATCH", 1)
    for folder in ("INBOX", "Old", "Deleted"):
        old.leave(folder=folder)
    old.leave(folder="Work", samples=silence(1))
    old.leave(samples=silence(1))
    old.leave(endings=())
    old.seen = old.state()
    messages = survey(old.folder).messages

    told = importer(store).rehearse(messages, quietly)

    assert everything(store) == []
    assert store.audio_files() == []
    assert AuditLog(store.database).list(AuditQuery()).entries == ()
    assert take_in(store, old) == told
    assert importer(store).rehearse(messages, quietly).there == 5


# -- whatever happens --------------------------------------------------------------------------


def test_audio_whose_messages_were_not_committed_is_taken_up(
    store: Store, old: OldVoicemail, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise Killed

    for minute in range(3):
        old.leave(at=AUGUST + timedelta(minutes=minute))
    with monkeypatch.context() as crash, pytest.raises(Killed):
        crash.setattr(Importer, "_make_messages", killed)
        take_in(store, old)
    assert everything(store) == []
    assert len(store.audio_files()) == 3

    done = take_in(store, old)

    assert done.taken.total() == 3
    assert len(store.audio_files()) == 3
    assert orphans(store) == orphan_audio(store.database, store.audio.folder).count == 0


def test_a_crash_within_the_transaction_leaves_nothing_of_it(
    store: Store, old: OldVoicemail, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise Killed

    old.leave()
    with monkeypatch.context() as crash, pytest.raises(Killed):
        crash.setattr("storage.transfer.asterisk_import.announce", killed)  # the last thing in it
        take_in(store, old)

    assert everything(store) == []
    assert store.messages.months(EVERYTHING) == []
    assert take_in(store, old).taken.total() == 1
    assert store.messages.months(EVERYTHING) == [("2025-08", 1)]


def test_an_interrupted_import_goes_on_where_it_was(
    store: Store, old: OldVoicemail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asterisk_import, "BATCH", 2)
    for minute in range(5):
        old.leave(at=AUGUST + timedelta(minutes=minute))
    old.seen = old.state()

    def pull_the_plug(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        messages = survey(old.folder).messages
        importer(store).run(messages, pull_the_plug, company_id=COMPANY_ID, by=ME)
    done = take_in(store, old)

    assert (done.taken.total(), done.there) == (3, 2)
    assert len(everything(store)) == 5
    assert orphans(store) == 0


def test_a_disk_that_fills_up_ends_it_and_leaves_no_rubbish(
    store: Store, old: OldVoicemail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asterisk_import, "BATCH", 2)
    for minute in range(4):
        old.leave(at=AUGUST + timedelta(minutes=minute))
    flushes = iter([None, OSError(errno.ENOSPC, "No space left on device")])

    def full(_: int) -> None:
        if error := next(flushes):
            raise error

    with monkeypatch.context() as disk, refuses(AudioError, "No space left"):
        disk.setattr("storage.files.fsync._flush_file_system", full)
        take_in(store, old)

    assert len(everything(store)) == len(store.audio_files()) == 2
    done = take_in(store, old)
    assert (done.taken.total(), done.there) == (2, 2)


def test_audio_is_on_the_disk_before_it_is_a_message(
    store: Store, old: OldVoicemail, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row is committed unless the flush of the files' system has succeeded."""

    def broken(_: int) -> None:
        assert len(store.audio_files()) == 1, "it was written before"
        raise OSError(errno.EIO, "Input/output error")

    old.leave()
    with monkeypatch.context() as disk, refuses(AudioError, "Input/output error"):
        disk.setattr("storage.files.fsync._flush_file_system", broken)
        take_in(store, old)

    assert everything(store) == []
    assert store.audio_files() == []


def test_two_messages_that_want_one_place_both_get_one(
    store: Store, old: OldVoicemail, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        old.leave()
    places = iter([7, 7, 8, 9, 10, 11])
    monkeypatch.setattr(asterisk_import, "new_place", lambda _: next(places))

    take_in(store, old)

    assert sorted(message.place for message in everything(store)) == [9, 10, 11]


def test_a_database_that_refuses_for_ever_is_told(
    store: Store, old: OldVoicemail, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        old.leave()
    monkeypatch.setattr(asterisk_import, "new_place", lambda _: 7)

    with refuses(DatabaseUnavailable, "refuses"):
        take_in(store, old)

    assert everything(store) == []


def test_two_imports_at_once_take_in_each_message_once(
    store: Store, old: OldVoicemail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asterisk_import, "BATCH", 3)
    for minute in range(10):
        old.leave(at=AUGUST + timedelta(minutes=minute))
    both_looked = threading.Barrier(2)
    missing = Importer._missing

    def looked(self: Importer, batch: list[asterisk_import.Ready]) -> object:
        found = missing(self, batch)
        both_looked.wait(timeout=30)
        return found

    monkeypatch.setattr(Importer, "_missing", looked)
    done: list[Imported] = []
    threads = [threading.Thread(target=lambda: done.append(take_in(store, old))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(each.taken.total() for each in done) == 10
    assert sum(each.there for each in done) == 10
    assert len(everything(store)) == 10
    assert store.messages.months(EVERYTHING) == [("2025-08", 10)]


def test_what_cannot_be_taken_in_is_told_and_the_rest_goes_on(
    store: Store, old: OldVoicemail
) -> None:
    old.leave(endings=())
    old.leave(samples=b"")
    broken = old.leave(endings=("gsm",)).with_suffix(".gsm")
    broken.write_bytes(b"nonsense")
    untold = old.leave().with_suffix(".txt")
    old.leave(endings=("gsm",), at=AUGUST - timedelta(days=1))
    untold.unlink()

    done = take_in(store, old)

    assert tuple(map(sentence, done.refused)) == (
        "default/101/INBOX/msg0000 not taken: no audio",
        "default/101/INBOX/msg0001 not taken: no audio",
        "default/101/INBOX/msg0002 not taken: msg0002.gsm is not a GSM recording",
        "default/101/INBOX/msg0003 not taken: there is no .txt",
    )
    assert done.there == 0
    assert [m.received_at for m in everything(store)] == [AUGUST - timedelta(days=1)]


def test_progress_goes_up_to_all_of_them(store: Store, old: OldVoicemail) -> None:
    for endings in (("wav",), ("gsm",), ()):
        old.leave(endings=endings)
    old.seen = old.state()
    steps: list[tuple[int, int]] = []

    importer(store).rehearse(survey(old.folder).messages, lambda *step: steps.append(step))

    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_imported_audio_goes_to_an_object_store_like_any_other(
    database: Database, old: OldVoicemail, tmp_path: Path
) -> None:
    wav = old.leave().with_suffix(".wav")
    old.seen = old.state()
    with object_store() as s3:
        audio = OutboxAudio(tmp_path / "outbox", s3.bucket())
        repository = MessageRepository(database, audio)
        messages = survey(old.folder).messages
        for _ in range(2):
            Importer(database, audio, mailbox_of).run(messages, quietly, company_id="1", by=ME)
        assert audio.waiting().files == 1
        assert audio.upload(threading.Event()) == ()
        assert audio.waiting().files == 0

        (message,) = repository.each(ALL)
        assert repository.read(message) == wav.read_bytes()
        assert list(s3.objects()) == [f"home/{message.audio_key}"]

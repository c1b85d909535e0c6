"""The spool of Asterisk's own voicemail: what is found in it, and what is made of it."""

from __future__ import annotations

import audioop
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from storage.audio.wav import LARGEST_BYTES
from storage.errors import AudioError, NoRecording, NotFound
from storage.transfer.app_voicemail import LARGEST_NOTE, OldMessage, caller_of, read_note, survey
from storage.transfer.old_sounds import read_sound
from telephony.identity import guess
from tests.bad_sounds import upside_down
from tests.refusals import refuses
from tests.speech import silence, tone, write_wav
from tests.storage.old_voicemail import (
    AUGUST,
    OTHERS,
    WAVS,
    OldVoicemail,
    date,
    encode,
    record,
)
from web.language.problems import sentence, whole


@pytest.fixture
def old(tmp_path: Path) -> OldVoicemail:
    return OldVoicemail(tmp_path / "voicemail")


def found(old: OldVoicemail, *contexts: str) -> list[str]:
    return [str(message) for message in survey(old.folder, contexts).messages]


def only(old: OldVoicemail) -> OldMessage:
    (message,) = survey(old.folder).messages
    return message


# -- what is there -----------------------------------------------------------------------------


def test_messages_of_all_contexts_mailboxes_and_folders_are_found(old: OldVoicemail) -> None:
    for folder in ("INBOX", "INBOX", "Old", "Urgent", "Work", "Cust1"):
        old.leave(folder=folder)
    old.leave("200", context="sales", endings=("gsm", "wav"))

    assert found(old) == [
        "default/101/Cust1/msg0000",
        "default/101/INBOX/msg0000",
        "default/101/INBOX/msg0001",
        "default/101/Old/msg0000",
        "default/101/Urgent/msg0000",
        "default/101/Work/msg0000",
        "sales/200/INBOX/msg0000",
    ]
    assert found(old, "sales") == ["sales/200/INBOX/msg0000"]


def test_greetings_and_what_is_being_recorded_are_no_messages(old: OldVoicemail) -> None:
    stem = old.leave()
    box = stem.parent.parent
    for greeting in ("greet", "unavail", "busy", "temp"):
        write_wav(box / f"{greeting}.wav", tone(0.1))
        (box / greeting).mkdir()
    write_wav(box / "tmp" / "msg0000.wav", tone(0.1))
    for name in (".lock", "msg0001.txt.part", "message.txt", "msg1.txt", "msg٠٠٠١.txt"):
        (stem.parent / name).write_text("")
    (old.folder / "README").write_text("")

    spool = survey(old.folder)

    assert [str(message) for message in spool.messages] == ["default/101/INBOX/msg0000"]
    assert spool.refused == ()


def test_links_to_folders_are_told_of_and_not_followed(old: OldVoicemail) -> None:
    stem = old.leave()
    (old.folder / "default" / "102").symlink_to(stem.parent.parent)
    (old.folder / "default" / "103").symlink_to(old.folder / "nowhere")

    spool = survey(old.folder)

    assert len(spool.messages) == 1
    (problem,) = spool.refused
    assert sentence(problem).endswith("default/102 is passed by: a link, not a folder")


def test_a_folder_without_messages_is_told(old: OldVoicemail, tmp_path: Path) -> None:
    stem = old.leave()

    with refuses(NotFound, "No such file"):
        survey(tmp_path / "nothing")
    with refuses(NotFound, "no context sales"):
        survey(old.folder, ["default", "sales"])
    with refuses(NotFound, "holds contexts"):
        survey(stem.parent.parent.parent)  # a level too deep


# -- what is written about a message -----------------------------------------------------------


def test_a_note_tells_who_called_whom_and_when(old: OldVoicemail) -> None:
    old.leave()

    note = read_note(only(old))

    assert (note.caller_name, note.caller_number) == ("Иван Орлов", "+79161234567")
    assert note.dialled == "74951234567"
    assert (note.received_at, note.told) == (AUGUST, True)


@pytest.mark.parametrize(
    ("callerid", "name", "number"),
    [
        ('"Иван" <79161234567>', "Иван", "79161234567"),
        ("Иван Орлов <101>", "Иван Орлов", "101"),
        ('"say \\"hi\\" \\\\ bye" <101>', 'say "hi" \\ bye', "101"),
        ('"a <b> c" <101>', "a <b> c", "101"),
        ("79161234567", "", "79161234567"),
        (" +7 (916) 123-45-67 ", "", "+7 (916) 123-45-67"),
        ("Иван", "Иван", ""),
        ('"Иван"', "Иван", ""),
        ("Unknown", "", ""),
        ('"unknown" <unknown>', "", ""),
        ('"" <>', "", ""),
        ("", "", ""),
        ('"', '"', ""),
        ("<", "<", ""),
        ('"\x1b[2J\u202eevil\0" <1\t\x07>', "[2J evil", "1"),
    ],
)
def test_a_caller_is_a_name_and_a_number(callerid: str, name: str, number: str) -> None:
    assert caller_of(callerid) == (name, number)


def test_a_caller_of_any_length_is_one_line(old: OldVoicemail) -> None:
    old.leave(callerid=f'"{"x" * 5000}" <{"9" * 5000}>')

    note = read_note(only(old))

    assert len(note.caller_name) == len(note.caller_number) == 200


def test_text_that_is_no_utf8_is_read_all_the_same(old: OldVoicemail) -> None:
    note = old.leave().with_suffix(".txt")
    note.write_bytes(note.read_bytes().replace("Иван".encode(), "Иван".encode("cp1251")))

    told = read_note(only(old))

    assert told.caller_name == "\ufffd" * 4 + " Орлов"
    assert told.caller_number == "+79161234567"


def test_only_what_stands_under_message_counts(old: OldVoicemail) -> None:
    note = old.leave().with_suffix(".txt")
    text = note.read_text().replace("\n", "\r\n")
    note.write_text(f"exten=1\r\n[other]\r\nexten=2\r\n{text};exten=3\r\n[more]\r\nexten=4\r\n")

    assert read_note(only(old)).dialled == "74951234567"


NONSENSE = ["", "0", "-5", "1.5e9", "yesterday", "9" * 10, "9" * 13, "9" * 400, "175515300555"]


@pytest.mark.parametrize(
    ("origtime", "more"),
    [
        ("1755153005.25", timedelta(milliseconds=250)),
        ("1755153005,5", timedelta(milliseconds=500)),
        ("1755153005.", timedelta()),
        ("1755153005750", timedelta(milliseconds=750)),
    ],
)
def test_a_time_may_have_a_fraction_or_be_of_milliseconds(
    old: OldVoicemail, origtime: str, more: timedelta
) -> None:
    date(old.leave(at=origtime, origdate="").with_suffix(".txt"), AUGUST.timestamp() + 60)

    note = read_note(only(old))

    assert (note.received_at, note.told) == (AUGUST + more, True)


@pytest.mark.parametrize("origtime", NONSENSE)
def test_a_time_that_is_none_is_that_of_the_date(old: OldVoicemail, origtime: str) -> None:
    date(old.leave(at=origtime).with_suffix(".txt"), AUGUST.timestamp() + 60)

    note = read_note(only(old))

    assert (note.received_at, note.told) == (AUGUST, True)


@pytest.mark.parametrize(
    ("origdate", "received"),
    [
        ("Thu Aug 14 06:30:05 AM UTC 2025", AUGUST),
        ("Thu Aug 14 06:30:05 PM UTC 2025", AUGUST + timedelta(hours=12)),
        ("Thu Aug 14 12:30:05 AM UTC 2025", AUGUST - timedelta(hours=6)),
        ("Thu Aug 14 12:30:05 PM GMT 2025", AUGUST + timedelta(hours=6)),
        ("Thu Aug  7 06:30:05 UTC 2025", AUGUST - timedelta(days=7)),
        ("Thu Aug 14 09:30:05 AM MSK 2025", AUGUST),
        ("Tue Jul  5 10:00:00 AM MSD 2005", datetime(2005, 7, 5, 6, tzinfo=UTC)),
    ],
)
def test_dates_are_of_the_world_or_of_where_the_old_system_stood(
    old: OldVoicemail, origdate: str, received: datetime
) -> None:
    old.leave(at="", origdate=origdate)

    note = read_note(only(old), ZoneInfo("Europe/Moscow"))

    assert (note.received_at, note.told) == (received, True)


@pytest.mark.parametrize(
    "origdate",
    [
        *("", "yesterday", "Thu Aug 14 06:30:05 AM EST 2025", "Thu Aug 14 09:30:05 AM MSK 2005"),
        *("Thu Aug 41 06:30:05 AM UTC 2025", "Thu Aug 14 25:30:05 UTC 2025"),
        *("Thu Abc 14 06:30:05 AM UTC 2025", "Thu Aug 14 06:30:05 AM UTC 9999"),
        *("Thu Aug 14 06:30:05 AM UTC 1901", "Thu Aug 14 06:30:05 AM UTC 0000"),
    ],
)
def test_where_nothing_tells_the_time_it_is_that_of_the_file_and_not_told(
    old: OldVoicemail, origdate: str
) -> None:
    date(old.leave(at="", origdate=origdate).with_suffix(".txt"), AUGUST.timestamp() + 60)

    note = read_note(only(old), ZoneInfo("Europe/Moscow"))

    assert (note.received_at, note.told) == (AUGUST + timedelta(minutes=1), False)


@pytest.mark.parametrize("zone", ["+05", "+0500", "+05:00"])
def test_a_zone_that_is_only_a_number_is_known(old: OldVoicemail, zone: str) -> None:
    old.leave(at="", origdate=f"Thu Aug 14 11:30:05 AM {zone} 2025")

    note = read_note(only(old), ZoneInfo("Europe/Moscow"))

    assert (note.received_at, note.told) == (datetime(2025, 8, 14, 6, 30, 5, tzinfo=UTC), True)


def test_a_byte_order_mark_hides_nothing(old: OldVoicemail) -> None:
    note = old.leave().with_suffix(".txt")
    plain = read_note(only(old))
    note.write_bytes(b"\xef\xbb\xbf" + note.read_bytes().partition(b"file\n;\n")[2])
    assert note.read_bytes()[3:].startswith(b"[message]")

    assert read_note(only(old)) == plain


@pytest.mark.parametrize(
    ("name", "charset", "shown"),
    [
        ("Иван Петров", "cp1251", "Иван Петров [cp1251?]"),
        ("Jörg Müller", "latin-1", "Jörg Müller [latin-1?]"),
        ("Иван Петров", "utf-8", "Иван Петров"),
    ],
)
def test_names_in_other_charsets_are_guessed_and_marked(
    old: OldVoicemail, name: str, charset: str, shown: str
) -> None:
    note = old.leave(callerid='"NAME" <+79161112277>').with_suffix(".txt")
    note.write_bytes(note.read_bytes().replace(b"NAME", name.encode(charset)))

    told = read_note(only(old), guess=guess)

    assert (told.caller_name, told.caller_number) == (shown, "+79161112277")


@pytest.mark.parametrize(
    ("written", "received"), [(0.0, datetime(1999, 1, 1, tzinfo=UTC)), (4e9, None)]
)
def test_no_message_is_of_a_time_that_cannot_be(
    old: OldVoicemail, written: float, received: datetime | None
) -> None:
    date(old.leave(at="", origdate="").with_suffix(".txt"), written)
    before = datetime.now(UTC)

    told = read_note(only(old)).received_at

    assert told == received or before <= told <= datetime.now(UTC)


@pytest.mark.parametrize("garbage", [b"", b"\0" * 500, os.urandom(500), b"[message\ncallerid=1"])
def test_a_note_of_garbage_says_nothing_and_loses_nothing(
    old: OldVoicemail, garbage: bytes
) -> None:
    note = old.leave().with_suffix(".txt")
    note.write_bytes(garbage)
    date(note, AUGUST.timestamp())

    told = read_note(only(old))

    assert (told.caller_name, told.caller_number, told.dialled) == ("", "", "")
    assert told.received_at == AUGUST


# -- what a message sounds like ----------------------------------------------------------------


def test_a_wav_is_taken_as_it_is_and_before_others(old: OldVoicemail) -> None:
    stem = old.leave(endings=("gsm", "WAV", "wav"))

    audio = read_sound(only(old)).audio

    assert audio.wav == stem.with_suffix(".wav").read_bytes()
    assert audio.duration == pytest.approx(0.2)


@pytest.mark.parametrize("ending", ["WAV", "gsm"])
def test_gsm_is_decoded(old: OldVoicemail, ending: str) -> None:
    spoken = silence(0.5) + tone(1.0)
    old.leave(endings=(ending,), samples=spoken)

    audio = read_sound(only(old)).audio

    assert audio.rate == 8000
    assert audio.duration == pytest.approx(1.5, abs=0.05)
    assert audio.wav[:4] == b"RIFF"
    assert audio.wav[44:] == audio.samples
    half = 2 * 4000
    assert audioop.rms(audio.samples[: half - 800], 2) < 100
    assert audioop.rms(audio.samples[half:], 2) == pytest.approx(audioop.rms(tone(1), 2), rel=0.1)


@pytest.mark.parametrize("ending", [ending for ending in OTHERS if ending not in (".WAV", ".gsm")])
def test_all_other_formats_are_taken(old: OldVoicemail, ending: str) -> None:
    spoken = silence(0.5) + tone(1.0)
    stem = old.leave(endings=())
    record(Path(f"{stem}{ending}"), spoken)

    audio = read_sound(only(old)).audio

    assert audio.rate == 8000
    assert audio.duration == pytest.approx(1.5, abs=0.15)
    half = 2 * 4000
    assert audioop.rms(audio.samples[: half - 1600], 2) < 200
    told = audioop.rms(audio.samples[half + 1600 : half + 14_000], 2)
    assert told == pytest.approx(audioop.rms(tone(1), 2), rel=0.15)


@pytest.mark.parametrize("coding", WAVS)
def test_a_wav_of_any_coding_is_taken(old: OldVoicemail, coding: str) -> None:
    spoken = silence(0.5) + tone(1.0)
    path = old.leave(endings=()).with_suffix(".wav")
    encode(path, spoken, WAVS[coding])
    before = path.read_bytes()

    audio = read_sound(only(old)).audio

    assert audio.rate == 8000
    assert audio.duration == pytest.approx(1.5, abs=0.15)
    told = audioop.rms(audio.samples[9600:22_000], 2)
    assert told == pytest.approx(audioop.rms(tone(1), 2), rel=0.15)
    assert path.read_bytes() == before


def test_a_message_in_two_channels_that_cancel_each_other_is_heard(old: OldVoicemail) -> None:
    path = old.leave(endings=()).with_suffix(".wav")
    upside_down(path, "-c:a", "pcm_s24le")

    assert audioop.rms(read_sound(only(old)).audio.samples, 2) > 500


def test_what_an_earlier_version_could_read_comes_first(old: OldVoicemail) -> None:
    stem = old.leave(endings=("gsm", "ulaw"))
    encode(stem.with_suffix(".wav"), tone(1.0), "-c:a pcm_alaw")
    audio = read_sound(only(old)).audio
    gsm = old.leave("102", endings=())
    gsm.with_suffix(".gsm").write_bytes(stem.with_suffix(".gsm").read_bytes())

    (_, other) = survey(old.folder).messages

    assert audio == read_sound(other).audio


def test_where_the_wav_is_no_recording_another_format_is_taken(old: OldVoicemail) -> None:
    stem = old.leave(endings=("wav", "gsm"))
    stem.with_suffix(".wav").write_bytes(b"RIFF of nothing" * 10)

    assert read_sound(only(old)).audio.duration == pytest.approx(0.2, abs=0.03)


def test_a_header_that_lies_is_put_right(old: OldVoicemail) -> None:
    wav = old.leave().with_suffix(".wav")
    whole = wav.read_bytes()
    wav.write_bytes(whole[:40] + b"\xff\xff\xff\xff" + whole[44:])

    audio = read_sound(only(old)).audio

    assert audio.repaired
    assert audio.wav == whole


def put(path: Path, contents: bytes) -> None:
    path.write_bytes(contents)


def put_link(path: Path) -> None:
    record(path.with_name("elsewhere.wav"), tone(1))
    path.symlink_to(path.with_name("elsewhere.wav"))


def put_sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


HEADER = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0"


@pytest.mark.parametrize(
    ("ending", "make", "told"),
    [
        ("wav", lambda path: put(path, b""), "no audio"),
        ("wav", lambda path: put(path, HEADER + b"data\0\0\0\0"), "no audio"),
        ("wav", lambda path: put(path, HEADER + b"LIST\x04\0\0\0INFOdata\0\0\0\0"), "no audio"),
        ("WAV", lambda path: put(path, b""), "no audio"),
        ("gsm", lambda path: put(path, b""), "no audio"),
        ("wav", lambda path: put(path, b"hello" * 100), "msg0000.wav is not a WAV recording"),
        ("WAV", lambda path: put(path, b"hello" * 100), "msg0000.WAV is not a sound file"),
        ("gsm", lambda path: put(path, b"hello" * 100), "msg0000.gsm is not a GSM recording"),
        ("wav", put_link, "msg0000.wav is a link"),
        ("gsm", put_link, "msg0000.gsm is not a plain file"),
        ("wav", os.mkfifo, "msg0000.wav"),
        ("gsm", os.mkfifo, "msg0000.gsm is not a plain file"),
        ("wav", Path.mkdir, "msg0000.wav"),
        ("WAV", Path.mkdir, "msg0000.WAV is not a plain file"),
        ("wav", lambda path: put_sparse(path, LARGEST_BYTES + 1), "too large"),
        ("gsm", lambda path: put_sparse(path, LARGEST_BYTES + 1), "more than"),
        ("ulaw", lambda path: put(path, b""), "no audio"),
        ("sln", lambda path: put(path, b"x"), "no audio"),
        ("sln16", lambda path: put(path, b""), "no audio"),
        ("ulaw", put_link, "msg0000.ulaw is not a plain file"),
        ("alaw", os.mkfifo, "msg0000.alaw is not a plain file"),
        ("sln", lambda path: put_sparse(path, LARGEST_BYTES + 1), "more than"),
        ("ogg", lambda path: put(path, b"hello" * 100), "msg0000.ogg is not a sound file"),
        ("mp3", lambda path: put(path, b"hello" * 100), "msg0000.mp3"),
        ("mp3", put_link, "msg0000.mp3 is not a plain file"),
        ("g729", lambda path: put(path, b"hello"), "no audio but in g729, which is not read"),
        ("txt", lambda path: None, "no audio"),
    ],
)
def test_what_is_no_sound_is_told_in_a_sentence(
    old: OldVoicemail, ending: str, make: object, told: str
) -> None:
    stem = old.leave(endings=())
    assert callable(make)
    make(stem.with_suffix(f".{ending}"))

    with refuses(AudioError, told) as refusal:
        read_sound(only(old))

    assert "\n" not in whole(refusal.value)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (put_link, "msg0000.txt is not a plain file"),
        (os.mkfifo, "msg0000.txt is not a plain file"),
        (Path.mkdir, "msg0000.txt is not a plain file"),
        (lambda path: put_sparse(path, LARGEST_NOTE + 1), "more than 65536 bytes"),
        (lambda path: None, "there is no .txt"),
    ],
)
def test_what_is_no_note_is_told_in_a_sentence(old: OldVoicemail, make: object, told: str) -> None:
    note = old.leave().with_suffix(".txt")
    note.unlink()
    assert callable(make)
    make(note)

    with refuses(NoRecording, told):
        read_note(only(old))

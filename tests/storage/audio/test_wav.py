"""Recordings measured and, where their header lies, put right; speech told from other sounds."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.audio.speech import speech_seconds
from storage.audio.store import LocalAudio
from storage.audio.wav import examine
from storage.audio.waveform import POINTS
from storage.errors import AudioError, NotFound
from tests.refusals import refuses
from tests.speech import samples, silence, speak, tone, write_wav

SPEECH = "Здравствуйте, это Иван. Перезвоните мне, пожалуйста, завтра утром."


def test_a_recording_is_measured(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", silence(1) + tone(1))

    audio = examine(path)

    assert audio.duration == pytest.approx(2.0)
    assert audio.size == path.stat().st_size
    assert not audio.repaired
    assert len(audio.peaks) == POINTS
    assert set(audio.peaks[: POINTS // 2 - 1]) == {0}
    assert min(audio.peaks[POINTS // 2 + 1 :]) > 100


@pytest.mark.parametrize("claimed", [0, 32_000, 0xFFFFFFFF], ids=["none", "stale", "endless"])
def test_a_lying_header_is_repaired(tmp_path: Path, claimed: int) -> None:
    path = write_wav(tmp_path / "a.wav", tone(4))
    whole = path.read_bytes()
    path.write_bytes(whole[:40] + claimed.to_bytes(4, "little") + whole[44:])

    audio = examine(path)

    assert audio.repaired
    assert audio.wav == whole


def test_half_a_sample_at_the_end_is_dropped(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(1))
    path.write_bytes(path.read_bytes()[:-1])

    audio = examine(path)

    assert len(audio.samples) == 15_998
    with wave.open(io.BytesIO(audio.wav)) as file:
        assert file.getnframes() == 7_999


def test_chunks_before_and_behind_the_audio_are_no_audio(tmp_path: Path) -> None:
    whole = write_wav(tmp_path / "a.wav", tone(1)).read_bytes()
    note = b"LIST" + (4).to_bytes(4, "little") + b"INFO"
    path = tmp_path / "b.wav"
    path.write_bytes(whole[:12] + note + whole[12:] + note)

    audio = examine(path)

    assert audio.duration == pytest.approx(1.0)
    assert not audio.repaired


def begun_on_a_full_disk(whole: bytes, lost: int) -> bytes:
    """What Asterisk leaves when its first ``lost`` bytes did not fit: the sizes, in zeros."""
    hole = bytearray(lost)
    hole[4:8] = (len(whole) - 8).to_bytes(4, "little")
    hole[40:44] = (len(whole) - 44).to_bytes(4, "little")
    return bytes(hole) + whole[lost:]


def test_a_recording_that_lost_its_header_is_heard_from_where_there_was_room(
    tmp_path: Path,
) -> None:
    path = speak(SPEECH, path=tmp_path / "a.wav")
    whole = path.read_bytes()
    path.write_bytes(begun_on_a_full_disk(whole, 4096))

    audio = examine(path)

    assert audio.repaired
    assert audio.wav[44:4096] == bytes(4096 - 44)
    assert audio.wav[4096:] == whole[4096:]
    assert speech_seconds(audio) > 1


def test_a_recording_that_lost_everything_holds_no_speech(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(0.25))
    whole = path.read_bytes()
    path.write_bytes(begun_on_a_full_disk(whole, len(whole)))

    assert speech_seconds(examine(path)) == 0


def test_stereo_is_measured_in_one_channel(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(4 * 8000))

    assert examine(path).duration == pytest.approx(1.0)


@pytest.mark.parametrize(
    "contents",
    [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"ID3" + bytes(100), b"RIFF\0\0\0\0WAVEdata\0\0\0\0"],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(contents)

    with refuses(AudioError, r"a\.wav"):
        examine(path)


def test_eight_bits_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 1, 8000, 0, "NONE", ""))
        file.writeframes(bytes(8000))

    with refuses(AudioError, "16 bit"):
        examine(path)


@given(contents=st.binary(max_size=200), cut=st.integers(0, 300))
def test_no_garbage_is_too_much(
    tmp_path_factory: pytest.TempPathFactory, contents: bytes, cut: int
) -> None:
    """Behind a good beginning, anything may come: a recording comes out, or a sentence."""
    path = tmp_path_factory.mktemp("garbage") / "a.wav"
    path.write_bytes((write_wav(path, tone(0.01)).read_bytes()[:60] + contents)[:cut])
    try:
        audio = examine(path)
    except AudioError:
        return
    if audio.samples:
        with wave.open(io.BytesIO(audio.wav)) as file:
            assert file.readframes(file.getnframes()) == audio.samples


@pytest.mark.parametrize(("text", "language"), [(SPEECH, "ru"), ("Please call me back", "en")])
def test_speech_is_heard(text: str, language: str) -> None:
    audio = examine(speak(text, language))

    assert 0.6 * audio.duration < speech_seconds(audio) <= audio.duration + 0.05


def test_keys_and_tones_are_no_speech(tmp_path: Path) -> None:
    keys = b"".join(tone(0.2, hertz) + silence(0.1) for hertz in (697, 770, 852, 941))

    assert speech_seconds(examine(write_wav(tmp_path / "a.wav", keys + tone(3)))) == 0.0


def test_counting_stops_when_it_is_enough(tmp_path: Path) -> None:
    long = samples(speak(SPEECH)) * 3

    heard = speech_seconds(examine(write_wav(tmp_path / "a.wav", long)), enough=1.0)

    assert 1.0 <= heard < 1.5


def test_speech_after_a_long_silence_is_heard(tmp_path: Path) -> None:
    audio = silence(6) + samples(speak(SPEECH))

    assert speech_seconds(examine(write_wav(tmp_path / "a.wav", audio))) > 2.0


def test_stored_audio_is_read_again(tmp_path: Path) -> None:
    audio = LocalAudio(tmp_path / "audio")

    audio.put("2026/08/a.wav", b"one")
    audio.put("2026/08/a.wav", b"two")

    with audio.open("2026/08/a.wav") as file:
        assert file.read() == b"two"
    assert [path.name for path in audio.folder.rglob("*.*") if path.is_file()] == ["a.wav"]


def test_deleted_audio_is_gone_and_may_be_deleted_again(tmp_path: Path) -> None:
    audio = LocalAudio(tmp_path / "audio")
    audio.put("a.wav", b"one")

    audio.delete("a.wav")
    audio.delete("a.wav")

    with pytest.raises(NotFound):
        audio.open("a.wav")


@pytest.mark.parametrize("key", ["../a.wav", "/etc/passwd", "2026/../../a.wav"])
def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    with refuses(AudioError, "leads out"):
        LocalAudio(tmp_path / "audio").put(key, b"one")


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "audio").write_text("a file is in the way")

    with refuses(AudioError, "cannot take the audio"):
        LocalAudio(tmp_path / "audio").put("a.wav", b"one")


def test_what_a_crash_left_half_written_goes_after_an_hour(tmp_path: Path) -> None:
    import os

    audio = LocalAudio(tmp_path / "audio")
    audio.put("a.wav", b"one")
    old, new = (audio.folder / ".incoming" / name for name in ("old.part", "new.part"))
    old.write_bytes(b"")
    new.write_bytes(b"")
    os.utime(old, (1, 1))

    audio.tidy()

    assert not old.exists()
    assert new.exists()

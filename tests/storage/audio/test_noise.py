"""What is only the noise of a line, and what may be a voice."""

from __future__ import annotations

import audioop
import os
from array import array
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.audio.noise import is_only_noise
from storage.audio.wav import HEADER_BYTES
from storage.identifiers import new_id
from tests.bad_sounds import noise
from tests.quiet_voices import VOICES, quiet_voice
from tests.speech import RATE, samples, silence, speak, tone, write_wav

SECONDS = 3.0


def mixed(one: bytes, other: bytes) -> bytes:
    length = min(len(one), len(other))
    return audioop.add(one[:length], other[:length], 2)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return tmp_path / f"{new_id(datetime.now(UTC))}.wav"


@pytest.mark.parametrize(
    "sound",
    [
        noise(4, -65),
        noise(4, -50),
        noise(4, -42),
        noise(4, -50, smooth=0.9),
        mixed(noise(4, -60), tone(4, 50, 0.003)),
        silence(4),
        array("h", [8, -8] * 16_000).tobytes(),
        array("h", [500] * 32_000).tobytes(),
    ],
    ids=[
        *("faint", "usual", "loud", "low"),
        *("with a hum", "digital silence", "silence of A-law", "beside the middle"),
    ],
)
def test_the_noise_of_a_line(recording: Path, sound: bytes) -> None:
    write_wav(recording, samples(speak("Это всё. До свидания.")) + sound)
    assert is_only_noise(recording, SECONDS)


@pytest.mark.parametrize("line", [-70.0, -50.0], ids=["on a good line", "with comfort noise"])
def test_a_voice_is_no_noise(recording: Path, line: float) -> None:
    said = samples(speak("Перезвоните мне, пожалуйста, завтра утром."))
    for end in range(len(said) // 4 * 2, len(said), 2000):
        sound = said[:end]
        write_wav(recording, mixed(sound, noise(len(sound) / 2 / RATE, line)))
        assert not is_only_noise(recording, 1.0)


@pytest.mark.parametrize("name", VOICES)
def test_a_quiet_voice_is_no_noise(recording: Path, name: str) -> None:
    """Wherever in the message: what is heard by nobody but a person must not be cut off."""
    said = samples(quiet_voice(name))
    seconds = min(SECONDS, len(said) / 2 / RATE - 0.2)
    for end in range(round(seconds * RATE) * 2 + 1600, len(said), 1600):
        write_wav(recording, said[:end])
        assert not is_only_noise(recording, seconds), end


def test_a_noise_that_may_hide_a_voice_is_none(recording: Path) -> None:
    write_wav(recording, noise(4, -30))
    assert not is_only_noise(recording, SECONDS)


def test_one_word_in_it_is_enough(recording: Path) -> None:
    word = samples(speak("Да."))
    sound = noise(1, -50) + mixed(word, noise(len(word) / 2 / RATE, -50)) + noise(1, -50)
    write_wav(recording, sound)
    assert not is_only_noise(recording, len(sound) / 2 / RATE - 0.2)


def test_the_newest_part_counts(recording: Path) -> None:
    write_wav(recording, samples(speak("Добрый день, это Иван.")))
    write_wav(recording.with_stem(f"{recording.stem}-2"), noise(4, -50))
    assert is_only_noise(recording, SECONDS)
    write_wav(recording.with_stem(f"{recording.stem}-10"), samples(speak("Это снова Иван.")))
    assert not is_only_noise(recording, 1.0)


@pytest.mark.parametrize("seconds", [0.0, 2.0])
def test_less_than_that_tells_nothing(recording: Path, seconds: float) -> None:
    assert not is_only_noise(recording, SECONDS), "there is no file yet"
    write_wav(recording, noise(seconds, -50))
    assert not is_only_noise(recording, SECONDS)


def test_a_header_that_is_not_written_yet_does_not_matter(recording: Path) -> None:
    write_wav(recording, noise(4, -50))
    written = recording.read_bytes()
    recording.write_bytes(bytes(HEADER_BYTES) + written[HEADER_BYTES:] + b"\1")
    assert is_only_noise(recording, SECONDS)


def test_what_is_no_file_is_not_followed_or_waited_for(recording: Path, tmp_path: Path) -> None:
    write_wav(tmp_path / "elsewhere.wav", noise(4, -50))
    recording.symlink_to(tmp_path / "elsewhere.wav")
    assert not is_only_noise(recording, SECONDS)
    recording.unlink()
    os.mkfifo(recording)
    assert not is_only_noise(recording, SECONDS)

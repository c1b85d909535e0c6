"""A sound as callers will hear it: whatever is wrong with it, no roar, and nothing untold."""

from __future__ import annotations

import audioop
import math
import subprocess
from pathlib import Path

import pytest

from storage.audio.rendition import LOUDNESS, MOST_GAIN, Rendition, rendition_of
from storage.audio.speech import speech_seconds
from storage.audio.wav import HEADER_BYTES, recording_of
from storage.errors import AudioError
from tests.asterisk.listening import likeness
from tests.bad_sounds import SAID, convert, noise, noise_file, upside_down
from tests.refusals import refuses
from tests.speech import samples, silence, speak, tone, write_wav

FORMATS = {
    "44100.wav": ("-ar", "44100"),
    "8000.wav": (),
    "a.opus": ("-ar", "48000"),
    "a.mp3": ("-ar", "44100"),
    "a.m4a": ("-ar", "44100"),
    "a.ogg": ("-ar", "44100", "-c:a", "libvorbis"),
    "a.flac": ("-ar", "44100"),
    "alaw.wav": ("-c:a", "pcm_alaw"),
}


def rendered(path: Path) -> Rendition:
    return rendition_of(path, path.name)


def heard(rendition: Rendition) -> bytes:
    """The samples."""
    return rendition.wav[HEADER_BYTES:]


def decibels(part: bytes) -> float:
    """RMS, in dBFS."""
    return 20 * math.log10(max(1, audioop.rms(part, 2)) / 32768)


def loudest_second(part: bytes) -> float:
    """RMS of the loudest second, in dBFS."""
    return max(decibels(part[start : start + 16000]) for start in range(0, len(part), 4000))


def seconds_of_speech(rendition: Rendition) -> float:
    return speech_seconds(recording_of(heard(rendition)))


@pytest.mark.parametrize("name", FORMATS)
def test_of_channels_that_cancel_each_other_the_speech_is_heard(tmp_path: Path, name: str) -> None:
    rendition = rendered(upside_down(tmp_path / name, *FORMATS[name]))

    assert rendition.doubts == ("cancels",)
    (tmp_path / "heard.wav").write_bytes(rendition.wav)
    # A codec may turn it over as a whole, which nobody hears.
    over = audioop.mul(heard(rendition), 2, -1)
    turned = write_wav(tmp_path / "turned.wav", over)
    assert max(likeness(speak(SAID), p) for p in (tmp_path / "heard.wav", turned)) > 0.8
    assert loudest_second(heard(rendition)) == pytest.approx(LOUDNESS, abs=4)


def test_speech_that_is_well_recorded_is_not_doubtful(tmp_path: Path) -> None:
    rendition = rendered(speak(SAID))
    assert rendition.doubts == ()
    assert seconds_of_speech(rendition) > 2
    both = convert(speak(SAID), tmp_path / "both.mp3", "-ac", "2", "-ar", "44100")
    assert rendered(both).doubts == ()


def test_speech_in_one_of_two_channels_is_as_loud_as_in_both(tmp_path: Path) -> None:
    one = convert(speak(SAID), tmp_path / "one.wav", "-af", "pan=stereo|c0=c0|c1=0*c0")
    rendition = rendered(one)
    assert rendition.doubts == ()
    assert loudest_second(heard(rendition)) == pytest.approx(LOUDNESS, abs=4)


def test_speech_in_the_middle_of_six_channels_is_heard(tmp_path: Path) -> None:
    middle = "pan=5.1|FL=0*c0|FR=0*c0|FC=c0|LFE=0*c0|BL=0*c0|BR=0*c0"
    surround = convert(speak(SAID), tmp_path / "six.flac", "-af", middle)
    assert rendered(surround).doubts == ()


@pytest.mark.parametrize("level", [-100.0, -80.0])
def test_what_nobody_can_hear_is_no_sound(tmp_path: Path, level: float) -> None:
    hiss = noise_file(tmp_path / "a.wav", 3.0, level)
    with refuses(AudioError, r"^there is no sound in a\.wav$"):
        rendered(hiss)


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.opus", "a.wav"])
def test_silence_is_no_sound_in_any_format(tmp_path: Path, name: str) -> None:
    quiet = convert(write_wav(tmp_path / "silence.wav", silence(3.0)), tmp_path / name)
    with refuses(AudioError, rf"^there is no sound in {name}$"):
        rendered(quiet)


@pytest.mark.parametrize("offset", [8, 9000])  # silence in A-law is the first
def test_a_sound_that_only_hangs_beside_the_middle_is_none(tmp_path: Path, offset: int) -> None:
    aside = write_wav(tmp_path / "a.wav", audioop.bias(silence(3.0), 2, offset))
    with refuses(AudioError, "there is no sound in"):
        rendered(aside)


def test_a_film_without_sound_is_told_so(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    picture = ("-f", "lavfi", "-i", "testsrc=duration=1:size=64x64:rate=5", "-c:v", "mpeg4")
    subprocess.run(["ffmpeg", "-v", "error", *picture, str(film)], check=True)
    with refuses(AudioError, r"^there is no sound track in film\.mp4$"):
        rendered(film)


def test_the_hiss_of_an_empty_room_becomes_no_roar(tmp_path: Path) -> None:
    rendition = rendered(noise_file(tmp_path / "a.wav", 3.0, -62.0))
    assert rendition.doubts == ("quiet", "no-speech")
    assert decibels(heard(rendition)) == pytest.approx(-62 + MOST_GAIN, abs=1)


@pytest.mark.parametrize("level", ["-30dB", "0dB"])
def test_quiet_and_loud_speech_become_equally_loud(tmp_path: Path, level: str) -> None:
    path = convert(speak(SAID), tmp_path / "a.wav", "-af", f"volume={level}")
    assert loudest_second(heard(rendered(path))) == pytest.approx(LOUDNESS, abs=4)


def test_a_click_keeps_nobody_from_being_heard(tmp_path: Path) -> None:
    quiet = audioop.mul(samples(speak(SAID)), 2, 0.02)
    clicked = write_wav(tmp_path / "a.wav", tone(0.002, hertz=1000, level=0.99) + quiet)
    said = heard(rendered(clicked))
    assert loudest_second(said[16000:]) == pytest.approx(LOUDNESS, abs=4)
    assert audioop.max(said, 2) < 30_000


def test_pauses_do_not_make_speech_louder(tmp_path: Path) -> None:
    said = samples(speak(SAID))
    long = write_wav(tmp_path / "a.wav", silence(20.0) + said + silence(20.0))
    alone = write_wav(tmp_path / "b.wav", said)
    first, second = (loudest_second(heard(rendered(path))) for path in (long, alone))
    assert first == pytest.approx(second, abs=1)


def test_speech_beside_the_middle_is_put_right(tmp_path: Path) -> None:
    aside = audioop.bias(audioop.mul(samples(speak(SAID)), 2, 0.3), 2, 12_000)
    said = heard(rendered(write_wav(tmp_path / "a.wav", aside)))
    assert abs(audioop.avg(said, 2)) < 50
    assert loudest_second(said) == pytest.approx(LOUDNESS, abs=4)


@pytest.mark.parametrize(
    "sound", [tone(3.0), noise(3.0, -20.0)], ids=["tone", "noise of a format mistaken"]
)
def test_where_nobody_speaks_that_is_told(tmp_path: Path, sound: bytes) -> None:
    rendition = rendered(write_wav(tmp_path / "a.wav", sound))
    assert rendition.doubts == ("no-speech",)
    assert decibels(heard(rendition)) == pytest.approx(LOUDNESS, abs=3)


def test_a_short_sound_is_a_sound(tmp_path: Path) -> None:
    assert len(heard(rendered(write_wav(tmp_path / "a.wav", tone(0.1))))) == 2 * 800

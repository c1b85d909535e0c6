"""Pauses are found in whatever a line sounds like, and speech is never taken for one."""

from __future__ import annotations

import io
import time
import wave

import numpy as np
import pytest

from storage.audio.silence import MARGIN, find_silences
from storage.errors import AudioError

RATE = 8000


def voice(seconds: float, level: float = 6000) -> np.ndarray:
    """Something as uneven as speech: a tone that comes and goes four times a second."""
    at = np.arange(int(seconds * RATE)) / RATE
    return level * np.sin(2 * np.pi * 300 * at) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * at))


def pause(seconds: float, noise: float = 0) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 1, int(seconds * RATE)) * noise


def wav(*parts: np.ndarray, channels: int = 1, rate: int = RATE) -> bytes:
    samples = np.concatenate(parts).clip(-32767, 32767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(channels)
        target.setsampwidth(2)
        target.setframerate(rate)
        target.writeframes(np.repeat(samples, channels).tobytes())
    return file.getvalue()


def test_a_long_pause_is_found_and_short_ones_are_not() -> None:
    recording = wav(voice(2), pause(3), voice(1), pause(1), voice(2))
    assert find_silences(recording) == [(2 + MARGIN, 5 - MARGIN)]


def test_pauses_at_both_ends_reach_to_the_ends() -> None:
    assert find_silences(wav(pause(2), voice(2), pause(2))) == [
        (0.0, 2 - MARGIN),
        (4 + MARGIN, 6.0),
    ]


@pytest.mark.parametrize(("level", "noise"), [(300, 2), (3000, 300), (25000, 2000)])
def test_quiet_is_judged_by_the_recording_itself(level: float, noise: float) -> None:
    recording = wav(voice(3, level) + pause(3, noise), pause(3, noise), voice(3, level))
    ((begin, end),) = find_silences(recording)
    assert begin == pytest.approx(3 + MARGIN, abs=0.1)
    assert end == pytest.approx(6 - MARGIN, abs=0.1)


def test_a_click_does_not_end_a_pause() -> None:
    recording = wav(voice(2), pause(2), voice(0.04), pause(2), voice(2))
    assert len(find_silences(recording)) == 1


@pytest.mark.parametrize("level", [20, 6000])
def test_an_even_sound_has_no_pauses(level: float) -> None:
    assert find_silences(wav(voice(10, level))) == []


def test_nothing_but_silence_is_one_pause() -> None:
    assert find_silences(wav(pause(4))) == [(0.0, 4.0)]
    assert find_silences(wav(pause(0))) == []


def test_two_channels_are_heard_as_one() -> None:
    assert find_silences(wav(voice(2), pause(3), voice(2), channels=2)) == [
        (2 + MARGIN, 5 - MARGIN)
    ]


@pytest.mark.parametrize("damaged", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"\0" * 100])
def test_what_is_no_recording_is_refused(damaged: bytes) -> None:
    with pytest.raises(AudioError):
        find_silences(damaged)


def test_ten_minutes_take_less_than_a_second() -> None:
    recording = wav(*[voice(3), pause(3)] * 100)
    begun = time.process_time()
    assert len(find_silences(recording)) == 100
    assert time.process_time() - begun < 1

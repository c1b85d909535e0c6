"""Sounds that go wrong on their way: made by ffmpeg from what a synthesiser says."""

from __future__ import annotations

import random
import subprocess
from array import array
from pathlib import Path

from tests.speech import RATE, speak, write_wav

SAID = "Здравствуйте! Вы позвонили в компанию. Нажмите один или подождите сигнала."
UPSIDE_DOWN = "pan=stereo|c0=c0|c1=-1*c0"
"""Right is left turned upside down: their mix is silence."""


def convert(source: Path, target: Path, *options: str) -> Path:
    """The same sound in the format that the target's name tells."""
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", source, *options, target], check=True)
    return target


def upside_down(target: Path, *options: str) -> Path:
    """What is said in two channels that cancel each other."""
    return convert(speak(SAID), target, "-af", UPSIDE_DOWN, *options)


def noise(seconds: float, decibels: float, *, smooth: float = 0.0) -> bytes:
    """Samples of noise, so loud in dBFS: white, as a microphone hears it in an empty room.

    The nearer ``smooth`` is to 1, the lower it sounds.
    """
    dice, value = random.Random(1), 0.0
    level = 32768 * 10 ** (decibels / 20) * (1 - smooth**2) ** 0.5
    samples = array("h")
    for _ in range(round(seconds * RATE)):
        value = smooth * value + dice.gauss(0, level)
        samples.append(max(-32768, min(32767, round(value))))
    return samples.tobytes()


def noise_file(path: Path, seconds: float, decibels: float) -> Path:
    """The same as a WAV."""
    return write_wav(path, noise(seconds, decibels))

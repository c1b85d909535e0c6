"""Telling by ear: is this speech in that recording?"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WINDOW = 2667
"""Samples in a third of a second at 8 kHz."""
QUIET = 1e4
"""Mean power of samples below which there is nothing to hear."""
SAME = 0.3
"""The same speech scores 0.33 to 0.99, the less the busier the machine; another at most 0.22."""


def likeness(spoken: Path, recorded: Path) -> float:
    """How well the best-fitting place in ``recorded`` matches ``spoken``: from 0 to 1.

    Compares waveforms by normalised cross-correlation, so that another text in the same voice
    scores low; G.711 on the way costs little.
    """
    a, b = samples_of(spoken), samples_of(recorded)
    # The recording may have begun late, or ended early, by up to half of what was spoken.
    b = np.pad(b, len(a) // 2)
    size = 1 << (len(a) + len(b) - 1).bit_length()
    products = np.fft.irfft(np.fft.rfft(b, size) * np.conj(np.fft.rfft(a, size)), size)
    products = products[: len(b) - len(a) + 1]
    squares = np.concatenate(([0.0], np.cumsum(b * b)))
    energy = np.sqrt(np.maximum(squares[len(a) :] - squares[: -len(a)], 1e-9) * np.sum(a * a))
    return float(np.max(products / np.maximum(energy, 1e-9)))


def tone_share(recorded: Path, hertz: float) -> float:
    """How much of the sound within 15 Hz of a tone, in the third of a second with most of it.

    From 0 to 1: a ringing tone comes and goes, and other sounds may stand before and behind it.
    """
    samples = samples_of(recorded)
    shares = [0.0]
    for start in range(0, len(samples) - WINDOW, WINDOW // 4):
        spectrum = np.abs(np.fft.rfft(samples[start : start + WINDOW])) ** 2
        near = np.abs(np.fft.rfftfreq(WINDOW, 1 / 8000) - hertz) < 15
        if spectrum.sum() > WINDOW**2 * QUIET:
            shares.append(float(spectrum[near].sum() / spectrum.sum()))
    return max(shares)


def place_of(part: NDArray[np.float64], recording: Path) -> float:
    """At which second of the recording the part stands, which is in it somewhere."""
    whole = samples_of(recording)
    size = 1 << (len(part) + len(whole) - 1).bit_length()
    products = np.fft.irfft(np.fft.rfft(whole, size) * np.conj(np.fft.rfft(part, size)), size)
    return float(np.argmax(products[: len(whole)])) / 8000


def samples_of(path: Path) -> NDArray[np.float64]:
    """The samples of a WAV as Asterisk records it."""
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64)

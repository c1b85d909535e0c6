"""The picture of a recording: two rows of 256 bytes over its whole length."""

from __future__ import annotations

import audioop
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from storage.audio.channels import SAMPLE_BYTES

POINTS: Final = 256
QUIETEST: Final = 512
"""RMS (-36 dBFS) below which nothing is raised: the noise of an empty line is to look small."""


def peaks(samples: bytes) -> bytes:
    """The loudest sample of each part, from 0 (silence) to 255.

    In a long recording every part of some seconds has its loud moment, and all look alike.
    """
    return bytes(
        min(255, audioop.max(part, SAMPLE_BYTES) >> 7) if part else 0 for part in _parts(samples)
    )


def loudness(samples: bytes) -> bytes:
    """How loud each part is as a whole (RMS), from 0 to 255 for the loudest part.

    That is what tells speech from pauses in a recording of any length.
    """
    levels = [audioop.rms(part, SAMPLE_BYTES) if part else 0 for part in _parts(samples)]
    loudest = max(*levels, QUIETEST)
    return bytes(round(255 * level / loudest) for level in levels)


def _parts(samples: bytes) -> Iterator[bytes]:
    count = len(samples) // SAMPLE_BYTES
    edges = [SAMPLE_BYTES * (count * point // POINTS) for point in range(POINTS + 1)]
    return (samples[start:end] for start, end in pairwise(edges))

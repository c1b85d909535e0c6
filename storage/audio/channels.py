"""Two channels made one, so that nothing is lost of what is heard in them.

Their mix is silence, or noise, where one is the other turned upside down: a cable soldered the
wrong way round, or a "wide" stereo effect, does that. There the louder channel is taken.
"""

from __future__ import annotations

import audioop
from typing import Final, NamedTuple

SAMPLE_BYTES: Final = 2
BLOCK: Final = 800
"""Frames that are compared at once: a tenth of a second at the telephone's rate."""
CANCELLED: Final = 0.3
"""Of the louder channel, what a mix has left where they cancel each other. A mix with silence has
a half of it, one of two that have nothing in common more."""
MOST_CANCELLED: Final = 0.1
"""The part of all energy that may be lost in a mix."""
RUN: Final = 4
"""Blocks in a row, each as loud as a voice, of which nothing may be left: a word is that long."""
LOUD: Final = 300
"""RMS (-41 dBFS)."""


class Mixed(NamedTuple):
    """One channel, and whether a mix would have cancelled itself."""

    samples: bytes
    cancels: bool


def mixed(stereo: bytes) -> Mixed:
    """The mix of two channels of 16 bits, or the louder of them where they cancel each other."""
    left = audioop.tomono(stereo, SAMPLE_BYTES, 1, 0)
    right = audioop.tomono(stereo, SAMPLE_BYTES, 0, 1)
    mix = audioop.tomono(stereo, SAMPLE_BYTES, 0.5, 0.5)
    whole = lost = run = longest = 0
    size = BLOCK * SAMPLE_BYTES
    for start in range(0, len(mix), size):
        block = slice(start, start + size)
        loudest = max(audioop.rms(channel[block], SAMPLE_BYTES) for channel in (left, right))
        whole += loudest**2
        if audioop.rms(mix[block], SAMPLE_BYTES) < CANCELLED * loudest:
            lost += loudest**2
            run = run + 1 if loudest > LOUD else 0
            longest = max(longest, run)
        else:
            run = 0
    if lost <= MOST_CANCELLED * whole and longest < RUN:
        return Mixed(mix, cancels=False)
    is_left = audioop.rms(left, SAMPLE_BYTES) >= audioop.rms(right, SAMPLE_BYTES)
    return Mixed(left if is_left else right, cancels=True)

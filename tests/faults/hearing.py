"""How much of what was spoken is in a recording, to a quarter of a second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.asterisk.listening import samples_of

Samples = NDArray[np.float64]

RATE = 8000
PIECE = RATE // 4
HALF = PIECE // 2
FOUND = 0.6
"""The same piece scores over 0.9 after G.711, the best place of another speech under 0.4."""
DRIFT = RATE // 2
"""A busy telephone may slip by so much from one piece to the next; further, all is searched."""


@dataclass(frozen=True)
class Heard:
    """Of ``spoken`` seconds ``lost`` are not in the recording: stretches that begin ``at``."""

    spoken: float
    lost: float
    at: Sequence[float] = ()

    @property
    def found(self) -> float:
        """Seconds of it that are in the recording."""
        return self.spoken - self.lost

    @property
    def is_other(self) -> bool:
        """Whether the recording holds no more of this speech than the words that all begin with."""
        return self.lost > 0.8 * self.spoken


def heard_of(speech: Path, recorded: Path, seconds: float = float("inf")) -> Heard:
    """Look for the first ``seconds`` of a speech in a recording, piece by piece."""
    spoken = _hiss(samples_of(speech))
    # As if the recording had begun before and ended after: a piece at its edge may be cut.
    kept = np.pad(_hiss(samples_of(recorded)), PIECE)
    ends = min(len(spoken), seconds * RATE)
    starts = [start for start in range(0, len(spoken), PIECE) if start + PIECE <= ends]
    shift = _best(spoken, np.pad(kept, len(spoken)))[0] - len(spoken)
    pieces: list[tuple[int, int, int | None]] = []  # where, how long, and how much later it is kept
    for start in starts:
        at = _find(spoken[start : start + PIECE], kept, start + shift)
        if at is not None:
            shift = at - start
            pieces.append((start, PIECE, shift))
            continue
        # A packet that came late inside of a piece breaks it, and its halves are there.
        for half in (start, start + HALF):
            at = _find(spoken[half : half + HALF], kept, half + shift)
            pieces.append((half, HALF, None if at is None else at - half))
            shift = shift if at is None else at - half
    lost = _lost(pieces)
    total = sum(samples for _, samples in lost) / RATE
    return Heard(len(starts) * PIECE / RATE, total, [start / RATE for start, _ in lost])


def _lost(pieces: Sequence[tuple[int, int, int | None]]) -> list[tuple[int, int]]:
    """What is missing: where each stretch begins, and how much of it there is not.

    A stretch may be broken by a single packet. Where what follows is kept sooner than what comes
    before, that tells how much was cut out in between.
    """
    lost: list[tuple[int, int]] = []
    before, goes_on = None, False
    for start, size, shift in pieces:
        if shift is None:
            lost.append((lost[-1][0], lost.pop()[1] + size) if goes_on else (start, size))
        else:
            if goes_on and before is not None and 0 < before - shift < lost[-1][1]:
                lost[-1] = (lost[-1][0], before - shift)
            before = shift
        goes_on = shift is None
    return lost


def _find(piece: Samples, kept: Samples, about: int) -> int | None:
    """Where a piece is, most likely ``about`` there; None where it is nowhere."""
    near = max(0, about - DRIFT)
    at, score = _best(piece, kept[near : max(0, about + DRIFT + len(piece))])
    if score < FOUND:
        near, (at, score) = 0, _best(piece, kept)
    return near + at if score >= FOUND else None


def _hiss(samples: Samples) -> Samples:
    """The sound with its low tones, which all voices share, taken down."""
    return np.diff(samples, n=2)


def _best(piece: Samples, kept: Samples) -> tuple[int, float]:
    """Where a piece fits best, and how well: 1 is perfectly."""
    if len(kept) < len(piece):
        return 0, 0.0
    size = 1 << (len(piece) + len(kept) - 1).bit_length()
    products = np.fft.irfft(np.fft.rfft(kept, size) * np.conj(np.fft.rfft(piece, size)), size)
    products = products[: len(kept) - len(piece) + 1]
    squares = np.concatenate(([0.0], np.cumsum(kept * kept)))
    # Where there is less than the piece, some of it is missing.
    whole = np.sum(piece * piece)
    energy = np.maximum(squares[len(piece) :] - squares[: -len(piece)], max(whole, 1.0))
    scores = products / np.sqrt(energy * whole)
    best = int(np.argmax(scores))
    return best, float(scores[best])

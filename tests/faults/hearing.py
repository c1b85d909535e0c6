"""How much of what was spoken is in a recording, to a sixty-fourth of a second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.asterisk.listening import samples_of

Samples = NDArray[np.float64]

RATE = 8000
PIECE = RATE // 4
CRUMB = PIECE // 16
"""A packet of G.711 is 160 samples."""
FOUND = 0.6
"""The same piece scores over 0.9 after G.711, the best place of another speech under 0.4."""
DRIFT = RATE // 2
"""A busy telephone may slip by so much from one piece to the next; further, all is searched."""


@dataclass(frozen=True)
class Heard:
    """Of ``spoken`` seconds, ``lost`` were not found in the recording: those ``at`` these times."""

    spoken: float
    lost: float
    at: Sequence[float] = ()

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
    search = _Search(spoken, kept, _best(spoken, np.pad(kept, len(spoken)))[0] - len(spoken))
    missing = [at / RATE for start in starts for at in search.missing(start, PIECE)]
    return Heard(len(starts) * PIECE / RATE, len(missing) * CRUMB / RATE, missing)


@dataclass
class _Search:
    """For pieces of what was ``spoken`` in what was ``kept``, each about ``shift`` later."""

    spoken: Samples
    kept: Samples
    shift: int

    def missing(self, start: int, size: int) -> Iterator[int]:
        """Where the crumbs of a piece begin that are nowhere.

        A packet that is lost, or comes late, breaks the piece that it is in, and not its halves.
        """
        at = _find(self.spoken[start : start + size], self.kept, start + self.shift)
        if at is not None:
            self.shift = at - start
        elif size == CRUMB:
            yield start
        else:
            for half in (start, start + size // 2):
                yield from self.missing(half, size // 2)


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

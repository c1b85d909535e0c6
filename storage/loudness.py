"""How loud a sound is to people (EBU R128, by ffmpeg's filter), and making it as loud as others.

Pauses and the noise in them do not count, a click hardly does. Samples are of 16 bits, in one
channel, at the telephone's rate.
"""

from __future__ import annotations

import re
from typing import Final

from storage.channels import SAMPLE_BYTES
from storage.children import run
from storage.decoding import FFMPEG, RATE, working_on

SILENT: Final = -70.0
"""LUFS at which R128 hears nothing any more."""
PEAK: Final = -1.0
"""What the loudest sample may reach, in dBFS."""

_SAMPLES: Final = ("-f", "s16le", "-ar", str(RATE), "-ac", "1")
_GIVEN: Final = ("-protocol_whitelist", "pipe", *_SAMPLES, "-i", "pipe:0")
# R128 judges four tenths of a second at a time. What is shorter is made as long as that.
_METER: Final = (
    "apad=whole_dur=0.5,ebur128=metadata=1,ametadata=mode=print:key=lavfi.r128.I:file=-"
)
# Ten lines a second, some 60 bytes each: more than twice as much for the longest sound there is.
_MOST_TOLD: Final = 16 * 1024 * 1024
_LOUDNESS: Final = re.compile(rb"lavfi\.r128\.I=(-?\d+(?:\.\d+)?)")


def loudness(samples: bytes, title: str) -> float:
    """How loud it is, in LUFS; `SILENT` or less for silence.

    Raises AudioError, which calls the sound by its title, and Busy.
    """
    command = [*FFMPEG, *_GIVEN, "-af", _METER, "-f", "null", "-"]
    with working_on(title):
        told = run(command, given=samples, most_bytes=_MOST_TOLD)
    found = _LOUDNESS.findall(told)
    return float(found[-1]) if found else SILENT


def raised(samples: bytes, decibels: float, title: str) -> bytes:
    """The sound so much louder, or quieter. Peaks are held below full scale: nothing is clipped.

    Errors as in `loudness`.
    """
    limit = f"alimiter=limit={10 ** (PEAK / 20):.4f}:attack=5:release=50:level=disabled"
    command = [*FFMPEG, *_GIVEN, "-af", f"volume={decibels:.2f}dB,{limit}", *_SAMPLES, "-"]
    with working_on(title):
        louder = run(command, given=samples, most_bytes=len(samples) + RATE * SAMPLE_BYTES)
    return louder[: len(samples)]

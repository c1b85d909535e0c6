"""How loud a sound is to people (EBU R128, by ffmpeg's filter), and making it as loud as others.

Pauses and the noise in them do not count, and clicks do not. Samples are of 16 bits, in one
channel, at the telephone's rate.
"""

from __future__ import annotations

import audioop
import math
import re
from heapq import nlargest
from typing import Final

from storage.audio.channels import SAMPLE_BYTES
from storage.audio.child_programs import run
from storage.audio.ffmpeg import FFMPEG, RATE, working_on

SILENT: Final = -70.0
"""LUFS at which R128 hears nothing any more."""
PEAK: Final = -1.0
"""What the loudest sample may reach, in dBFS."""

CLICKS: Final = 5
"""Hundredths of a second that decide nothing, however loud."""
ABOVE: Final = 1.4
"""How much louder than all that follows they may be and still count as it is."""

_BLOCK: Final = RATE // 100 * SAMPLE_BYTES
_FULL: Final = 32_767
_SAMPLES: Final = ("-f", "s16le", "-ar", str(RATE), "-ac", "1")
_GIVEN: Final = ("-protocol_whitelist", "pipe", *_SAMPLES, "-i", "pipe:0")
# R128 judges four tenths of a second at a time. What is shorter is made as long as that.
_METER: Final = "apad=whole_dur=0.5,ebur128=metadata=1,ametadata=mode=print:key=lavfi.r128.I:file=-"
# Ten lines a second, some 60 bytes each: more than twice as much for the longest sound there is.
_MOST_TOLD: Final = 16 * 1024 * 1024
_LOUDNESS: Final = re.compile(rb"lavfi\.r128\.I=(-?\d+(?:\.\d+)?)")


def loudness(samples: bytes, title: str) -> float:
    """How loud it is, in LUFS; `SILENT` or less for silence.

    Raises AudioError, which calls the sound by its title, and Busy.
    """
    command = [*FFMPEG, *_GIVEN, "-af", _METER, "-f", "null", "-"]
    factor = _room_above(samples)
    with working_on(title):
        # What is beyond full scale by then is cut off: it was a click.
        given = audioop.mul(samples, SAMPLE_BYTES, factor)
        told = run(command, given=given, most_bytes=_MOST_TOLD)
    found = _LOUDNESS.findall(told)
    level = float(found[-1]) if found else SILENT
    return level - 20 * math.log10(factor) if level > SILENT else SILENT


def _room_above(samples: bytes) -> float:
    """By how much all but clicks could be louder."""
    blocks = (samples[start : start + _BLOCK] for start in range(0, len(samples), _BLOCK))
    loudest = nlargest(CLICKS + 1, (audioop.max(block, SAMPLE_BYTES) for block in blocks))
    lasting = ABOVE * loudest[-1]
    if len(loudest) <= CLICKS or not 0 < lasting < loudest[0]:
        return 1.0
    return _FULL / lasting


def raised(samples: bytes, decibels: float, title: str) -> bytes:
    """The sound so much louder, or quieter. Peaks are held below full scale: nothing is clipped.

    Errors as in `loudness`.
    """
    limit = f"alimiter=limit={10 ** (PEAK / 20):.4f}:attack=5:release=50:level=disabled"
    command = [*FFMPEG, *_GIVEN, "-af", f"volume={decibels:.2f}dB,{limit}", *_SAMPLES, "-"]
    with working_on(title):
        louder = run(command, given=samples, most_bytes=len(samples) + RATE * SAMPLE_BYTES)
    return louder[: len(samples)]

"""Sound of foreign formats, decoded by ffmpeg into what a telephone carries.

Strangers make the files. Whoever asks names the formats that may be read: a playlist would have
ffmpeg open other files. And ffmpeg has a minute for each.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from storage.audio import LARGEST_BYTES, SAMPLE_BYTES, Audio, recording_of
from storage.errors import AudioError, NoRecording
from storage.files import NotPlain, read_plain
from storage.text import printable

RATE: Final = 8000
"""Samples a second."""
LIMIT: Final = 60.0
"""Seconds ffmpeg may take."""
GSM_MARK: Final = 0xD
"""Half a byte with which each frame of GSM begins."""
LONGEST: Final = LARGEST_BYTES // (RATE * SAMPLE_BYTES)
"""Seconds of the longest recording."""


def decode(source: Sequence[str], title: str, seconds: int, given: bytes | None = None) -> bytes:
    """The first so many seconds as samples: 16 bits, one channel, 8000 Hz; perhaps none.

    ``source`` are ffmpeg's options for its input; ``given`` is what it finds at ``pipe:0``. Raises
    AudioError, which calls the sound by its title.
    """
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", *source]
    command += ["-map", "0:a:0", "-t", str(seconds), "-ac", "1", "-ar", str(RATE)]
    try:
        done = subprocess.run(
            [*command, "-f", "s16le", "-"],
            input=given or b"",
            capture_output=True,
            timeout=LIMIT,
            check=True,
        )
    except FileNotFoundError as error:
        raise AudioError("ffmpeg is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise AudioError(f"{title} takes longer than {LIMIT:g} s to decode") from error
    except subprocess.CalledProcessError as error:
        raise AudioError(f"{title} is not a sound file that can be read") from error
    return done.stdout[: len(done.stdout) // 2 * 2]


def decode_recording(path: Path, demuxer: str) -> Audio | None:
    """A recording in ffmpeg's format "gsm", or in "wav" with GSM within; None for an empty file.

    No link is followed and no pipe waited for. Raises NoRecording, AudioError.
    """
    name = printable(path.name)
    try:
        given = read_plain(path, LARGEST_BYTES)
    except NotPlain as error:
        raise NoRecording(printable(str(error))) from error
    except OSError as error:
        raise AudioError(f"{name} cannot be read: {error.strerror}") from error
    if not given:
        return None
    if demuxer == "gsm" and given[0] >> 4 != GSM_MARK:
        raise NoRecording(f"{name} is not a GSM recording")  # ffmpeg would hear noise in it
    source = ["-protocol_whitelist", "pipe", "-f", demuxer, "-i", "pipe:0"]
    samples = decode(source, name, LONGEST + 1, given)
    if len(samples) > LONGEST * RATE * SAMPLE_BYTES:
        raise NoRecording(f"{name} is too long for a recording")
    return recording_of(samples)

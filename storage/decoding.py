"""Sound of foreign formats, decoded by ffmpeg into what a telephone carries.

Strangers make the files. Whoever asks names the formats that may be read: a playlist would have
ffmpeg open other files. What it may take of the machine is limited by `storage.children`.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from storage.audio import LARGEST_BYTES, SAMPLE_BYTES, Audio, recording_of
from storage.children import SECONDS, TURNS, run
from storage.errors import AudioError, NoRecording
from storage.files import NotPlain, read_plain
from storage.text import printable

RATE: Final = 8000
"""Samples a second."""
LEAST_RATE: Final = 4000
"""Samples a second of what may be decoded: few of them become very many at the telephone's rate."""
MOST_TOLD: Final = 64 * 1024
"""Bytes that may be told of a file."""
GSM_MARK: Final = 0xD
"""Half a byte with which each frame of GSM begins."""
LONGEST: Final = LARGEST_BYTES // (RATE * SAMPLE_BYTES)
"""Seconds of the longest recording."""
# Each thread of a decoder or filter takes addresses, and a machine may have many processors.
_ONE_THREAD: Final = ("-filter_threads", "1", "-threads", "1")


def decode(
    source: Sequence[str],
    title: str,
    seconds: int,
    given: bytes = b"",
    *,
    tells_rate: bool = True,
) -> bytes:
    """The first so many seconds as samples: 16 bits, one channel, 8000 Hz; perhaps none.

    ``source`` are ffmpeg's options for its input; ``given`` is what it finds at ``pipe:0``. Only a
    format that ``tells_rate`` is asked for it first. Raises AudioError, which calls the sound by
    its title, and Busy.
    """
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", *_ONE_THREAD, *source]
    command += ["-map", "0:a:0", "-t", str(seconds), "-ac", "1", "-ar", str(RATE)]
    command += ["-f", "s16le", "-"]
    try:
        with TURNS.turn():
            if tells_rate:
                _check_rate(_rate(source, given), title)
            samples = run(command, given=given, most_bytes=seconds * RATE * SAMPLE_BYTES)
    except FileNotFoundError as error:
        raise AudioError(f"{error.args[0]} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise AudioError(f"{title} takes longer than {SECONDS:g} s to decode") from error
    except subprocess.CalledProcessError as error:
        raise AudioError(f"{title} is not a sound file that can be read") from error
    except OSError as error:
        raise AudioError(f"{title} cannot be decoded: {error.strerror}") from error
    return samples[: len(samples) // SAMPLE_BYTES * SAMPLE_BYTES]


def _rate(source: Sequence[str], given: bytes) -> int:
    """Samples a second as the file tells, before anything of it is decoded; 0 for no sound."""
    command = ["ffprobe", "-loglevel", "error", *source, "-select_streams", "a:0"]
    command += ["-show_entries", "stream=sample_rate", "-of", "csv=p=0"]
    told = run(command, given=given, most_bytes=MOST_TOLD).split()
    return int(told[0]) if told and told[0].isdigit() else 0


def _check_rate(rate: int, title: str) -> None:
    """Raises AudioError for a rate that no sound has."""
    if 0 < rate < LEAST_RATE:
        raise AudioError(
            f"{title} has a rate of {rate} Hz: at least {LEAST_RATE} are needed for speech"
        )


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
    # GSM by itself has one rate, and no header that could tell another.
    samples = decode(source, name, LONGEST + 1, given, tells_rate=demuxer != "gsm")
    if len(samples) > LONGEST * RATE * SAMPLE_BYTES:
        raise NoRecording(f"{name} is too long for a recording")
    return recording_of(samples)

"""Sound of foreign formats, decoded by ffmpeg into what a telephone carries.

Strangers make the files. Whoever asks names the formats that may be read: a playlist would have
ffmpeg open other files. What it may take of the machine is limited by
`storage.audio.child_programs`.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from storage.audio.channels import SAMPLE_BYTES, Mixed, mixed
from storage.audio.child_programs import SECONDS, TURNS, run
from storage.audio.wav import LARGEST_BYTES, Audio, recording_of
from storage.errors import AudioError, NoRecording
from storage.files.atomic import NotPlain, read_plain
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
FFMPEG: Final = ("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", *_ONE_THREAD)
"""The command, to be followed by what it is to do."""


class _Told(NamedTuple):
    """What a file tells of its sound before it is decoded."""

    rate: int
    channels: int


# Of formats that tell nothing.
_TELEPHONE: Final = _Told(RATE, 1)


def decode(
    source: Sequence[str],
    title: str,
    seconds: int,
    given: bytes = b"",
    *,
    tells_rate: bool = True,
) -> Mixed:
    """The first so many seconds as samples: 16 bits, one channel, 8000 Hz; perhaps none.

    ``source`` are ffmpeg's options for its input; ``given`` is what it finds at ``pipe:0``. Only a
    format that ``tells_rate`` is asked for it first; others have one channel. Raises AudioError,
    which calls the sound by its title, and Busy.
    """
    with working_on(title):
        told = _ask(source, title, given) if tells_rate else _TELEPHONE
        command = [*FFMPEG, *source, "-map", "0:a:0", "-t", str(seconds)]
        command += ["-ac", str(told.channels), "-ar", str(RATE), "-f", "s16le", "-"]
        frame = told.channels * SAMPLE_BYTES
        samples = run(command, given=given, most_bytes=seconds * RATE * frame)
    samples = samples[: len(samples) // frame * frame]
    return mixed(samples) if told.channels > 1 else Mixed(samples, cancels=False)


@contextmanager
def working_on(title: str) -> Iterator[None]:
    """Have a turn for ffmpeg. Raises Busy, and AudioError for whatever goes wrong meanwhile."""
    try:
        with TURNS.turn():
            yield
    except FileNotFoundError as error:
        raise AudioError("program-missing", program=str(error.args[0])) from error
    except subprocess.TimeoutExpired as error:
        raise AudioError("slow-to-decode", title=title, seconds=SECONDS) from error
    except subprocess.CalledProcessError as error:
        raise AudioError("not-a-sound-file", title=title) from error
    except OSError as error:
        raise AudioError("not-decoded", title=title, reason=error.strerror) from error


def _ask(source: Sequence[str], title: str, given: bytes) -> _Told:
    """What the file tells. Raises AudioError for one without sound, or with a rate of none."""
    command = ["ffprobe", "-loglevel", "error", *source, "-select_streams", "a:0"]
    command += ["-show_entries", "stream=sample_rate,channels", "-of", "csv=p=0"]
    lines = run(command, given=given, most_bytes=MOST_TOLD).decode("ascii", "replace").split()
    if not lines:
        raise AudioError("no-sound-track", title=title)
    rate, _, channels = lines[0].partition(",")
    told = _Told(_number(rate), min(2, _number(channels) or 1))
    if 0 < told.rate < LEAST_RATE:
        raise AudioError("rate-too-low", title=title, rate=told.rate, least=LEAST_RATE)
    return told


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def decode_recording(path: Path, source: Sequence[str], *, tells_rate: bool = True) -> Audio | None:
    """A recording in the format that ffmpeg's options ``source`` name; None for an empty file.

    No link is followed and no pipe waited for. Raises NoRecording, AudioError.
    """
    name = printable(path.name)
    given = read_recorded(path)
    if not given:
        return None
    if "gsm" in source and given[0] >> 4 != GSM_MARK:
        raise NoRecording("not-gsm", name=name)  # ffmpeg would hear noise in it
    whole = ["-protocol_whitelist", "pipe", *source, "-i", "pipe:0"]
    samples = decode(whole, name, LONGEST + 1, given, tells_rate=tells_rate).samples
    if len(samples) > LONGEST * RATE * SAMPLE_BYTES:
        raise NoRecording("recording-too-long", name=name)
    return recording_of(samples)


def read_recorded(path: Path) -> bytes:
    """A recorded file, whole, whatever its format. Raises NoRecording, AudioError."""
    try:
        return read_plain(path, LARGEST_BYTES)
    except NotPlain as error:
        raise NoRecording.of([error.problem]) from error
    except OSError as error:
        raise AudioError(
            "file-unreadable", file=printable(path.name), reason=error.strerror
        ) from error

"""Recordings as Asterisk writes them: WAV, 16 bit PCM, usually 8 kHz and mono.

A recording cut short by a crash has a header that says "no audio", or too little of it, with
the audio behind it. Examining puts that right in the copy we keep, not in Asterisk's file.
"""

from __future__ import annotations

import audioop
import errno
import hashlib
import os
import stat
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from storage.audio.channels import SAMPLE_BYTES, mixed
from storage.audio.waveform import loudness, peaks
from storage.errors import AudioError, NoRecording
from storage.text import printable

RATES = range(4000, 192_001)  # in Hz
HEADER_BYTES = 44  # of a WAV without any audio
RECORDED_RATE = 8000  # in Hz, of what Asterisk records as "wav"
# Three hours as Asterisk records them: no message is as long, and a file read whole has to fit
# into memory some times over.
LARGEST_BYTES = 3 * 3600 * 8000 * SAMPLE_BYTES + HEADER_BYTES

# What goes on until somebody changes it: no rights, a socket, a folder.
_LASTING = (errno.EACCES, errno.ENXIO, errno.EISDIR)

_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")
_PCM = 1


@dataclass(frozen=True)
class Audio:
    """A recording, read whole and measured.

    ``wav`` is the file with a true header and ``samples`` its audio in one channel; ``rate`` is
    in Hz, ``duration`` in seconds, ``size`` in bytes. ``peaks`` and ``loudness`` are for drawing:
    see `storage.audio.waveform`. ``repaired`` tells that the file's header lied, and ``blank`` that
    nobody can have said anything: there are no samples, or all are the same.
    """

    wav: bytes = field(repr=False)
    samples: bytes = field(repr=False)
    rate: int
    duration: float
    size: int
    sha256: str
    peaks: bytes = field(repr=False)
    loudness: bytes = field(repr=False)
    repaired: bool
    blank: bool


@dataclass(frozen=True)
class _Layout:
    """Where things are in a WAV: offsets and sizes in bytes."""

    channels: int
    rate: int
    data_start: int
    data_size: int  # what there is
    claimed_size: int  # what the header says


def examine(path: Path) -> Audio:
    """Read and measure a recording. Raises NoRecording if it is none, AudioError otherwise."""
    wav = _read(path)
    has_hole = _begins_with_hole(wav)
    if has_hole:
        audio = wav[HEADER_BYTES:]
        wav = _header(RECORDED_RATE, len(audio)) + audio
    layout = _find_audio(wav, printable(path.name))
    repaired = has_hole or layout.data_size != layout.claimed_size
    if layout.data_size != layout.claimed_size:
        wav = _with_true_header(wav, layout)
    samples = wav[layout.data_start : layout.data_start + layout.data_size]
    blank = _is_constant(samples, layout.channels)  # asked before the two are made one
    if layout.channels == 2:
        samples = mixed(samples).samples
    return _measured(wav, samples, layout.rate, repaired=repaired, blank=blank)


def join(parts: Sequence[Audio]) -> Audio:
    """The parts of one recording, at least one, as if it had been made without a break."""
    if len(parts) == 1:
        return parts[0]
    rate = parts[0].rate
    samples = b"".join(_at_rate(part, rate) for part in parts)
    joined = recording_of(samples, rate, repaired=any(part.repaired for part in parts))
    return replace(joined, blank=all(part.blank for part in parts))


def recording_of(samples: bytes, rate: int = RECORDED_RATE, *, repaired: bool = False) -> Audio:
    """Samples of 16 bits in one channel, as if they had been recorded."""
    wav, blank = _header(rate, len(samples)) + samples, _is_constant(samples, 1)
    return _measured(wav, samples, rate, repaired=repaired, blank=blank)


def _at_rate(audio: Audio, rate: int) -> bytes:
    if audio.rate == rate:
        return audio.samples
    return audioop.ratecv(audio.samples, SAMPLE_BYTES, 1, audio.rate, rate, None)[0]


def _header(rate: int, size: int) -> bytes:
    """Of a WAV with so many bytes of audio in one channel."""
    layout = _FORMAT.pack(_PCM, 1, rate, rate * SAMPLE_BYTES, SAMPLE_BYTES, 8 * SAMPLE_BYTES)
    whole = _CHUNK.pack(b"RIFF", HEADER_BYTES - _CHUNK.size + size) + b"WAVE"
    return whole + _CHUNK.pack(b"fmt ", len(layout)) + layout + _CHUNK.pack(b"data", size)


def _is_constant(samples: bytes, channels: int) -> bool:
    """Whether every sample is like the first: digital silence, whatever its level."""
    size = SAMPLE_BYTES * channels
    return samples == samples[:size] * (len(samples) // size)


def _measured(wav: bytes, samples: bytes, rate: int, *, repaired: bool, blank: bool) -> Audio:
    return Audio(
        wav=wav,
        samples=samples,
        rate=rate,
        duration=len(samples) / SAMPLE_BYTES / rate,
        size=len(wav),
        sha256=hashlib.sha256(wav).hexdigest(),
        peaks=peaks(samples),
        loudness=loudness(samples),
        repaired=repaired,
        blank=blank,
    )


def _read(path: Path) -> bytes:
    """The file, whole. No link is followed and no pipe waited for: names prove nothing."""
    name = printable(path.name)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise NoRecording("not-a-file", name=name)
            if found.st_size > LARGEST_BYTES:
                raise NoRecording("recording-too-large", name=name)
            return file.read(found.st_size)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NoRecording("is-a-link", name=name) from error
        raise (NoRecording if error.errno in _LASTING else AudioError)(
            "recording-unreadable", name=name, reason=error.strerror
        ) from error


def _begins_with_hole(wav: bytes) -> bool:
    """Whether a recording was begun on a full disk, and lost its first block with the header.

    Measured: on closing it Asterisk writes the two sizes of the header all the same, into zeros.
    Behind them is what was recorded when there was room again.
    """
    return len(wav) > HEADER_BYTES and not any(wav[:4]) and not any(wav[8:40])


def _find_audio(wav: bytes, name: str) -> _Layout:
    if wav[:4] != b"RIFF" or wav[8:12] != b"WAVE":
        raise NoRecording("not-wav", name=name)
    layout: tuple[int, int] | None = None
    offset = 12
    while offset + _CHUNK.size <= len(wav):
        kind, size = _CHUNK.unpack_from(wav, offset)
        offset += _CHUNK.size
        if kind == b"fmt " and offset + _FORMAT.size <= len(wav):
            layout = _read_format(wav, offset, name)
        if kind == b"data" and layout:
            channels, rate = layout
            present = _present(wav, offset, size)
            present -= present % (SAMPLE_BYTES * channels)
            return _Layout(channels, rate, offset, present, size)
        offset += size + size % 2
    raise NoRecording("no-audio-in-it", name=name)


def _read_format(wav: bytes, offset: int, name: str) -> tuple[int, int]:
    """Channels and rate."""
    kind, channels, rate, _, _, bits = _FORMAT.unpack_from(wav, offset)
    if kind != _PCM or bits != 8 * SAMPLE_BYTES or channels not in (1, 2):
        raise NoRecording("not-pcm", name=name)
    if rate not in RATES:
        raise NoRecording("impossible-rate", name=name, rate=rate)
    return channels, rate


def _present(wav: bytes, start: int, claimed: int) -> int:
    """How much audio there is: what is claimed, if the file ends there or goes on sensibly."""
    rest = len(wav) - start - claimed
    if rest in (0, 1):
        return claimed
    if claimed and rest >= _CHUNK.size:
        kind, size = _CHUNK.unpack_from(wav, start + claimed + claimed % 2)
        if kind.isascii() and kind.decode("ascii").isprintable() and size <= rest:
            return claimed
    return len(wav) - start


def _with_true_header(wav: bytes, layout: _Layout) -> bytes:
    end = layout.data_start + layout.data_size
    true = bytearray(wav[:end])
    struct.pack_into("<I", true, 4, end - 8)
    struct.pack_into("<I", true, layout.data_start - 4, layout.data_size)
    return bytes(true)

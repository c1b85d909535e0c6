"""The sound of an old message, in whatever format its system kept it.

What Asterisk writes as ``.wav`` is taken as it is, unless somebody made something else of it. The
bare telephone codings need no ffmpeg; everything else is decoded by it, within its limits.
"""

from __future__ import annotations

import audioop
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from storage.audio.channels import SAMPLE_BYTES
from storage.audio.ffmpeg import decode_recording, read_recorded
from storage.audio.recordings import read_recording
from storage.audio.wav import Audio, recording_of
from storage.errors import AudioError, NoRecording
from storage.transfer.app_voicemail import OldMessage

Reader = Callable[[Path], Audio | None]
"""Reads a file; None for an empty one. Raises AudioError."""


def _by_ffmpeg(*source: str, tells_rate: bool = True) -> Reader:
    return partial(decode_recording, source=source, tells_rate=tells_rate)


def _linear(rate: int) -> Reader:
    return _by_ffmpeg("-f", "s16le", "-ar", str(rate), "-ac", "1", tells_rate=False)


def _by(expand: Callable[[bytes], bytes]) -> Reader:
    """Bytes made samples at 8000 Hz."""
    return lambda path: recording_of(expand(read_recorded(path)))


def _each(endings: Iterable[str], reader: Reader) -> tuple[tuple[str, Reader], ...]:
    return tuple((ending, reader) for ending in endings)


_WAV: Final = _by_ffmpeg("-f", "wav")
_GSM: Final = _by_ffmpeg("-f", "gsm", tells_rate=False)  # it has one rate
_ULAW: Final = _by(lambda coded: audioop.ulaw2lin(coded, SAMPLE_BYTES))
_ALAW: Final = _by(lambda coded: audioop.alaw2lin(coded, SAMPLE_BYTES))
_SLIN: Final = _by(lambda coded: coded[: len(coded) // SAMPLE_BYTES * SAMPLE_BYTES])

# By the endings that Asterisk gives its formats. The first that can be read is taken. These could
# be read from the beginning, and come first: who goes on with an import that an earlier version
# began finds the same sound, and so the same message.
_FIRST: Final = (("wav", read_recording), ("WAV", _WAV), ("gsm", _GSM))
_READERS: Final[tuple[tuple[str, Reader], ...]] = (
    *_FIRST,
    *_each(("wav", "wav16", "wav49"), _WAV),
    *((f"sln{rate}", _linear(1000 * rate)) for rate in (12, 16, 24, 32, 48, 96, 192)),
    ("sln44", _linear(44_100)),
    *_each(("sln", "raw"), _SLIN),
    *_each(("ulaw", "ul", "ulw", "mu", "pcm"), _ULAW),
    *_each(("alaw", "al", "alw"), _ALAW),
    ("au", _by_ffmpeg("-f", "au")),
    ("g722", _by_ffmpeg("-f", "g722", tells_rate=False)),
    *_each(("ogg", "opus", "spx"), _by_ffmpeg("-f", "ogg")),
    ("mp3", _by_ffmpeg("-f", "mp3")),
)
_WITHOUT_FFMPEG: Final = (read_recording, _SLIN, _ULAW, _ALAW)


def is_foreign(old: OldMessage) -> bool:
    """Whether ffmpeg will, most likely, have to decode the message."""
    found = next((reader for ending, reader in _READERS if ending in old.endings), None)
    return found is not None and found not in _WITHOUT_FFMPEG


@dataclass(frozen=True)
class OldSound:
    """A message's sound, and the sha256 by which it is known again."""

    audio: Audio
    digest: str


def read_sound(old: OldMessage) -> OldSound:
    """A message's sound, in the first of its formats that can be read. Raises AudioError."""
    failures: list[AudioError] = []
    for ending, reader in _READERS:
        if ending not in old.endings:
            continue
        path = old.file(ending)
        try:
            audio = reader(path)
            if audio is not None and audio.samples:
                return OldSound(audio, _digest(path, audio, is_new=(ending, reader) not in _FIRST))
            failures.append(NoRecording("no-audio"))
        except AudioError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    others = ", ".join(sorted(old.endings - {"txt"}))
    raise NoRecording("no-audio-but", endings=others) if others else NoRecording("no-audio")


def _digest(path: Path, audio: Audio, *, is_new: bool) -> str:
    """Of the file where that may be: another ffmpeg may decode it a little differently."""
    return hashlib.sha256(read_recorded(path)).hexdigest() if is_new else audio.sha256

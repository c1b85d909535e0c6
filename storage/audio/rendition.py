"""A sound as callers will hear it: a telephone's WAV of the usual loudness, and what is doubtful.

What is quiet is raised, but not without a limit: of a sound that holds nothing but the noise of a
microphone a roar would become. A doubt is told and keeps nobody from taking the sound: music may be
meant.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from storage.audio.channels import SAMPLE_BYTES
from storage.audio.ffmpeg import RATE, decode
from storage.audio.loudness import SILENT, loudness, raised
from storage.audio.speech import speech_seconds
from storage.audio.wav import recording_of
from storage.errors import AudioError

if TYPE_CHECKING:
    from pydub import AudioSegment

LOUDNESS: Final = -20.0
"""What a prompt is brought to, in LUFS: the level of Asterisk's own sounds, about."""
MOST_GAIN: Final = 30.0
"""Decibels by which a sound is raised at most."""
QUIET: Final = 6.0
"""Decibels below the usual loudness that are told."""
LONGEST: Final = 600
"""Seconds of the longest prompt."""
LEAST_SPEECH: Final = 0.3
"""Seconds of speech without which a sound is doubtful: "Да" has as much."""
OFFSET: Final = 0.001
"""How far from the middle, of 1, a sound may hang."""
# Only formats that are sound themselves: a playlist would make ffmpeg open other files.
_FORMATS: Final = (
    "wav,w64,mp3,flac,ogg,mov,matroska,aac,ac3,amr,aiff,au,caf,asf,gsm,wv,ape,tta,dsf,avi"
)

Doubt = Literal["cancels", "quiet", "no-speech"]
"""Its two channels cancel each other out and only the louder one is played; it is quiet all the
same; nobody speaks in it."""


@dataclass(frozen=True)
class Rendition:
    """What callers will hear, as a WAV of 16 bits, one channel, 8000 Hz."""

    wav: bytes = field(repr=False)
    doubts: tuple[Doubt, ...]


def rendition_of(path: Path, title: str) -> Rendition:
    """A sound file of any format that ffmpeg reads.

    Raises AudioError, which calls it by its title: also where there is nothing to be heard in it.
    Raises Busy.
    """
    decoded, cancels = _decode(path, title)
    if len(decoded) > LONGEST * RATE * SAMPLE_BYTES:
        raise AudioError("sound-too-long", title=title, seconds=LONGEST)
    samples = _centred(decoded)
    level = loudness(samples, title)
    if level <= SILENT:
        raise AudioError("no-sound", title=title)
    gain = min(LOUDNESS - level, MOST_GAIN)
    samples = raised(samples, gain, title)
    found: dict[Doubt, bool] = {
        "cancels": cancels,
        "quiet": level + gain < LOUDNESS - QUIET,
        "no-speech": speech_seconds(recording_of(samples), LEAST_SPEECH) < LEAST_SPEECH,
    }
    return Rendition(_wav(samples), tuple(doubt for doubt, is_so in found.items() if is_so))


def _decode(path: Path, title: str) -> tuple[bytes, bool]:
    """The samples of a sound file, a little more than LONGEST, and whether its channels cancel."""
    if not path.is_file():
        raise AudioError("not-a-file", name=title)
    source = ["-protocol_whitelist", "file", "-format_whitelist", _FORMATS]
    samples, cancels = decode([*source, "-i", f"file:{path.absolute()}"], title, LONGEST + 1)
    if not samples:
        raise AudioError("no-sound", title=title)
    return samples, cancels


def _centred(samples: bytes) -> bytes:
    """The sound without a constant part, which nobody hears and which takes room from peaks."""
    sound = _segment(samples)
    if abs(sound.get_dc_offset()) < OFFSET:
        return samples
    # First the room: shifted at full scale, samples would come out at the other end.
    return bytes(sound.apply_gain(-6.1).remove_dc_offset().raw_data)


def _wav(samples: bytes) -> bytes:
    wav = io.BytesIO()
    _segment(samples).export(wav, format="wav")
    return wav.getvalue()


def _segment(samples: bytes) -> AudioSegment:
    # Imported here: it takes a tenth of a second, and most commands need no sound.
    from pydub import AudioSegment

    return AudioSegment(data=samples, sample_width=SAMPLE_BYTES, frame_rate=RATE, channels=1)

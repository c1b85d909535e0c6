"""A spool as Asterisk's own voicemail leaves it, made by hand."""

from __future__ import annotations

import hashlib
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from tests.speech import tone, write_wav

AUGUST = datetime(2025, 8, 14, 6, 30, 5, tzinfo=UTC)
IVAN = '"Иван Орлов" <+79161234567>'

OTHERS = {
    ".WAV": "-c:a libgsm_ms -f wav",
    ".gsm": "-c:a libgsm -f gsm",
    ".wav49": "-c:a libgsm_ms -f wav",
    ".ulaw": "-f mulaw",
    ".pcm": "-f mulaw",
    ".alaw": "-f alaw",
    ".sln": "-f s16le",
    ".raw": "-f s16le",
    ".sln16": "-ar 16000 -f s16le",
    ".sln48": "-ar 48000 -f s16le",
    ".wav16": "-ar 16000 -f wav",
    ".g722": "-ar 16000 -f g722",
    ".au": "-c:a pcm_mulaw -f au",
    ".ogg": "-c:a libvorbis -f ogg",
    ".opus": "-c:a libopus -f ogg",
    ".mp3": "-f mp3",
}
"""Endings that Asterisk gives its formats, but ".wav", and how ffmpeg makes them."""
WAVS = {
    "A-law": "-c:a pcm_alaw",
    "mu-law": "-c:a pcm_mulaw",
    "8 bit": "-c:a pcm_u8",
    "24 bit": "-c:a pcm_s24le",
    "32 bit": "-c:a pcm_s32le",
    "float": "-c:a pcm_f32le",
    "MS ADPCM": "-c:a adpcm_ms",
    "IMA ADPCM": "-c:a adpcm_ima_wav",
    "GSM": "-c:a libgsm_ms",
    "extensible": "-c:a pcm_s24le -ar 96000 -af pan=stereo|c0=c0|c1=c0",
}
"""What may stand in a ".wav" that others have touched."""

NOTE = """;
; Message Information file
;
[message]
origmailbox={mailbox}
context=voicepost
macrocontext=
exten={exten}
rdnis=unknown
priority=2
callerchan=PJSIP/provider-00000007
callerid={callerid}
origdate={origdate}
origtime={origtime}
category=
msg_id={origtime}-00000007
flag=
duration=1
"""


class OldVoicemail:
    """A spool in a folder. Each message sounds different from all others."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: dict[str, tuple[str, int]] | None = None
        """Its state when somebody last began to read it."""
        self._left = 0

    def leave(
        self,
        mailbox: str = "101",
        folder: str = "INBOX",
        *,
        context: str = "default",
        at: datetime | str = AUGUST,
        origdate: str = "Thu Aug 14 06:30:05 AM UTC 2025",
        callerid: str = IVAN,
        exten: str = "74951234567",
        endings: tuple[str, ...] = ("wav",),
        samples: bytes | None = None,
    ) -> Path:
        """A message of 0.2 seconds; the path of its files, without their endings."""
        inner = self.folder / context / mailbox / folder
        inner.mkdir(parents=True, exist_ok=True)
        stem = inner / f"msg{len(list(inner.glob('*.txt'))):04}"
        origtime = at if isinstance(at, str) else str(int(at.timestamp()))
        times = {"origtime": origtime, "origdate": origdate}
        note = NOTE.format(mailbox=mailbox, exten=exten, callerid=callerid, **times)
        stem.with_suffix(".txt").write_bytes(note.encode("utf-8", "surrogateescape"))
        self._left += 1
        if samples is None:
            samples = tone(0.2, hertz=300 + 7 * self._left)
        for ending in endings:
            record(stem.with_suffix(f".{ending}"), samples)
        return stem

    def state(self) -> dict[str, tuple[str, int]]:
        """Everything there is: contents, and when they were changed."""
        return {
            str(path.relative_to(self.folder)): (
                hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
                path.lstat().st_mtime_ns,
            )
            for path in sorted(self.folder.rglob("*"))
        }


def record(path: Path, samples: bytes) -> None:
    """A sound as Asterisk writes it in the format of that ending."""
    if path.suffix == ".wav":
        write_wav(path, samples)
        return
    encode(path, samples, OTHERS[path.suffix])


def encode(path: Path, samples: bytes, coding: str) -> None:
    """A sound as ffmpeg writes it by these options."""
    plain = ["ffmpeg", "-v", "error", "-f", "s16le", "-ar", "8000", "-ac", "1", "-i", "pipe:0"]
    subprocess.run([*plain, *coding.split(), str(path)], input=samples, check=True)


def date(path: Path, moment: float) -> None:
    """Let a file have been written at that time, in seconds since 1970."""
    os.utime(path, (moment, moment))

"""Sound for tests: speech from espeak-ng, silence, tones. All 8 kHz mono PCM16."""

from __future__ import annotations

import hashlib
import math
import os
import struct
import subprocess
import tempfile
import wave
from functools import cache
from pathlib import Path

RATE = 8000


def speak(text: str, language: str = "ru", path: Path | None = None) -> Path:
    """A WAV in which a synthesiser says the text; rendered once, copied to ``path`` if given."""
    name = hashlib.sha256(f"{language}:{text}".encode()).hexdigest()[:16]
    rendered = speech_folder() / f"{name}.wav"
    if not rendered.exists():
        _render(text, language, rendered)
    if path is None:
        return rendered
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(rendered.read_bytes())
    return path


def silence(seconds: float) -> bytes:
    """Samples of silence."""
    return bytes(2 * int(seconds * RATE))


def tone(seconds: float, hertz: float = 425.0, level: float = 0.5) -> bytes:
    """Samples of a tone, such as a busy tone's 425 Hz; level is from 0 to 1."""
    step = 2 * math.pi * hertz / RATE
    count = int(seconds * RATE)
    return struct.pack(
        f"<{count}h", *(int(level * 32767 * math.sin(step * n)) for n in range(count))
    )


def samples(path: Path) -> bytes:
    """The samples of a WAV file."""
    with wave.open(str(path), "rb") as file:
        return file.readframes(file.getnframes())


def write_wav(path: Path, audio: bytes, rate: int = RATE) -> Path:
    """A WAV file as Asterisk writes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(audio)
    return path


@cache
def speech_folder() -> Path:
    """One cache for all test runs of this user, so that parallel workers share it."""
    folder = Path(tempfile.gettempdir()) / f"voicepost-speech-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _render(text: str, language: str, rendered: Path) -> None:
    """Synthesise (22 kHz), convert, and rename into place: another worker may do the same."""
    with tempfile.TemporaryDirectory(dir=rendered.parent) as folder:
        spoken, converted = Path(folder) / "spoken.wav", Path(folder) / "converted.wav"
        subprocess.run(["espeak-ng", "-v", language, "-w", str(spoken), "--", text], check=True)
        conversion = f"-ar {RATE} -ac 1 -c:a pcm_s16le -bitexact".split()
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", str(spoken), *conversion, str(converted)], check=True
        )
        converted.replace(rendered)

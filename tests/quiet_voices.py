"""Voices that the detector hears badly or not at all: 8 kHz mono PCM16, rendered once."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from tests.speech import RATE, speak, speech_folder

REQUEST: Final = (
    "Здравствуйте, это Иван Петров. Перезвоните мне, пожалуйста, завтра утром. Спасибо."
)
_NOISE = f"anoisesrc=color=pink:amplitude=0.5:sample_rate={RATE}:seed="
_WAV = f"-ar {RATE} -ac 1 -c:a pcm_s16le -bitexact".split()

VOICES: Final = {
    "whisper": ("ru+whisper", REQUEST, ""),
    "whisper of a woman": ("ru+whisperf", REQUEST, ""),
    "-46 dBFS": ("ru", REQUEST, "volume=-46dB"),
    "far below the noise": ("ru", REQUEST, "volume=-12dB"),
    "two words": ("ru", "Это Анна. Жду.", ""),
    "one word": ("ru", "Да.", ""),
    "GSM-coded whisper": ("ru+whisper", REQUEST, "gsm"),
}
"""Name to the synthesiser's voice, what it says, and what is done to that."""


@cache
def quiet_voice(name: str) -> Path:
    """A WAV of this voice, of a level as telephones deliver it where nothing else is said."""
    language, text, treatment = VOICES[name]
    mark = hashlib.sha256(repr((language, text, treatment, _NOISE)).encode()).hexdigest()[:16]
    voice = speech_folder() / f"quiet-{mark}.wav"
    if not voice.exists():
        with tempfile.TemporaryDirectory(dir=voice.parent) as folder:
            # Renamed into place: another worker may do the same.
            treat(speak(text, language), name, Path(folder) / "voice.wav").replace(voice)
    return voice


def treat(said: Path, name: str, treated: Path, noise: int = 1) -> Path:
    """Make of what was said the voice of this name; every number gives another ``noise``."""
    _, _, treatment = VOICES[name]
    if treatment == "gsm":
        coded = treated.with_suffix(".gsm")
        _ffmpeg("-i", said, "-c:a", "libgsm", coded)
        _ffmpeg("-f", "gsm", "-i", coded, *_WAV, treated)
    elif name == "far below the noise":
        mix = f"[0:a]{treatment}[voice];[voice][1:a]amix=duration=first:normalize=0"
        noises = ("-f", "lavfi", "-i", f"{_NOISE}{noise}")
        _ffmpeg("-i", said, *noises, "-filter_complex", mix, *_WAV, treated)
    else:
        _ffmpeg("-i", said, "-af", treatment or "anull", *_WAV, treated)
    return treated


def _ffmpeg(*arguments: str | Path) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], check=True)

"""Speech from text, by a synthesiser from Debian: RHVoice where it is installed, else espeak-ng."""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from storage.audio.child_programs import SECONDS, TURNS, run
from storage.errors import AudioError

MOST_BYTES: Final = 128 * 1024 * 1024
"""Of what is spoken: three quarters of an hour. A longer text than a prompt has ends before."""

_RHVOICE: Final = "RHVoice-test"
_ESPEAK: Final = "espeak-ng"
_RHVOICE_USUAL: Final = {"ru": "anna", "en": "slt"}
# Debian's voices; a voice of any other name is espeak-ng's.
_RHVOICE_VOICES: Final = {"anna", "elena", "irina", "aleksandr", "slt", "bdl", "alan"}
# Debian's of each language; espeak-ng's are variants of one voice.
_OF_LANGUAGE: Final = {
    "ru": ("anna", "elena", "irina", "aleksandr"),
    "en": ("slt", "bdl", "alan"),
}
_VARIANTS: Final = ("f2", "f3", "m3", "m7")
# Words a minute: espeak-ng's usual 175 is hard to follow on the phone.
_ESPEAK_PACE: Final = 150


@dataclass(frozen=True)
class Voice:
    """A synthesiser's program and the name of one of its voices."""

    program: Literal["RHVoice-test", "espeak-ng"]
    name: str


def choose_voice(language: str, wanted: str | None = None) -> Voice:
    """The voice wanted, or the usual one of a language; AudioError if no program has it."""
    if wanted is None:
        rhvoice = shutil.which(_RHVOICE) is not None
        return Voice(_RHVOICE, _RHVOICE_USUAL[language]) if rhvoice else Voice(_ESPEAK, language)
    return Voice(_RHVOICE if wanted.lower() in _RHVOICE_VOICES else _ESPEAK, wanted)


def voices(language: str) -> list[str]:
    """The voices of a language that are installed here, the better ones first."""
    rhvoice = _OF_LANGUAGE[language] if shutil.which(_RHVOICE) else ()
    espeak = (f"{language}+{variant}" for variant in _VARIANTS) if shutil.which(_ESPEAK) else ()
    return [*rhvoice, *espeak]


def speak(text: str, voice: Voice) -> bytes:
    """The text spoken, as a WAV file. Raises AudioError if that fails, Busy."""
    if shutil.which(voice.program) is None:
        raise AudioError("no-synthesiser", program=voice.program, name=voice.name)
    with tempfile.TemporaryDirectory(prefix="voicepost-") as folder:
        spoken = Path(folder) / "spoken.wav"
        try:
            with TURNS.turn():
                run(_command(voice, spoken), given=text.encode(), most_bytes=MOST_BYTES)
            return spoken.read_bytes()
        except subprocess.TimeoutExpired as error:
            raise AudioError("slow-to-speak", program=voice.program, seconds=SECONDS) from error
        except (subprocess.CalledProcessError, OSError) as error:
            raise AudioError("cannot-speak", program=voice.program, name=voice.name) from error


def _command(voice: Voice, output: Path) -> list[str]:
    if voice.program == _RHVOICE:
        return [_RHVOICE, "-p", voice.name, "-o", str(output)]
    # -b 1: the text is UTF-8 whatever the locale; --stdin takes it whole, not line by line.
    pace = str(_ESPEAK_PACE)
    return [_ESPEAK, "-v", voice.name, "-s", pace, "-b", "1", "--stdin", "-w", str(output)]

"""All that is said to listeners is in the sound sets that Asterisk brings."""

from __future__ import annotations

import wave

import pytest

from storage.office.model import Language
from tests.asterisk.rig import build
from tests.dialplan.saying.everything import everything

pytestmark = pytest.mark.asterisk

VOICES: dict[Language, str] = {"en": "en_US_f_Allison", "ru": "ru_RU_f_IvrvoiceRU"}


@pytest.mark.parametrize("language", VOICES)
def test_every_sound_is_there_and_says_something(language: Language) -> None:
    """The Russian "is" has no audio at all: that a file exists is not enough."""
    folder = build().data / "sounds" / VOICES[language]
    for name in {sound for sounds in everything(language) for sound in sounds}:
        with wave.open(str(folder / f"{name}.wav")) as audio:
            assert audio.getnframes() > audio.getframerate() / 5, name

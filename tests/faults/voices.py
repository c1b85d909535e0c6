"""What callers say: each a speech of its own, recognisable in a recording piece by piece.

A synthesiser's words sound alike a quarter of a second at a time. So each caller speaks beside a
hiss of their own, quieter than the voice, which no other place of any recording has. Where the
voice is hard to hear, the hiss is as loud as it is, and becomes as quiet: at -46 dBFS it is a step
or two of G.711, in an order of its own, and even the pauses can be recognised. A hiss of a quarter
would come out as noughts there: that is digital silence, in which nothing was said.
"""

from __future__ import annotations

import atexit
import random
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from tests.asterisk.listening import samples_of
from tests.quiet_voices import VOICES, treat
from tests.speech import speak, write_wav

WORDS = (
    "самолёт", "дождь", "корова", "лестница", "молоко", "вторник", "яблоко", "пожар", "гитара",
    "зеркало", "ножницы", "метель", "кирпич", "бабушка", "телега", "огурец", "шахматы",
    "портфель", "водопад", "картина", "сапоги", "журнал", "крепость", "верблюд", "заноза",
    "парус", "черника", "посуда", "рубашка", "музыка", "облако", "тетрадь", "якорь", "вокзал",
    "печенье",
)  # fmt: skip
NAMES = ("Яна", "Оля", "Ия", "Ян")
WORDS_SPOKEN = 12
"""About six seconds: more than the five that make a message count, and quick to say."""
HISS = 0.25
"""Its loudness against the voice's: a detector of voices is not misled by it."""
LOUD_HISS = 1.0
"""The same beside a voice that is hard to hear, where nothing else tells one piece from another."""
ANOTHER_TAKE = 100_000
"""Far from the numbers of callers: what is said again has words and a hiss of its own, too."""

Quiet = Literal["whisper", "far below the noise", "two words", "-46 dBFS", "GSM-coded whisper"]
QUIET: tuple[Quiet, ...] = (
    "whisper",
    "far below the noise",
    "two words",
    "-46 dBFS",
    "GSM-coded whisper",
)
"""Voices in which the detector hears too little speech: they are kept aside."""


@cache
def voice(caller: int, quiet: Quiet | None = None, take: int = 1) -> Path:
    """The WAV in which this caller says who is speaking, and words that nobody else strings so.

    ``take`` 2 is what is said where the first was too short.
    """
    number = caller + (take - 1) * ANOTHER_TAKE
    spoken = samples_of(speak(_text(number, quiet), VOICES[quiet][0] if quiet else "ru"))
    loudness = float(np.sqrt(np.mean(spoken**2))) * (LOUD_HISS if quiet else HISS)
    hiss = np.random.default_rng(number).normal(0, loudness, len(spoken))
    mixed = np.clip(spoken + hiss, -32768, 32767).astype("<i2")
    if quiet is None:
        return write_wav(_folder() / f"voice-{number}.wav", mixed.tobytes())
    name = f"quiet-{QUIET.index(quiet)}-{number}"
    said = write_wav(_folder() / f"{name}-clear.wav", mixed.tobytes())
    return treat(said, quiet, said.with_name(f"{name}.wav"), number)


def _text(number: int, quiet: Quiet | None) -> str:
    chance = random.Random(number)
    if quiet == "two words":
        return f"{chance.choice(NAMES)}. Жду."
    words = " ".join(chance.sample(WORDS, WORDS_SPOKEN))
    # No words that all begin with: whispers are hardly told apart but by their hiss.
    return f"{words}." if quiet else f"Говорит номер {number}. {words}."


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="vp-voices-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder

"""What callers say: each a speech of its own, recognisable in a recording piece by piece.

A synthesiser's words sound alike a quarter of a second at a time. So each caller speaks beside a
hiss of their own, quieter than the voice, which no other place of any recording has.
"""

from __future__ import annotations

import random
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from tests.asterisk.listening import samples_of
from tests.speech import speak, write_wav

WORDS = (
    "самолёт", "дождь", "корова", "лестница", "молоко", "вторник", "яблоко", "пожар", "гитара",
    "зеркало", "ножницы", "метель", "кирпич", "бабушка", "телега", "огурец", "шахматы",
    "портфель", "водопад", "картина", "сапоги", "журнал", "крепость", "верблюд", "заноза",
    "парус", "черника", "посуда", "рубашка", "музыка", "облако", "тетрадь", "якорь", "вокзал",
    "печенье",
)  # fmt: skip
WORDS_SPOKEN = 12
"""About six seconds: more than the five that make a message count, and quick to say."""
HISS = 0.25
"""Its loudness against the voice's: a detector of voices is not misled by it."""


@cache
def voice(caller: int) -> Path:
    """The WAV in which this caller says who is speaking, and words that nobody else strings so."""
    words = random.Random(caller).sample(WORDS, WORDS_SPOKEN)
    spoken = samples_of(speak(f"Говорит номер {caller}. {' '.join(words)}."))
    loudness = float(np.sqrt(np.mean(spoken**2)))
    hiss = np.random.default_rng(caller).normal(0, HISS * loudness, len(spoken))
    mixed = np.clip(spoken + hiss, -32768, 32767).astype("<i2")
    return write_wav(_folder() / f"voice-{caller}.wav", mixed.tobytes())


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="vp-voices-"))

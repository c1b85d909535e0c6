"""Texts made comparable: the same for everybody who types, copies or sends them in another way.

Folded, ``О’Нил`` is ``О'Нил``, ``йошкар‑ола`` (U+2011) is ``Йошкар-Ола``, ``«Ромашка-Плюс»`` is
``"Ромашка плюс"``, ``İstanbul`` is ``istanbul``, and what cannot be seen is not there.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from storage.text import plain, storable

LONGEST: Final = 1000
"""Characters of a folded text: further than this nobody reads a name."""
_LONGEST_AMBIGUOUS: Final = 200
_ABOVE_OR_BELOW: Final = 200
"""Combining classes from here on are accents. Lower ones are parts of letters, in other scripts."""

# Deleted, so that O'Neil is ONeil.
_APOSTROPHES: Final = "'`’‘‛′ʼʻʽʹˈ՚"
_BETWEEN: Final = '".,;:!…·•|。⁃−'
_BETWEEN_CATEGORIES: Final = {"Pd", "Ps", "Pe", "Pi", "Pf"}
# Letters that are another letter with something through it, for which Unicode knows no parts.
_STROKED: Final = str.maketrans({"ё": "е", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d"})

# Latin letters, and the Cyrillic ones that they are taken for.
_TWINS: Final = dict(
    zip(
        "ABCEHIKMOPTXYËÏacehikmoptxybëï",
        "АВСЕНІКМОРТХУЁЇасенікмортхувёї",
        strict=True,
    )
)
_LATIN_TWINS: Final = {cyrillic: latin for latin, cyrillic in _TWINS.items()}
# Of these, the ones that cannot be told apart at all: a whole word of them may be either.
_SAME: Final = frozenset("ABCEHIKMOPTXYaceiopxy")
_SAME_CYRILLIC: Final = frozenset(_TWINS[letter] for letter in _SAME)
_WORD: Final = re.compile(r"[^\W\d_]+")


def fold(text: str) -> str:
    """The form in which texts are compared; words that mix two alphabets are of one there."""
    return _fold(_WORD.sub(_of_one_alphabet, _composed(text)))


def other_reading(text: str) -> str:
    """The folded text where words that could be of the other alphabet are; "" if there are none.

    A ``BEPA`` in Latin letters may be meant to be Вера, a ``МАХ`` in Cyrillic ones Max.
    """
    if len(text) > _LONGEST_AMBIGUOUS:
        return ""
    read = _WORD.sub(_of_one_alphabet, _composed(text))
    other = _WORD.sub(_of_the_other_alphabet, read)
    return _fold(other) if other != read else ""


def visible(text: str) -> str:
    """The text with its usual letters, digits, dashes and spaces, and without what is invisible."""
    composed = _composed(text)
    return composed if composed.isascii() else "".join(map(_usual, composed))


def _composed(text: str) -> str:
    # The accent by itself is a space with an accent for NFKC, and not what it is typed for.
    shown = storable(text[: LONGEST * 4]).replace("´", "'")
    return unicodedata.normalize("NFKC", shown)[: LONGEST * 4]


def _fold(composed: str) -> str:
    folded = "".join(map(_folded, composed.casefold()))
    folded = unicodedata.normalize("NFC", folded).translate(_STROKED)
    return " ".join(plain(folded).split())[:LONGEST].strip()


def _folded(character: str) -> str:
    if character.isascii() and character.isalnum():
        return character
    if character in _APOSTROPHES:
        return ""
    category = unicodedata.category(character)
    if character in _BETWEEN or category in _BETWEEN_CATEGORIES:
        return " "
    if category == "Cf":
        return ""
    if "\u0400" <= character <= "\u052f":  # й is no и
        return character
    parts = unicodedata.normalize("NFD", character)
    return "".join(c for c in parts if unicodedata.combining(c) < _ABOVE_OR_BELOW)


def _usual(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    if category == "Pd" or character == "−":
        return "-"
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return " " if category in ("Cc", "Zs", "Zl", "Zp") else character


def _is_cyrillic(letter: str) -> bool:
    return "\u0400" <= letter <= "\u052f"


def _is_latin(letter: str) -> bool:
    return letter.isascii() or letter in _TWINS


def _of_one_alphabet(found: re.Match[str]) -> str:
    """A word of Latin and Cyrillic letters in the alphabet that it was meant to be of."""
    word = found[0]
    if word.isascii():
        return word
    latin = {letter for letter in word if _is_latin(letter)}
    cyrillic = {letter for letter in word if _is_cyrillic(letter)}
    if not latin or not cyrillic:
        return word
    if latin <= _TWINS.keys():
        return "".join(_TWINS.get(letter, letter) for letter in word)
    if cyrillic <= _LATIN_TWINS.keys():
        return "".join(_LATIN_TWINS.get(letter, letter) for letter in word)
    return word


def _of_the_other_alphabet(found: re.Match[str]) -> str:
    letters = set(found[0])
    if letters <= _SAME:
        return "".join(_TWINS[letter] for letter in found[0])
    if letters <= _SAME_CYRILLIC:
        return "".join(_LATIN_TWINS[letter] for letter in found[0])
    return found[0]

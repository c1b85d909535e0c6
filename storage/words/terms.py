"""What messages are found by, and what a query asks for: one decides with the other.

A message bears words: names folded, and the digits of its numbers in every form. A query is terms,
each of which has to be within the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from storage.text import normalise
from storage.words.folding import LONGEST, fold, other_reading, visible
from storage.words.number_spellings import (
    MOST_CHARACTERS,
    asked,
    digits,
    stored,
    take_numbers,
    without_parts,
)
from storage.words.withheld import WITHHELD_WORDS, is_withheld

Terms = tuple[tuple[str, ...], ...]
"""What must be found, all of it; each term is some equally good spellings."""

# What phone numbers are written with.
_ONLY_PHONE: Final = re.compile(r"[\s()+.\-/·•_~]*\d[\d\s()+.\-/·•_~]*")
_FEW: Final = 5
_SHORT: Final = 7
"""Below so many digits a number in a query may also be part of a name."""


def searchable(name: str, numbers: Iterable[str], timezone: str) -> str:
    """What a party is found by; numbers without a country are of the time zone's."""
    named = visible(name)
    texts = [fold(named), other_reading(named)]
    within = take_numbers(named[:MOST_CHARACTERS])[0]
    if len(digits(named)) < _SHORT:
        within.append(named)
    for number in map(visible, numbers):
        shown = number[:MOST_CHARACTERS]
        if not _is_phone(shown):
            texts.append(fold(shown))
            within += take_numbers(shown)[0]
        within.append(shown)
    forms = [form for number in within for form in stored(number, timezone)]
    return " ".join([*dict.fromkeys(filter(None, texts)), *sorted(without_parts(forms))])


def searchable_caller(number: str, name: str, timezone: str) -> str:
    """What a message is found by, of its caller."""
    words = searchable(name, [number], timezone)
    return f"{words} {WITHHELD_WORDS}".strip() if is_withheld(number) else words


def search_terms(query: str) -> list[list[str]]:
    """A query as terms that must all be found; each is a list of equally good spellings.

    ``Анна 8 916 123`` is ``[["8916123", "7916123"], ["анна"]]``.
    """
    shown = visible(query[:LONGEST])
    if _is_phone(shown):
        return [_asked(shown)]
    numbers, rest = take_numbers(shown)
    words = rest.split()
    # Messages that still wait for their words of this version have those of the one before.
    folded = [list(dict.fromkeys((fold(word), normalise(word)))) for word in words if fold(word)]
    terms = [*map(_asked, numbers), *folded]
    # Nothing but signs: they mean themselves, and are found nowhere.
    return terms or [[word] for word in words]


def _is_phone(text: str) -> bool:
    """Whether it is a number and nothing else; a short one with a slash is hours of a day."""
    is_one = _ONLY_PHONE.fullmatch(text) is not None
    return is_one and ("/" not in text or len(digits(text)) >= _FEW)


def leftover(terms: Terms, words: str) -> Terms:
    """The terms that are not in a text made by `searchable`."""
    return tuple(term for term in terms if not any(spelling in words for spelling in term))


def _asked(number: str) -> list[str]:
    """What is asked for by a number; a short one may be written in a name with what parts it."""
    spellings, text = asked(number), fold(number)
    if len(spellings[0]) < _SHORT and text not in spellings and "+" not in text:
        spellings.append(text)
    return spellings

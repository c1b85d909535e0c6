"""Text as strangers send it: made storable, made searchable, made fit to print."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable

REPLACEMENT = "\ufffd"

# The two things no database takes: NUL, and half of a surrogate pair.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# What phone numbers are written with.
_ONLY_PHONE = re.compile(r"[\s()+.\-]*\d[\d\s()+.\-]*")
_PHONE_WITHIN = re.compile(r"\+?\d[\d\s().\-]*\d")
# Inside a longer query, this many digits in a row are one phone number, spaces and all.
_PHONE_DIGITS = 5


def storable(text: str) -> str:
    """The text as received, with U+FFFD for the characters no database takes."""
    return _UNSTORABLE.sub(REPLACEMENT, text)


def printable(text: str, limit: int = 200) -> str:
    """One line fit for a terminal or a page: no control or direction characters, cut to limit."""
    shown = text[: limit * 4]
    shown = " ".join(plain(shown).split())
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def plain(text: str) -> str:
    """The text with a space for each control and direction character, whatever its length."""
    # Nearly every text is printable, and that costs nothing to know.
    return text if text.isprintable() else "".join(map(_visible, text))


def escaped(text: str) -> str:
    """The text with an escape for each control and direction character: nothing is lost."""
    if text.isprintable():
        return text
    return "".join(c if _visible(c) == c else _escape(c) for c in text)


def with_texts(data: object, told: Callable[[str], str]) -> object:
    """What JSON can hold, with every text in it told so, by `plain` or `escaped`."""
    match data:
        case str():
            return told(data)
        case dict():
            return {told(str(key)): with_texts(value, told) for key, value in data.items()}
        case list() | tuple():
            return [with_texts(value, told) for value in data]
        case _:
            return data


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return REPLACEMENT
    return " " if category in ("Cc", "Cf", "Co", "Zl", "Zp", "Zs") else character


def normalise(text: str) -> str:
    """The form in which texts are searched: NFKC, casefolded, ё as е, single spaces."""
    folded = unicodedata.normalize("NFKC", storable(text)).casefold().replace("ё", "е")
    return " ".join(printable(folded, limit=1000).split())


def digits(number: str) -> str:
    """The digits of a phone number; Russia's 8… of eleven digits, without a +, becomes 7…."""
    found = "".join(str(unicodedata.decimal(c)) for c in number if c.isdecimal())
    is_russian = len(found) == 11 and found[0] == "8" and "+" not in number
    return "7" + found[1:] if is_russian else found


def searchable(*texts: str) -> str:
    """What a message is found by: names and numbers, each as text and as digits."""
    words: dict[str, None] = {}
    for text in texts:
        words[normalise(text)] = None
        words[digits(text[:100])] = None
    return " ".join(word for word in words if word)


Terms = tuple[tuple[str, ...], ...]
"""What must be found, all of it; each term is some equally good spellings."""


def search_terms(query: str) -> list[list[str]]:
    """A query as terms that must all be found; each is a list of equally good spellings.

    ``Анна 8 916 123`` is ``[["7916123", "8916123"], ["анна"]]``.
    """
    if _ONLY_PHONE.fullmatch(query):
        return [_spellings(digits(query))]
    terms: list[list[str]] = []

    def take_phone(found: re.Match[str]) -> str:
        number = digits(found[0])
        if len(number) < _PHONE_DIGITS:
            return found[0]
        terms.append(_spellings(number))
        return " "

    rest = _PHONE_WITHIN.sub(take_phone, query)
    return terms + [[word] for word in normalise(rest).split()]


def leftover(terms: Terms, words: str) -> Terms:
    """The terms that are not in a text made by `searchable`."""
    return tuple(term for term in terms if not any(spelling in words for spelling in term))


def _spellings(number: str) -> list[str]:
    """Half a Russian number may begin with 8 where the stored one begins with 7."""
    if number.startswith("8") and 4 <= len(number) <= 10:
        return ["7" + number[1:], number]
    return [number]


def json_text(text: str) -> str:
    """JSON with what would steer a terminal or hide in it written as an escape."""
    return "\n".join(map(escaped, text.split("\n")))


def _escape(character: str) -> str:
    return json.dumps(character)[1:-1]

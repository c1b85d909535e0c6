"""Text as strangers send it: made storable, made comparable, made fit to print."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable

REPLACEMENT = "\ufffd"

# The two things no database takes: NUL, and half of a surrogate pair.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """The text as received, with U+FFFD for the characters no database takes."""
    return _UNSTORABLE.sub(REPLACEMENT, text)


def printable(text: str, limit: int = 200) -> str:
    """One line fit for a terminal or a page: no control or direction characters, cut to limit.

    For names and the like, which are read. What is told as wrong is `shown`.
    """
    line = " ".join(plain(text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def shown(text: object, length: int = 60) -> str:
    """What somebody wrote, told as wrong: cut, with an escape for each character unseen.

    Unlike in `printable`, what is wrong can be an odd space, or one too many.
    """
    whole = str(text)
    clean = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in whole[:length])
    return clean + ("…" if len(whole) > length else "")


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
    """The form in which names are the same: NFKC, casefolded, ё as е, single spaces.

    Searching folds more: see `storage.words.folding`.
    """
    folded = unicodedata.normalize("NFKC", storable(text)).casefold().replace("ё", "е")
    return " ".join(printable(folded, limit=1000).split())


def comparable_digits(number: str) -> str:
    """Digits to compare numbers by: Russia's 8… of eleven digits, without a +, becomes 7…."""
    found = "".join(str(unicodedata.decimal(c)) for c in number if c.isdecimal())
    is_russian = len(found) == 11 and found[0] == "8" and "+" not in number
    return "7" + found[1:] if is_russian else found


def json_text(text: str) -> str:
    """JSON with what would steer a terminal or hide in it written as an escape."""
    return "\n".join(map(escaped, text.split("\n")))


def _escape(character: str) -> str:
    return json.dumps(character)[1:-1]

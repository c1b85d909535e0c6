"""Callers who do not show their number, in whatever form networks and phones tell it."""

from __future__ import annotations

import re
from typing import Final

from storage.words.folding import fold

WITHHELD_WORDS: Final = "номер скрыт скрытый number withheld anonymous"
"""What messages of such callers are found by, in either language."""

WITHHELD: Final = "Number withheld"
"""What stands in the place of such a number, where English is spoken."""

_WORDS: Final = (
    *("anonymous", "anonym", "restricted", "private", "withheld", "unavailable", "unknown"),
    *("hidden", "blocked", "id withheld", "no number", "not available", "none", "null"),
    *("anonymous user", "anonymous caller", "private number", "private caller", "unknown caller"),
    *("unknown number", "caller unknown", "number withheld", "restricted number"),
    *("номер скрыт", "скрытый номер", "скрыт", "аноним", "неизвестный номер", "неизвестно"),
)
_HOST: Final = re.compile(r"@\S*$")


def is_withheld(number: str) -> bool:
    """Whether a caller's number, as it was received, says nothing or that it is not told."""
    shown = fold(_HOST.sub("", number.removeprefix("sip:")[:200]))
    return not any(map(str.isalnum, shown)) or shown in _WORDS


def shown_caller(number: str, name: str) -> str:
    """A caller's number and name in one line, as received but for a number that is withheld."""
    if not is_withheld(number):
        return f"{number} {name}"
    return WITHHELD if is_withheld(name) else f"{WITHHELD} {name}"

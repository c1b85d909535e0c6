"""The sentences of storage in the language of the page.

Storage tells what is wrong in English, with the place in the document in front
(`menus.main.keys.2: there is no menu “hours”`). Here the sentence is recognised by its pattern and
told again; one of no known pattern stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final

from web.fields import Mistakes, mistakes
from web.sentence_patterns import PATTERNS, PLACES, STEPS
from web.texts import Language, texts
from web.visit import Guest

_PLACE: Final = re.compile(rf"({'|'.join(PLACES)})(\.[^:]*)?")
_AMOUNTS: Final = ("seconds", "least", "most")
"""The words of a pattern that are numbers."""


def tell(sentence: str, language: Language) -> str:
    """A whole sentence of storage, its place in words."""
    place, separator, message = sentence.partition(": ")
    if separator and _PLACE.fullmatch(place):
        return f"{place_in_words(place, language)}: {tell_message(message, language)}"
    return tell_message(sentence, language)


def tell_message(message: str, language: Language) -> str:
    """A sentence of storage without its place."""
    told = texts(language)
    for pattern, shape in _compiled():
        found = shape.fullmatch(message)
        if found:
            values = {
                name: value.replace(".", told.gettext(".")) if name in _AMOUNTS else value
                for name, value in found.groupdict().items()
            }
            return told.gettext(pattern).format(**values)
    return message


def place_in_words(place: str, language: Language) -> str:
    """`employees.101.forward.busy` as “Employee 101, when busy”."""
    _ = texts(language).gettext
    section, *steps = place.split(".")
    name = steps.pop(0) if steps and "{name}" in PLACES[section] else ""
    words = [_(PLACES[section] if name or "{name}" not in PLACES[section] else section)]
    parts = iter(steps)
    for step in parts:
        if step == "keys":
            words.append(_("key {key}").format(key=next(parts, "")))
        elif step in STEPS:
            words.append(_(STEPS.get(f"{section}.{step}", STEPS[step])))
    return ", ".join(words).format(name=name)


def mistakes_in(
    visit: Guest, sentences: Iterable[str], place: str, fields: Iterable[str]
) -> Mistakes:
    """What is wrong with a form, by its fields, in the page's language; see `web.fields`."""
    return mistakes(sentences, place, tuple(fields), _teller(visit.language))


def _teller(language: Language) -> Callable[[str], str]:
    return lambda sentence: tell(sentence, language)


@cache
def _compiled() -> list[tuple[str, re.Pattern[str]]]:
    """The patterns, each with the expression that recognises a sentence made from it."""
    compiled = []
    for pattern in PATTERNS:
        parts = re.split(r"\{(\w+)\}", pattern)
        shape = "".join(
            f"(?P<{part}>.*)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
        )
        compiled.append((pattern, re.compile(shape, re.DOTALL)))
    return compiled

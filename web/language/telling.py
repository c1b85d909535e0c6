"""What is wrong, in the language of the page, and beside which field of a form."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from storage.errors import Problem
from web.language.places import PLACES, place_in_words
from web.language.problems import message
from web.language.texts import Language, texts

ANYWHERE: Final = ""
"""The field of what is wrong with a form as a whole."""

Mistakes = dict[str, list[str]]
"""What is wrong, by the name of the field; see `mistakes`."""


def tell(problem: Problem, language: Language) -> str:
    """What is wrong, its place in words."""
    told = tell_message(problem, language)
    if problem.where.partition(".")[0] not in PLACES:
        return told
    return f"{place_in_words(problem.where, language)}: {told}"


def tell_message(problem: Problem, language: Language) -> str:
    """What is wrong, without its place."""
    return message(problem, texts(language).gettext)


def mistakes(
    problems: Iterable[Problem], place: str, fields: Collection[str], language: Language
) -> Mistakes:
    """What is wrong with a form, by the field that it belongs to.

    ``place`` is that of the form in the document (`employees.101`). A field is found by the
    beginning of the rest; what belongs to none is told with its place in the document.
    """
    found: Mistakes = {}
    for problem in problems:
        where = problem.where.removeprefix(f"{place}.")
        field = next((name for name in fields if f"{where}.".startswith(f"{name}.")), None)
        if field is None:
            found.setdefault(ANYWHERE, []).append(tell(problem, language))
        else:
            found.setdefault(field, []).append(tell_message(problem, language))
    return found

"""What is wrong as a sentence: of a code's table, in the language of who reads it."""

from __future__ import annotations

from collections.abc import Callable

from storage.errors import Param, Problem, StorageError
from web.language.codes import SENTENCES

Translation = Callable[[str], str]
"""`gettext` of a catalogue: an English text in another language."""


def english(text: str) -> str:
    """The translation into English."""
    return text


def message(problem: Problem, translated: Translation = english) -> str:
    """What is wrong, without the place."""
    text = translated(SENTENCES.get(problem.code, problem.code))
    values = {name: _told(value, translated) for name, value in problem.params.items()}
    return text.format(**values)


def sentence(problem: Problem) -> str:
    """What is wrong, in English, with the place as it is written: `menus.main: …`."""
    told = message(problem)
    return f"{problem.where}: {told}" if problem.where else told


def sentences(error: StorageError) -> list[str]:
    """All that an error says is wrong, in English."""
    return [sentence(problem) for problem in error.problems]


def whole(error: StorageError) -> str:
    """The same in one line."""
    return "; ".join(sentences(error))


def _told(value: Param, translated: Translation) -> str:
    match value:
        case Problem():
            return message(value, translated)
        case float():
            return f"{value:g}".replace(".", translated("."))
        case _:
            return str(value)

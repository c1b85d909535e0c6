"""Rendering the parts of a letter, in a process that ends when it takes too much."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Semaphore
from time import monotonic
from typing import Final

from storage.errors import Problem, wrong
from storage.letters.names import ANOTHER, SAMPLE, Values
from storage.text import printable, storable

PARTS: Final = ("subject", "text", "html")
SECONDS: Final = 10.0
"""What it may take by the clock; two by the CPU's."""
LARGEST_ANSWER: Final = 10_000_000
"""Bytes: a letter of the greatest length, each character written as twelve."""
_CHILD: Final = Path(__file__).with_name("child.py")
_TURNS: Final = Semaphore(2)
TURN_SECONDS: Final = 10.0
"""What somebody waits for their turn: others' letters may take as long as they may."""
MOST_KNOWN: Final = 100
"""Letters whose outcome a process remembers."""
LEFT_ALONE: Final = 3600.0
"""Seconds for which a process does not try again what took too much: others' letters wait then."""
_too_much: dict[tuple[tuple[str, str], ...], float] = {}


class LetterFailed(Exception):
    """A letter cannot be made. ``problem`` says what is wrong; its place is a part's name."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def render(parts: Mapping[str, str], values: Values) -> dict[str, str]:
    """The parts with these values; what stands in ``html`` is escaped. Raises LetterFailed."""
    return {name: storable(each[0]) for name, each in _tried(parts, [values]).items()}


def problems(parts: Mapping[str, str]) -> list[Problem]:
    """What is wrong with a letter, as far as samples tell; each problem stands at its part."""
    try:
        _try(tuple(parts.items()))
    except LetterFailed as error:
        return [error.problem]
    return []


@lru_cache(maxsize=MOST_KNOWN)  # of what is right: offices are checked often
def _try(parts: tuple[tuple[str, str], ...]) -> None:
    for name, made in _tried(dict(parts), [SAMPLE, ANOTHER]).items():
        if not all(each.strip() for each in made):
            raise LetterFailed(wrong("letter-empty", name))


def _tried(parts: Mapping[str, str], samples: Sequence[Values]) -> dict[str, list[str]]:
    """The parts with each of the values. Raises LetterFailed.

    What took too much time or memory is not tried again for a while.
    """
    key, now = tuple(parts.items()), monotonic()
    if _too_much.get(key, now) > now:
        raise LetterFailed(wrong("letter-too-much"))
    if not _TURNS.acquire(timeout=TURN_SECONDS):
        raise LetterFailed(wrong("letter-waits"))
    try:
        return _rendered(parts, samples)
    except LetterFailed as error:
        if error.problem.code == "letter-too-much":
            if len(_too_much) >= MOST_KNOWN:
                _too_much.clear()
            _too_much[key] = now + LEFT_ALONE
        raise
    finally:
        _TURNS.release()


def _rendered(parts: Mapping[str, str], samples: Sequence[Values]) -> dict[str, list[str]]:
    given = json.dumps({"parts": dict(parts), "samples": [dict(each) for each in samples]})
    too_much = LetterFailed(wrong("letter-too-much"))
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as output:
        source.write(given.encode())
        source.seek(0)
        try:
            ended = subprocess.run(
                [sys.executable, "-I", str(_CHILD)],
                stdin=source,
                stdout=output,
                stderr=subprocess.DEVNULL,
                env={},  # settings may stand there, with passwords
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise too_much from None
        output.seek(0)
        said = output.read(LARGEST_ANSWER)
    try:
        answer = json.loads(said) if ended.returncode == 0 else None
    except ValueError:
        answer = None
    if answer is None:
        raise too_much
    if "rendered" in answer:
        rendered: dict[str, list[str]] = answer["rendered"]
        return rendered
    params = {
        name: printable(value, 300) if isinstance(value, str) else value
        for name, value in answer["params"].items()
    }
    code, part = str(answer.pop("wrong")), str(answer.pop("part"))
    raise LetterFailed(wrong(code, part, **params))

"""What a form was sent with, and which of its fields a sentence of storage is about."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from gettext import NullTranslations
from math import isfinite, nan
from typing import Final, Literal, overload

from starlette.datastructures import FormData

from storage.errors import ConfigError

ANYWHERE: Final = ""
"""The field of what is wrong with a form as a whole."""

Mistakes = dict[str, list[str]]
"""What is wrong, by the name of the field; see `mistakes`."""


def written(number: float | None, texts: NullTranslations) -> str:
    """A number as people write it, with a comma or a point; "" for None."""
    return "" if number is None else f"{number:g}".replace(".", texts.gettext("."))


@overload
def number_in(form: Mapping[str, str], name: str, *, optional: Literal[True]) -> float | None: ...
@overload
def number_in(form: Mapping[str, str], name: str) -> float: ...
def number_in(form: Mapping[str, str], name: str, *, optional: bool = False) -> float | None:
    """The number typed into a field, with a comma or a point; ConfigError if it is none."""
    text = form.get(name, "").strip().replace(",", ".")
    if optional and not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise ConfigError(f"{name}: must be a number")
    return number


@overload
def seconds_in(form: Mapping[str, str], name: str, *, optional: Literal[True]) -> float | None: ...
@overload
def seconds_in(form: Mapping[str, str], name: str) -> float: ...
def seconds_in(form: Mapping[str, str], name: str, *, optional: bool = False) -> float | None:
    """A time typed into a field, such as cannot be none at all; ConfigError as of `number_in`."""
    seconds = number_in(form, name, optional=True) if optional else number_in(form, name)
    if seconds is not None and seconds <= 0:
        raise ConfigError(f"{name}: must be more than 0 seconds")
    return seconds


def whole_in(form: Mapping[str, str], name: str) -> int | None:
    """The whole number typed into a field that may be left empty; ConfigError if it is none."""
    text = form.get(name, "").strip()
    if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ConfigError(f"{name}: must be a whole number")
    return int(text) if text else None


def list_in(text: str) -> tuple[str, ...]:
    """What was typed as a list: a line each, or commas or semicolons between."""
    lines = text.replace(",", "\n").replace(";", "\n").splitlines()
    return tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))


def mistakes(
    sentences: Iterable[str], place: str, fields: Collection[str], tell: Callable[[str], str]
) -> Mistakes:
    """Sentences such as `employees.101.ring_timeout: must be …`, by the field they belong to.

    ``place`` is that of the form in the document (`employees.101`). A field is found by the
    beginning of the rest; what belongs to none stays a whole sentence, with its place. ``tell``
    puts a sentence into the language of the page.
    """
    found: Mistakes = {}
    for sentence in sentences:
        where, _, message = sentence.removeprefix(f"{place}.").partition(": ")
        field = next((name for name in fields if f"{where}.".startswith(f"{name}.")), None)
        if field is None or not message:
            found.setdefault(ANYWHERE, []).append(tell(sentence))
        else:
            found.setdefault(field, []).append(tell(message))
    return found


def typed(form: FormData) -> dict[str, str]:
    """The texts of a form, without the white space around them; files are left out."""
    return {name: value.strip() for name, value in form.items() if isinstance(value, str)}

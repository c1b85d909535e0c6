"""What a form was sent with."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, nan
from typing import Literal, overload

from starlette.datastructures import FormData

from web.errors import FormError


@overload
def number_in(form: Mapping[str, str], name: str, *, optional: Literal[True]) -> float | None: ...
@overload
def number_in(form: Mapping[str, str], name: str) -> float: ...
def number_in(form: Mapping[str, str], name: str, *, optional: bool = False) -> float | None:
    """The number typed into a field, with a comma or a point; FormError if it is none."""
    text = form.get(name, "").strip().replace(",", ".")
    if optional and not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise FormError("not-numeric", name)
    return number


@overload
def seconds_in(form: Mapping[str, str], name: str, *, optional: Literal[True]) -> float | None: ...
@overload
def seconds_in(form: Mapping[str, str], name: str) -> float: ...
def seconds_in(form: Mapping[str, str], name: str, *, optional: bool = False) -> float | None:
    """A time typed into a field, such as cannot be none at all; FormError as of `number_in`."""
    seconds = number_in(form, name, optional=True) if optional else number_in(form, name)
    if seconds is not None and seconds <= 0:
        raise FormError("not-positive", name)
    return seconds


def whole_in(form: Mapping[str, str], name: str) -> int | None:
    """The whole number typed into a field that may be left empty; FormError if it is none."""
    text = form.get(name, "").strip()
    digits = text.removeprefix("-")
    if text and not (digits.isascii() and digits.isdecimal() and len(digits) < 10):
        raise FormError("not-whole", name)
    return int(text) if text else None


def list_in(text: str) -> tuple[str, ...]:
    """What was typed as a list: a line each, or commas or semicolons between."""
    lines = text.replace(",", "\n").replace(";", "\n").splitlines()
    return tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))


def typed(form: FormData) -> dict[str, str]:
    """The texts of a form, without the white space around them; files are left out."""
    return {name: value.strip() for name, value in form.items() if isinstance(value, str)}

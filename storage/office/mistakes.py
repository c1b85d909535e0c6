"""pydantic's errors told as sentences about the document: where, and what is wrong there."""

from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from storage.office.values import shown

MOST: Final = 50
"""Sentences told at once; a document with more mistakes than that is something else."""

_TYPES: Final = {
    "string_type": "must be a text in quotes",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "tuple_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "missing": "is missing",
    "union_tag_not_found": "has no action = “…”",
}
_LIMITS: Final = {
    "greater_than_equal": ("must be at least", "ge"),
    "less_than_equal": ("must be at most", "le"),
    "string_too_long": ("must not be longer than", "max_length"),
    "too_long": ("must not have more entries than", "max_length"),
}


def sentences(error: ValidationError, data: object) -> list[str]:
    """One sentence per mistake, each beginning with the place: `menus.main.keys.2: …`."""
    details = error.errors(include_url=False)
    told = [_sentence(detail, data) for detail in details[:MOST]]
    if len(details) > MOST:
        told.append(f"and {len(details) - MOST} more mistakes")
    return told


def _sentence(detail: ErrorDetails, data: object) -> str:
    place = _place(detail["loc"], data)
    kind = detail["type"]
    if kind == "extra_forbidden":
        return _at(place[:-1], f"unknown key “{place[-1]}”")
    if kind == "missing":
        return _at(place[:-1], f"{place[-1]} is missing")
    return _at(place, _TYPES.get(kind) or _message(kind, detail))


def _message(kind: str, detail: ErrorDetails) -> str:
    context: dict[str, Any] = detail.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "union_tag_invalid":
        known = context["expected_tags"].replace("'", "")
        return f"unknown action “{shown(context['tag'])}” (known: {known})"
    if kind == "literal_error":
        return f"must be {context['expected']}".replace("'", "").replace("True", "true")
    if kind in _LIMITS:
        words, limit = _LIMITS[kind]
        return f"{words} {context[limit]:g}"
    return shown(detail["msg"], 200)


def _at(place: list[str], message: str) -> str:
    return f"{'.'.join(place)}: {message}" if place else message


def _place(location: tuple[int | str, ...], data: object) -> list[str]:
    """pydantic's path without what is not in the document: the tags of actions, `[key]`."""
    place: list[str] = []
    here = data
    tag_expected = True
    for step in location:
        if step == "[key]":
            continue
        if tag_expected and isinstance(here, dict) and here.get("action") == step:
            tag_expected = False
            continue
        tag_expected = True
        place += ["no_answer", "after"] if step == "no_answer_after" else [shown(step)]
        if isinstance(here, dict):
            here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int):
            here = here[step] if step < len(here) else None
    return place

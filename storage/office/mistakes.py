"""pydantic's errors as problems of the document: where, and what is wrong there."""

from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from storage.errors import Problem, own_problem, wrong
from storage.office.notify import KINDS
from storage.text import shown

MOST: Final = 50
"""Problems told at once; a document with more mistakes than that is something else."""

_TYPES: Final = {
    "string_type": "not-text",
    "bool_type": "not-a-boolean",
    "int_type": "not-whole",
    "int_from_float": "not-whole",
    "float_type": "not-numeric",
    "finite_number": "not-finite",
    "tuple_type": "not-a-list",
    "dict_type": "not-a-table",
    "model_type": "not-a-table",
    "model_attributes_type": "not-a-table",
    "union_tag_not_found": "no-action",
    "unknown_destination": "unknown-destination",
}
_LIMITS: Final = {
    "greater_than_equal": ("too-small", "least", "ge"),
    "less_than_equal": ("too-large", "most", "le"),
    "string_too_long": ("too-long", "most", "max_length"),
    "too_long": ("too-many", "most", "max_length"),
}


def mistakes(error: ValidationError, data: object) -> list[Problem]:
    """One problem per mistake, each with its place: `menus.main.keys.2`."""
    details = error.errors(include_url=False)
    told = [_problem(detail, data) for detail in details[:MOST]]
    if len(details) > MOST:
        told.append(wrong("more-mistakes", count=len(details) - MOST))
    return told


def _problem(detail: ErrorDetails, data: object) -> Problem:
    place = place_of(detail["loc"], data)
    kind = detail["type"]
    if kind == "extra_forbidden":
        return wrong("unknown-key", ".".join(place[:-1]), key=place[-1])
    if kind == "missing":
        return wrong("missing", ".".join(place[:-1]), key=place[-1])
    return _meant(detail).at(".".join(place))


def _meant(detail: ErrorDetails) -> Problem:
    """What one of pydantic's errors says of a value, without its place."""
    kind = detail["type"]
    context: dict[str, Any] = detail.get("ctx", {})
    if own := own_problem(detail):
        return own
    if kind in _TYPES:
        return wrong(_TYPES[kind])
    if kind == "union_tag_invalid":
        known = context["expected_tags"].replace("'", "")
        return wrong("unknown-action", name=shown(context["tag"]), known=known)
    if kind == "literal_error":
        expected = context["expected"].replace("'", "").replace("True", "true")
        expected = expected.replace(" or ", ", ")
        is_one = "," not in expected
        return wrong("no-other" if is_one else "none-of", known=expected)
    if kind in _LIMITS:
        code, name, limit = _LIMITS[kind]
        return wrong(code, **{name: context[limit]})
    return wrong("refused", reason=shown(detail["msg"], 200))


def place_of(location: tuple[int | str, ...], data: object) -> list[str]:
    """pydantic's path without what is not in the document: tags of actions and destinations,
    `[key]`."""
    place: list[str] = []
    here = data
    tag_expected = True
    for step in location:
        if step == "[key]":
            continue
        if tag_expected and isinstance(here, dict) and _is_tag(step, here, place):
            tag_expected = False
            continue
        tag_expected = True
        place += ["no_answer", "after"] if step == "no_answer_after" else [shown(step)]
        if isinstance(here, dict):
            here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int):
            here = here[step] if step < len(here) else None
    return place


def _is_tag(step: int | str, here: dict[str, Any], place: list[str]) -> bool:
    if place[-2:-1] == ["notify"]:
        return step in KINDS
    return here.get("action") == step

"""What a change of an office changed: for the audit log, and for whoever reads it."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, TypedDict

MOST: Final = 100
"""Differences told; an office put in place of quite another has more than anybody reads."""


class Difference(TypedDict):
    """One value: where it stands, like ``employees.101.ring_timeout``; None where it is not."""

    path: str
    before: Any
    after: Any


def differences(before: object, after: object) -> list[Difference]:
    """What is different between two documents, table by table, at most `MOST` of it."""
    return list(islice(_differences("", before, after), MOST))


def _differences(path: str, before: object, after: object) -> Iterator[Difference]:
    if not isinstance(before, dict) or not isinstance(after, dict):
        if before != after:
            yield {"path": path, "before": before, "after": after}
        return
    for key in dict.fromkeys([*before, *after]):
        inner = f"{path}.{key}" if path else str(key)
        yield from _differences(inner, before.get(key), after.get(key))

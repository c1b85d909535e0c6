"""What a change of an office changed: for the audit log, and whoever reads it; and whom it gave
another extension.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, TypedDict

from storage.office.model import Employee, Office
from storage.text import normalise

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


def moved(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """The extensions of who is found under another one in one and the same change, by the new ones.

    Both are names by extension; of namesakes nobody moves. Two who change their extensions with
    each other have not changed their names.
    """
    names = {extension: normalise(name) for extension, name in before.items()}
    counted, again = Counter(names.values()), Counter(map(normalise, after.values()))
    extensions = {name: extension for extension, name in names.items() if name}
    return {
        extension: extensions[name]
        for extension, name in ((e, normalise(n)) for e, n in after.items())
        if counted[name] == again[name] == 1
        and name in extensions
        and extensions[name] != extension
    }


def people_before(before: Office | None, after: Office) -> dict[str, Employee]:
    """What those who have extensions now were before, by the extensions that they have now.

    Another name under an extension is the same person, unless they are found elsewhere.
    """
    if before is None:
        return {}
    moves = moved(_names(before), _names(after))
    there = {extension: moves.get(extension, extension) for extension in after.employees}
    gone = set(moves.values())
    return {
        extension: before.employees[one]
        for extension, one in there.items()
        if one in before.employees and (extension in moves or one not in gone)
    }


def _names(office: Office) -> dict[str, str]:
    return {extension: who.name for extension, who in office.employees.items()}

"""What a call's story tells is declared beside the code that logs it, and logged like that."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from commands.observability.call_story import SENTENCES
from dialplan import log_events as flows
from storage.intake import log_events as intake
from telephony import log_events as calls

ROOT = Path(__file__).parent.parent.parent.parent
LEVELS = {"debug", "info", "warning", "error", "exception"}
DECLARED = {**calls.FIELDS, **flows.FIELDS, **intake.FIELDS}


def logged(events: ModuleType) -> Iterator[tuple[str, frozenset[str]]]:
    """Each place beside a declaration that logs one of its events, with which fields."""
    for path in Path(str(events.__file__)).parent.rglob("*.py"):
        tree = ast.parse(path.read_bytes())
        values = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and _is_log(node.func) and node.args):
                continue
            event = node.args[0]
            if isinstance(event, ast.Name):
                event = values[event.id]
            fields = frozenset(str(keyword.arg) for keyword in node.keywords)
            for part in ast.walk(event):
                if isinstance(part, ast.Attribute) and ast.unparse(part.value) == "log_events":
                    yield getattr(events, part.attr), fields
                assert not isinstance(part, ast.Constant) or part.value not in DECLARED, (
                    f"{path.relative_to(ROOT)}:{node.lineno} logs a declared event by its text"
                )


def _is_log(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr in LEVELS
        and ast.unparse(function.value) == "log"
    )


class Declared(dict[str, Any]):
    """Fields of an event, which no field may be looked for among that it is not declared with."""

    def __init__(self, event: str, fields: frozenset[str]) -> None:
        super().__init__({field: 1.0 if field == "seconds" else [] for field in fields})
        self._declared = DECLARED[event]

    def get(self, field: str, default: Any = None) -> Any:
        assert field in self._declared
        return super().get(field, default)


def logged_anywhere() -> dict[str, set[frozenset[str]]]:
    found = defaultdict(set)
    for events in (calls, flows, intake):
        for event, fields in logged(events):
            found[event].add(fields)
    return found


LOGGED = logged_anywhere()


def test_no_name_is_declared_twice() -> None:
    assert len(DECLARED) == len(calls.FIELDS) + len(flows.FIELDS) + len(intake.FIELDS)


def test_what_is_told_is_declared() -> None:
    assert SENTENCES.keys() <= DECLARED.keys()


@pytest.mark.parametrize("event", sorted(DECLARED))
def test_what_is_declared_is_logged_with_its_fields(event: str) -> None:
    assert LOGGED[event], "nobody logs it"
    assert frozenset().union(*LOGGED[event]) == DECLARED[event]


@pytest.mark.parametrize("event", sorted(SENTENCES))
def test_what_is_told_needs_no_other_fields(event: str) -> None:
    """However it is logged: a sentence that misses a field would raise KeyError."""
    for fields in LOGGED[event]:
        assert SENTENCES[event](Declared(event, fields))

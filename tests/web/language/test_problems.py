"""Every code with which something is said to be wrong has its sentence, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import storage.errors
from storage.errors import StorageError, WrongValue
from web.language.codes import SENTENCES, TABLES
from web.language.texts import texts

ROOT = Path(__file__).parents[3]
ROOMS = ("storage", "dialplan", "web", "commands")
MAKERS = {"wrong", "warning", "Problem", "PhoneUnavailable"}
PARTS = re.compile(r"\{(\w+)\}")


def kinds(root: type = StorageError) -> Iterator[str]:
    yield root.__name__
    below: list[type] = root.__subclasses__()
    for kind in below:
        yield from kinds(kind)


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Where the product says that something is wrong."""
    makers = {*MAKERS, *kinds(), WrongValue.__name__, "FormError", "ChangedMeanwhile"}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                match node.func:
                    case ast.Name(id=name) if name in makers:
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", node
                    case ast.IfExp():  # (NoRecording if … else AudioError)("code")
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", node
                    case ast.Attribute(attr="__init__") if "errors" in path.stem:
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def codes(node: ast.Call) -> Iterator[str]:
    for argument in ast.walk(node.args[0]) if node.args else ():
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value


CALLS = [(where, node, code) for where, node in calls() for code in codes(node)]


def test_the_product_says_much_that_is_wrong() -> None:
    assert len(CALLS) > 200
    assert sum(map(len, TABLES)) == len(SENTENCES), "no code stands in two tables"


@pytest.mark.parametrize(("where", "node", "code"), CALLS, ids=[f"{w} {c}" for w, _, c in CALLS])
def test_what_is_said_to_be_wrong_has_its_sentence(where: str, node: ast.Call, code: str) -> None:
    assert code in SENTENCES, where
    given = {keyword.arg for keyword in node.keywords if keyword.arg}
    if all(keyword.arg for keyword in node.keywords) and code != "":
        assert given == set(PARTS.findall(SENTENCES[code])), where


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_told_in_both_languages(code: str) -> None:
    english = SENTENCES[code]
    russian = texts("ru").gettext(english)
    assert set(PARTS.findall(russian)) <= set(PARTS.findall(english))
    if re.search("[A-Za-z]", PARTS.sub("", english)):
        assert re.search("[а-яё]", russian), english


def test_no_sentence_is_left_that_nobody_says() -> None:
    written = "\n".join(
        path.read_text("utf-8")
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "codes" not in path.parts
    )
    assert [code for code in SENTENCES if f'"{code}"' not in written] == []


def test_a_tree_of_errors_is_drawn_as_it_is() -> None:
    drawn = re.findall(r"^[│├└─ ]*(\w+) {2,}", storage.errors.__doc__ or "", re.MULTILINE)
    own = {*kinds()} - {"FormError", "ChangedMeanwhile"}  # the web's, in web/errors.py
    assert sorted(drawn) == sorted(own)

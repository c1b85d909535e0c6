"""What we answer ourselves to a delivery is told in the reader's language."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from storage.notifications.limit import FOLDED
from web.language.answer_words import ANSWERS, answer_in_words

ROOT = Path(__file__).parents[3]
RAISED = ("NotWanted", "TryAgain", "Refused")


def our_answers() -> list[str]:
    """The texts in which something is said that is no answer of anybody else."""
    said = []
    for path in sorted((ROOT / "notifications").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RAISED:
                said += [_text(each) for each in node.args[:1]]
    return [text for text in said if re.search("[a-z]{3}", text)]


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_text(each) or "7" for each in values)
        case _:
            return ""


def test_every_answer_of_ours_is_in_russian() -> None:
    said = [*our_answers(), FOLDED]
    assert len(said) > 10
    for text in said:
        assert re.search("[а-яё]", answer_in_words(text, "ru")), text
        assert answer_in_words(text, "en") == text


@pytest.mark.parametrize("text", ANSWERS)
def test_each_has_words_in_russian(text: str) -> None:
    filled = re.sub(r"\{\w+\}", "x", text)
    assert re.search("[а-яё]", answer_in_words(filled, "ru"))


def test_what_a_server_answered_stays_as_it_is() -> None:
    assert answer_in_words("550 no such {user} 100%", "ru") == "550 no such {user} 100%"
    assert answer_in_words("", "ru") == ""


def test_an_answer_within_an_answer_is_told_too() -> None:
    told = answer_in_words("along with others: the company is gone", "ru")
    assert told == "вместе с другими: компании больше нет"
    assert answer_in_words("along with others: 250 {x} OK", "ru").endswith("250 {x} OK")

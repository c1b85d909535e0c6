"""The words of the pages: each in both languages, and none that nobody would say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import web
from web.language.audit_words import WAYS
from web.language.texts import texts

ROOM = Path(web.__file__).parent
TEXT = re.compile(
    r"""(?:\b_|\.(?:text|counted)|gettext)\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
)
SAME = {"API", "HTML"}
"""Words that are the same in Russian."""


def told() -> Iterator[str]:
    """What templates and modules have translated."""
    for path in (*ROOM.rglob("*.html"), *ROOM.rglob("*.py")):
        yield from map(ast.literal_eval, TEXT.findall(path.read_text(encoding="utf-8")))


def test_every_text_of_a_page_has_a_russian_one() -> None:
    found = set(told())
    assert len(found) > 300
    russian = texts("ru")
    assert [text for text in found if russian.gettext(text) == text and text not in SAME] == []


@pytest.mark.parametrize(
    ("count", "marked", "deleted"),
    [
        (0, "0 сообщений отмечено прослушанными.", "0 сообщений удалено."),
        (1, "1 сообщение отмечено прослушанным.", "1 сообщение удалено."),
        (2, "2 сообщения отмечены прослушанными.", "2 сообщения удалены."),
        (5, "5 сообщений отмечено прослушанными.", "5 сообщений удалено."),
        (21, "21 сообщение отмечено прослушанным.", "21 сообщение удалено."),
    ],
)
def test_numbers_agree_with_what_is_said_of_them(count: int, marked: str, deleted: str) -> None:
    counted = texts("ru").ngettext
    words = counted("Marked as heard.", "%(num)s messages marked as heard.", count)
    assert words % {"num": count} == marked
    words = counted("Message deleted.", "%(num)s messages deleted.", count)
    assert words % {"num": count} == deleted


@pytest.mark.parametrize(
    ("english", "russian"),
    [
        ("Hold", "Запрет удаления"),
        ("Play one after another (a)", "Слушать подряд (a)"),
        ("First page", "К началу списка"),
        ("In any format, such as +7 495 123-45-67.", "В любом формате, например +7 495 123-45-67."),
        ("Voicemail settings", "Настройки голосовой почты"),
        ("Log out everywhere else", "Завершить остальные сеансы"),
        ("automatically", "автоматически"),
        ("This cannot be done", "Действие недоступно"),
    ],
)
def test_people_say_it_so(english: str, russian: str) -> None:
    assert english in {*told(), *WAYS.values()}
    assert texts("ru").gettext(english) == russian

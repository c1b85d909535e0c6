"""Texts that people take for the same are the same when they are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.words.folding import fold, other_reading


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("О’Нил", "О'Нил"),
        ("О`Нил", "О´Нил"),
        ("O’Neil", "oʼneil"),
        ("«Ромашка-Плюс»", '"ромашка – плюс"'),
        ("„Ромашка“", "“Ромашка”"),
        ("йошкар\u2011ола", "Йошкар-Ола"),
        ("йошкар—ола", "йошкар−ола"),
        ("istanbul", "İstanbul"),
        ("ISPARTA", "ısparta"),
        ("Müller, Jürgen", "muller jurgen"),
        ("Łukasz", "lukasz"),
        ("Семёнов", "семенов"),
        ("И\u0306ошкар", "Йошкар"),
        ("Ива\u0301нов", "Иванов"),
        ("И. И. Иванов", "И.И.Иванов"),
        ("Ива\u00adнов", "И\u200bва\u2060нов"),
        ("\u202aАнна\u202c", "Анна"),
        ("\ufeffАнна", "анна"),
        ("Ａｎｎａ", "anna"),
        ("Анна\u00a0\tПетровна", " анна  петровна "),
        ("Straße", "STRASSE"),
        ("Cepгeй", "Сергей"),  # the first with Latin letters
        ("Иванoв", "Иванов"),
        ("Семëнов", "Семёнов"),
        ("Jоhn", "John"),  # the first with a Cyrillic letter
    ],
)
def test_the_same_is_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("йод", "иод"),
        ("ван", "вана"),
        ("24/7", "24 7"),
        ("а%б", "а б"),
        ("か", "が"),
        ("Bob", "Воб"),
    ],
)
def test_what_differs_differs(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("BEPA", "вера"),
        ("Max Weber", "мах weber"),
        ("МАХ", "max"),
        ("ООО Ромашка", "ooo ромашка"),
        ("Bob", ""),
        ("Анна", ""),
        ("", ""),
    ],
)
def test_a_word_of_letters_that_look_the_same_may_be_of_either_alphabet(
    text: str, other: str
) -> None:
    assert other_reading(text) == other


@pytest.mark.parametrize("signs", ["", "'", "’", '"«»', "...", "-–—", "\u202a\u202c", " \n"])
def test_signs_alone_are_nothing(signs: str) -> None:
    assert fold(signs) == ""


@given(st.text(max_size=80))
def test_a_folded_text_is_one_line(text: str) -> None:
    folded = fold(text)
    assert "\0" not in folded
    assert folded == " ".join(folded.split())


def test_nothing_endless_is_folded() -> None:
    assert len(fold("\ufdfa" * 1_000_000)) <= 1000
    assert other_reading("A" * 1_000_000) == ""

"""What storage says is wrong, told in the language of the page."""

from __future__ import annotations

import re

import pytest
from web.sentence_patterns import PATTERNS
from web.sentences import place_in_words, tell, tell_message

from web.language.texts import texts


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_sentence_has_its_russian(pattern: str) -> None:
    told = texts("ru").gettext(pattern)
    assert re.search("[а-я]", told), pattern
    assert set(re.findall(r"\{\w+\}", told)) <= set(re.findall(r"\{\w+\}", pattern))


def test_a_sentence_about_an_empty_value_is_recognised_too() -> None:
    assert tell_message("“” is not a phone number", "ru") == "«» не номер телефона"


def test_seconds_have_a_comma_in_russian() -> None:
    sentence = "menus.main.keys.1: works 2.5 s late: the caller may go on to 101"
    assert tell(sentence, "ru") == (
        "Меню «main», кнопка 1: сработает через 2,5 с: система ждёт, не наберут ли 101"
    )
    assert "works 2.5 s late" in tell(sentence, "en")


def test_a_company_has_a_title_and_a_person_a_name() -> None:
    assert place_in_words("company.name", "ru") == "Компания, название"
    assert place_in_words("employees.101.name", "ru") == "Сотрудник 101, имя"

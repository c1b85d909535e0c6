"""What is wrong, told in the language of the page."""

from __future__ import annotations

from storage.errors import warning, wrong
from web.language.places import place_in_words
from web.language.telling import mistakes, tell, tell_message


def test_a_value_may_be_empty() -> None:
    assert tell_message(wrong("not-a-number", text=""), "ru") == "«» не номер телефона"


def test_seconds_have_a_comma_in_russian() -> None:
    late = warning("late-key", "menus.main.keys.1", seconds=2.5, key="101")
    assert tell(late, "ru") == (
        "Меню «main», кнопка 1: сработает через 2,5 с: система ждёт, не наберут ли 101"
    )
    assert "works 2.5 s late" in tell(late, "en")


def test_a_reason_is_told_in_the_same_language() -> None:
    lost = wrong("not-taken", place="101/INBOX/msg0000", reason=wrong("no-audio"))
    assert tell(lost, "ru") == "101/INBOX/msg0000: не принято: нет звука"


def test_a_company_has_a_title_and_a_person_a_name() -> None:
    assert place_in_words("company.name", "ru") == "Компания, название"
    assert place_in_words("employees.101.name", "ru") == "Сотрудник 101, имя"


def test_a_mistake_stands_beside_its_field_and_others_with_their_place() -> None:
    problems = [
        wrong("not-positive", "employees.101.ring_timeout"),
        wrong("no-menu", "menus.main.default", name="hours"),
    ]
    assert mistakes(problems, "employees.101", ("ring_timeout",), "en") == {
        "ring_timeout": ["must be more than 0 seconds"],
        "": ["Menu “main”, nothing pressed: there is no menu “hours”"],
    }

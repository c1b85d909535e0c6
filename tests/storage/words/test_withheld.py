"""A number that is withheld is told as that, in whatever form it came."""

from __future__ import annotations

import pytest

from storage.words.terms import leftover, search_terms, searchable_caller
from storage.words.withheld import is_withheld, shown_caller

FORMS = [
    *("", " ", "+", "anonymous", "Anonymous", "ANONYMOUS", "Restricted", "restricted", "Private"),
    *("unknown", "Unavailable", "withheld", "sip:anonymous@anonymous.invalid", "Private Number"),
    *("anonymous@anonymous.invalid", "Unknown Caller", "скрытый номер", "\u202aanonymous\u202c"),
]


@pytest.mark.parametrize("number", FORMS)
def test_it_is_known_in_every_form(number: str) -> None:
    assert is_withheld(number)
    assert shown_caller(number, "") == shown_caller(number, "Anonymous") == "Number withheld"
    assert shown_caller(number, "Иван") == "Number withheld Иван"


@pytest.mark.parametrize("number", ["+79161112266", "101", "*21", "anna", "ivan@unknown.org", "0"])
def test_a_number_that_is_told_is_not_withheld(number: str) -> None:
    assert not is_withheld(number)
    assert shown_caller(number, "Иван") == f"{number} Иван"


@pytest.mark.parametrize("number", FORMS)
@pytest.mark.parametrize(
    "query",
    ["Номер скрыт", "номер", "скрытый номер", "Number withheld", "withheld", "anonymous"],
)
def test_it_is_found_by_what_is_shown(number: str, query: str) -> None:
    terms = tuple(map(tuple, search_terms(query)))
    assert leftover(terms, searchable_caller(number, "", "Europe/Moscow")) == ()
    assert leftover(terms, searchable_caller("+79161112266", "Анна", "Europe/Moscow")) != ()

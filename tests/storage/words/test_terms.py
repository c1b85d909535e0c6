"""A message is found by its caller's number however somebody writes it, and by nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.words.folding import LONGEST
from storage.words.terms import leftover, search_terms, searchable, searchable_caller

MOSCOW, MINSK, LONDON, NEW_YORK = (
    *("Europe/Moscow", "Europe/Minsk", "Europe/London", "America/New_York"),
)


def finds(query: str, words: str) -> bool:
    terms = tuple(map(tuple, search_terms(query)))
    return terms != () and leftover(terms, words) == ()


@pytest.mark.parametrize(
    "query",
    [
        *("8\u2011916\u2011111\u201122\u201166", "8–916–111–22–66", "8 916 111 22 66"),
        *(
            "\u202a+7 (916) 111-22-66\u202c",
            "\u2066+79161112266\u2069",
            "+7\u00a0916\u00a0111 22 66",
        ),
        *("8-916-111-22-66 доб. 12", "8 916 111 22 66, доб 12", "+7 916 111-22-66 ext. 12"),
        *(
            "89161112266 (доб. 12)",
            "89161112266, доб. №12",
            "+7·916·111·22·66",
            "8 (916) 111_22_66",
        ),
        *("8~10 7 916 111 22 66", "тел. № 8 916 111-22-66"),
        *("89161112266 x12", "+7 916 111 22 66 #12", "+79161112266 вн. 305"),
        *("тел. 8 916 111-22-66", "тел.: +7 916 111-22-66", "Т. 8(916)1112266", "моб 89161112266"),
        *("tel:+7-916-111-22-66", "tel:+79161112266;ext=12", "sip:+79161112266@example.com"),
        *("8/916/111-22-66", "8.916.111.22.66", "+7 916 111/22/66", "８９１６１１１２２６６"),
        *("9161112266", "916 111", "111-22-66", "22-66", "8916", "8 916 1", "+7 916", "7916"),
        *("0079161112266", "+8 916 111 22 66", "81079161112266"),
        *("89161112266/89161112267", "8 916 111-22-66/67"),
        *("\t+7 916 111 22 66\n", "+٧٩١٦١١١٢٢٦٦"),
    ],
)
@pytest.mark.parametrize("came", ["+79161112266", "79161112266", "89161112266", "9161112266"])
def test_a_russian_number_is_found_in_every_spelling(came: str, query: str) -> None:
    assert finds(query, searchable_caller(came, "", MOSCOW))


@pytest.mark.parametrize(
    ("came", "zone", "queries"),
    [
        (
            "+442079460958",
            MOSCOW,
            [
                *("020 7946 0958", "+44 (0)20 7946 0958", "00442079460958", "00 44 20 7946 0958"),
                *("810 44 20 7946 0958", "8 10 44 20 7946 0958", "(020) 7946"),
                *("442079460958", "+44 20 7946", "+44 (0) 20 7946 0958", "011 44 20 7946 0958"),
            ],
        ),
        ("442079460958", MOSCOW, ["020 7946 0958", "+442079460958"]),
        ("00442079460958", MOSCOW, ["020 7946 0958", "+44 20 7946 0958"]),
        ("810442079460958", MOSCOW, ["020 7946 0958", "+44 20 7946 0958"]),
        ("02079460958", LONDON, ["+44 20 7946 0958", "0044 20 7946 0958", "020 7946 0958"]),
        (
            "+375291234567",
            MOSCOW,
            [
                "8 029 123-45-67",
                "80291234567",
                "+375 (29) 123-45-67",
                "029 123 45 67",
                "8-10-375-29-1234567",
            ],
        ),
        ("80291234567", MINSK, ["+375 29 123-45-67", "8 029 123-45-67"]),
        ("2125550123", NEW_YORK, ["+1 212 555 0123", "(212) 555-0123", "1-212-555-0123"]),
        ("+77710009998", MOSCOW, ["8 (771) 000-99-98", "+7 771 000 99 98"]),
        ("+4930123456", MOSCOW, ["030 123456", "0049 30 123456", "+49 (0)30 123456"]),
        ("84951234567/84951234568", MOSCOW, ["+7 495 123-45-67", "+7 495 123-45-68"]),
        ("+79161112266;ext=12", MOSCOW, ["8 916 111 22 66"]),
        ("102", MOSCOW, ["102"]),
        ("*21", MOSCOW, ["*21", "21"]),
    ],
)
def test_a_number_of_another_country_is_found_as_it_is_dialled_there_and_from_here(
    came: str, zone: str, queries: list[str]
) -> None:
    words = searchable_caller(came, "", zone)
    for query in queries:
        assert finds(query, words), (query, words)


@pytest.mark.parametrize(
    "query",
    [
        *("+7 916 111-22-67", "8 495 111 22 66", "020 7946", "доб. 12", "тел.", "тел. Анна"),
        *("+44 916 111 22 66", "00447911122", "Анна 8 916 111 22 66"),
    ],
)
def test_another_number_is_not_found(query: str) -> None:
    assert not finds(query, searchable_caller("+79161112266", "", MOSCOW))


def test_numbers_in_names_are_found_too() -> None:
    words = searchable_caller("", "Иван, тел. 8 916 111-22-66 доб. 12, цех 12-34", MOSCOW)

    for query in ("+7 916 111 22 66", "иван 916111", "цех 12-34", "цех"):
        assert finds(query, words), query
    assert finds("22-66", searchable("Цех 22-66", (), MOSCOW))
    assert finds("2266", searchable("Цех 22-66", (), MOSCOW))
    assert finds("24/7", searchable("Офис 24/7", (), MOSCOW))


def test_a_query_becomes_terms() -> None:
    assert search_terms("Анна 8 916 123") == [["8916123", "7916123"], ["анна"]]
    assert search_terms("+7 (916) 123-45-67") == [["79161234567"]]
    assert search_terms("офис 24/7") == [["офис"], ["24/7"]]
    assert search_terms("йошкар-ола О’Нил") == [["йошкар ола", "йошкар-ола"], ["онил", "о’нил"]]
    assert search_terms("Иванов — директор") == [["иванов"], ["директор"]]
    assert search_terms("22-66") == [["2266", "22 66"]]
    assert search_terms("   ") == search_terms("\u202a\u202c") == []


def test_words_are_the_same_in_whatever_order_numbers_come() -> None:
    numbers = ["101", "+7 916 000-11-22", "8 495 123-45-67"]
    assert searchable("Анна", numbers, MOSCOW) == searchable("Анна", numbers[::-1], MOSCOW)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_searched_for(query: str) -> None:
    for term in search_terms(query):
        assert term
        assert all(spelling.strip() == spelling != "" for spelling in term)


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_was_received_is_found_as_it_was_received(number: str, name: str) -> None:
    words = searchable_caller(number, name, MOSCOW)
    assert len(words) < 3000
    for text in (number, name):
        terms = tuple(map(tuple, search_terms(text)))
        folds = [term for term in terms if any(map(str.isalnum, term[0]))]
        assert leftover(tuple(folds), words) == ()


@pytest.mark.parametrize("part", ["1 ", "тел ", "( ", "1-", "1;a=", "тел. . . ", "+", "1,,", "1x"])
def test_nothing_endless_is_looked_at(part: str) -> None:
    assert len(search_terms(part * 50_000)) <= LONGEST
    assert len(searchable_caller(part * 50_000, part * 50_000, MOSCOW)) < 4 * LONGEST

"""Whatever the numbers, times and texts are, something is said, in sounds that are there."""

from __future__ import annotations

from datetime import datetime

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from dialplan import saying
from storage.office.model import Language
from storage.words.phone_numbers import dialable
from tests.dialplan.saying.everything import everything
from tests.dialplan.saying.texts import TEXTS, heard

LANGUAGES: tuple[Language, ...] = ("en", "ru")
languages = st.sampled_from(LANGUAGES)
counts = st.integers(-5, 2_000_000)
spans = st.floats(-10, 1e9) | st.integers(0, 4000)
callers = st.text() | st.from_regex(r"\+?[0-9*# ()-]{1,24}", fullmatch=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_are_those_that_people_read(language: Language) -> None:
    """The sentences' table knows what each sound says, and the real ring that it is there."""
    used = {sound for sounds in everything(language) for sound in sounds}
    assert used == set(TEXTS[language])


@given(counts, counts, languages)
def test_counts(n: int, other: int, language: Language) -> None:
    for sounds in (
        saying.number(n, language),
        saying.number(n, language, "neuter"),
        saying.messages(n, other, language),
        saying.position(n, other, language),
    ):
        _can_be_said(sounds, language)


@given(spans, languages)
def test_spans(seconds: float, language: Language) -> None:
    _can_be_said(saying.wait(seconds, language), language)
    if seconds > 30:
        _can_be_said(saying.duration(seconds, language), language)


@given(st.datetimes(), st.datetimes(), languages)
def test_moments(at: datetime, now: datetime, language: Language) -> None:
    _can_be_said(saying.when(at, now, language), language)


@given(callers, languages)
def test_callers(text: str, language: Language) -> None:
    _can_be_said(saying.phone_number(text, language), language)
    _can_be_said(saying.caller(text, language), language)
    assert set(saying.digits(text)) <= set(TEXTS[language])


@given(callers)
def test_no_digit_of_a_caller_is_lost(text: str) -> None:
    said = [sound for sound in saying.phone_number(text, "en") if sound != "silence/1"]
    if said != ["vm-unknown-caller"]:
        plus = "+" if text.strip().startswith("+") else ""
        assert tuple(said) == saying.digits(plus + dialable(text))


@given(st.integers(1, 999_999))
def test_a_russian_noun_follows_the_number(n: int) -> None:
    """As Unicode's rules have it, where the number has words; else it stands before them."""
    noun = {"one": "сообщение", "few": "сообщения", "many": "сообщений"}
    said = heard(saying.messages(n, 0, "ru"), "ru").split()
    if said[-2] in ("новое", "новых"):
        assert said[-1] == noun[Locale("ru").plural_form(n)]
        assert (said[-2] == "новое") == (said[-1] == "сообщение")
    else:
        assert said[2:4] == ["новых", "сообщений"]


@given(st.integers(0, 999_999))
def test_an_english_number_is_the_sum_of_its_words(n: int) -> None:
    value = 0
    for sound in saying.number(n, "en"):
        word = sound.removeprefix("digits/")
        if word == "thousand":
            value *= 1000
        elif word == "hundred":
            value += value % 1000 * 99
        else:
            value += int(word)
    assert value == n


def _can_be_said(sounds: saying.Sounds, language: Language) -> None:
    assert sounds
    assert set(sounds) <= set(TEXTS[language])

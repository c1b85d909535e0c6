"""Short letters: what they say, and that nothing but their link means anything to a chat."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.office import Company
from storage.office.notify import Event
from tests.notifications.test_mail import LINK, MESSAGE
from web.language.texts import Language
from web.letters.harmless import LONGEST_NAME, harmless
from web.letters.short import ShortLetter, short_letter

MARKUP = re.compile(r"[\[\]<>@#&*_~`|\\/]|\w\.\w|:\S")
"""What some chat makes a link, a mention, a picture or a style of."""


def told(
    event: Event = "message.kept", language: Language = "ru", **message: object
) -> ShortLetter:
    company = Company(name="Ромашка", language=language)
    return short_letter(replace(MESSAGE, **message), event, company, LINK)  # type: ignore[arg-type]


def test_it_is_the_letter_in_a_few_lines() -> None:
    one = told()
    assert one.title == "Новое голосовое сообщение"
    assert one.text.splitlines() == [
        "От кого: Иван, +7 916 123-45-67",
        "Кому: Анна Щукина · 101",
        "Когда: 14 августа 2026\u202fг., 09:30:05 (Europe/Moscow)",
        "Длительность: 1 минута 23 секунды",
    ]
    assert one.within(1024) == f"{one.title}\n{one.text}\n{LINK}"


def test_it_is_in_the_companys_language() -> None:
    one = told(language="en")
    assert one.title == "New voice message"
    assert one.text.startswith("From: Иван, +7 916 123-45-67\nFor: ")


def test_a_number_that_is_withheld_is_told_so() -> None:
    assert told(caller_name="", caller_number="anonymous").text.startswith(
        "От кого: Номер скрыт\nКому"
    )


def test_what_else_is_to_be_known_is_told() -> None:
    assert "Запись неполная." in told(cut_off=True).text
    deleted = told("message.deleted")
    assert deleted.title == "Голосовое сообщение удалено"
    assert deleted.text.endswith("Оно в корзине.")
    assert "корзине" not in told().text


HOSTILE = (
    "[x](http://evil.example)",
    "![x](http://evil.example/x.png)",
    "<http://evil.example|Bank>",
    '<a href="http://evil.example">x</a>',
    "@everyone @here @channel",
    "<!channel> <@U012345>",
    "*bold* _it_ ~~no~~ `code` ||spoiler||",
    "http://evil.example/pay",
    "evil.example",
    "evil。example",
    "pay@evil.example",
    "tel:+79001234567 mailto:x@y.z",
    "/start /stop",
    "#hashtag",
    "&lt;b&gt; &#64;everyone &commat;here",
    "Иван\r\n\r\n# Заголовок\n- список\n> цитата",
    "\\@everyone",
    "{{7*7}}{% raw %}",
    "\u202egnp.exe\u200b@everyone",
)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("where", ["caller_name", "caller_number", "addressee_name"])
def test_what_callers_call_themselves_means_nothing_to_chats(name: str, where: str) -> None:
    plain, one = told(), told(**{where: name})  # type: ignore[arg-type]
    assert len(one.text.splitlines()) == len(plain.text.splitlines())
    for line in one.text.splitlines()[:2]:
        label, _, said = line.partition(": ")
        assert label in ("От кого", "Кому")
        assert not MARKUP.search(said), said


@given(st.text(max_size=300))
def test_no_name_means_anything_to_chats(name: str) -> None:
    said = harmless(name)
    assert not MARKUP.search(said)
    assert len(said) <= LONGEST_NAME
    assert "\n" not in said


@pytest.mark.parametrize(
    "name", ["Иван Петров", "O'Neil (office)", "Анна · 101", "+7 916 123-45-67"]
)
def test_honest_names_stay_as_they_are(name: str) -> None:
    assert harmless(name) == name


def test_names_that_hold_marks_look_as_they_did() -> None:
    assert harmless("И.И. Иванов & Ко, Продажи/Склад") == "И․И. Иванов ＆ Ко, Продажи∕Склад"


@given(st.text(max_size=3000), st.integers(40, 4096))
def test_it_is_cut_to_what_a_chat_takes_and_its_link_is_not(text: str, most: int) -> None:
    said = ShortLetter("t", text, "https://v.example/m/1").within(most)
    assert len(said.encode("utf-16-le", "surrogatepass")) // 2 <= most
    assert said.endswith("\nhttps://v.example/m/1")

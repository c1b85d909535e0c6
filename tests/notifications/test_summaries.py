"""Letters about many messages, as people read them in either language."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from unicodedata import category

import pytest

from notifications.mail import compose, send
from storage.messages.message import Message
from storage.messages.unread import COUNTED
from storage.office import Company
from storage.settings_sections import MailSettings
from tests.notifications.mail_server import MailServer
from tests.notifications.test_mail import AT, HOSTILE, ID, MESSAGE, body, by
from web.language.texts import Language
from web.letters.letter import Letter, letter
from web.letters.short import ShortLetter
from web.letters.summary import short_summary, summary_letter

WEB_URL = "https://voice.example"
DIGEST, MORE = "messages.unheard", "messages.more"


def message(number: int, **other: object) -> Message:
    """One of several messages for Anna."""
    values = {"id": f"{ID[:-3]}{number:03}", "caller_name": f"Звонящий {number}", **other}
    return replace(MESSAGE, **values)  # type: ignore[arg-type]


def composed(written: Letter, company: str = "Ромашка") -> EmailMessage:
    return compose(
        written,
        MailSettings.model_validate({"from": "voicemail@voice.example"}),
        to="anna@example.com",
        delivery_id=ID,
        at=AT.timestamp(),
        list_name=company,
    )


def company(language: Language, name: str = "Ромашка") -> Company:
    return Company(name=name, language=language)


@pytest.mark.parametrize(
    ("language", "subject", "when", "length", "rest", "all_of_them"),
    [
        (
            "ru",
            "33 непрослушанных сообщения: Анна Щукина · 101",
            "14 августа 2026 г., 09:30:05",
            "1 минута 23 секунды",
            "и ещё 30",
            "Все сообщения",
        ),
        (
            "en",
            "33 unheard messages: Анна Щукина · 101",
            "August 14, 2026, 9:30:05",
            "1 minute 23 seconds",
            "and 30 more",
            "All messages",
        ),
    ],
)
def test_a_digest_lists_who_when_how_long_and_where(
    language: Language, subject: str, when: str, length: str, rest: str, all_of_them: str
) -> None:
    messages = [message(number) for number in (3, 2, 1)]

    mail = composed(summary_letter(DIGEST, messages, 33, company(language), WEB_URL, "101"))

    assert mail["Subject"] == subject
    for kind in ("plain", "html"):
        read = body(mail, kind).replace("\u202f", " ").replace("\xa0", " ")
        assert read.count(when) == read.count(length) == 3
        assert read.count("+7 916 123-45-67") == 3
        places = [read.index(f"{WEB_URL}/messages/{each.id}") for each in messages]
        assert places == sorted(places)
        assert rest in read
        assert all_of_them in read
        assert f"{WEB_URL}/messages?employee=101" in read
        assert "Ромашка" in read


@pytest.mark.parametrize(
    ("language", "count", "words"),
    [
        ("ru", 1, "1 непрослушанное сообщение: "),
        ("ru", 5, "5 непрослушанных сообщений: "),
        ("ru", COUNTED, "1 000+ непрослушанных сообщений: "),
        ("en", 1, "1 unheard message: "),
        ("en", COUNTED, "1,000+ unheard messages: "),
    ],
)
def test_numbers_are_words_of_the_language(language: Language, count: int, words: str) -> None:
    written = summary_letter(DIGEST, [message(1)], count, company(language), WEB_URL, "")
    assert written.subject.replace("\xa0", " ").startswith(words)
    assert ("999+" in written.text) == (count == COUNTED)


def test_where_all_are_listed_nothing_is_left_over() -> None:
    written = summary_letter(DIGEST, [message(1)], 1, company("ru"), WEB_URL, "")
    for text in (written.text, written.html):
        assert "и ещё" not in text
        assert f"{WEB_URL}/messages?box=company" in text


@pytest.mark.parametrize(
    ("language", "count", "subject"),
    [
        ("ru", 1, "Ещё 1 уведомление за час: Анна Щукина · 101"),
        ("ru", 12, "Ещё 12 уведомлений за час: Анна Щукина · 101"),
        ("en", 1, "1 more notification within an hour: Анна Щукина · 101"),
        ("en", 12, "12 more notifications within an hour: Анна Щукина · 101"),
    ],
)
def test_what_was_more_than_an_hour_takes_is_counted(
    language: Language, count: int, subject: str
) -> None:
    written = summary_letter(MORE, [message(1)], count, company(language), WEB_URL, "101")
    assert written.subject == subject
    assert f"{WEB_URL}/messages/{message(1).id}" in written.text


def test_of_messages_that_are_gone_there_is_still_the_number() -> None:
    written = summary_letter(MORE, [], 7, company("ru"), WEB_URL, "101")
    assert written.subject == "Ещё 7 уведомлений за час"
    assert f"{WEB_URL}/messages?employee=101" in written.text


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "Всё ещё не прослушано"), ("en", "Still not heard")]
)
def test_a_reminder_says_that_it_is_one(language: Language, words: str) -> None:
    written = letter(MESSAGE, "message.unheard", company(language), "https://x.example", "")
    assert written.subject == f"{words}: Иван"
    assert written.text.startswith(words)
    assert f"<h1>{words}</h1>" in written.html


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
async def test_what_callers_call_themselves_harms_no_summary(
    name: str, language: Language, server: MailServer
) -> None:
    there = message(1, caller_name=name, addressee_name=name, caller_number=name[:200])
    for event in (DIGEST, MORE):
        written = summary_letter(event, [there], 2, company(language), WEB_URL, "101")
        await send(composed(written), by(server))
    for arrived in server.letters:
        assert arrived.to == ("anna@example.com",)
        assert arrived.mail.get_all("Bcc") is None
        assert len(arrived.mail.get_all("Subject") or []) == 1
        assert len(str(arrived.mail["Subject"])) <= 250
        for kind in ("plain", "html"):
            read = arrived.text(kind)
            assert {category(sign) for sign in read if sign not in "\r\n"}.isdisjoint({"Cc", "Cf"})
            assert "7*7" in read or "49" not in read
        page = arrived.text("html")
        assert "<script" not in page
        assert "<img" not in page
        assert page.count("<h1>") == 1


def short(event: str, messages: list[Message], count: int, language: Language) -> ShortLetter:
    return short_summary(event, messages, count, company(language), WEB_URL, "101")


@pytest.mark.parametrize(
    ("language", "title", "rest"),
    [("ru", "8 непрослушанных сообщений", "и ещё 3"), ("en", "8 unheard messages", "and 3 more")],
)
def test_a_chat_is_told_in_a_few_lines(language: Language, title: str, rest: str) -> None:
    told = short(DIGEST, [message(number) for number in range(8)], 8, language)
    assert (told.title, told.link) == (title, f"{WEB_URL}/messages?employee=101")
    whose, *lines, last = told.text.splitlines()
    assert "Анна Щукина" in whose
    assert [f"Звонящий {number}" in line for number, line in enumerate(lines)] == [True] * 5
    assert last == rest


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_what_callers_call_themselves_harms_no_chat(name: str) -> None:
    there = message(1, caller_name=name, addressee_name=name, caller_number=name[:200])
    for event in (DIGEST, MORE):
        told = short(event, [there], 2, "ru")
        assert not set(told.text) & set("[]<>@#&*_~`|\\/")
        assert len(told.text.splitlines()) == 3
        assert {category(sign) for sign in told.text if sign != "\n"}.isdisjoint({"Cc", "Cf"})


@pytest.mark.parametrize(
    ("language", "count", "title"),
    [
        ("ru", 2, "2 непрослушанных сообщения с 15 августа 2026 г."),
        ("ru", 1, "1 непрослушанное сообщение с 15 августа 2026 г."),
        ("en", 1, "1 unheard message since August 15, 2026"),
    ],
)
def test_where_older_ones_are_unheard_too_it_is_said_since_when_they_are_counted(
    language: Language, count: int, title: str
) -> None:
    """In the company's days: it was past midnight there."""
    about = (DIGEST, [message(1)], count, company(language), WEB_URL, "101")
    since = datetime(2026, 8, 14, 22, tzinfo=UTC)
    subject = " ".join(summary_letter(*about, since=since).subject.split())
    assert subject == f"{title}: Анна Щукина · 101"
    assert " ".join(short_summary(*about, since=since).title.split()) == title

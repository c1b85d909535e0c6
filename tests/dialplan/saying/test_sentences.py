"""What is said, to be read by people who speak the language."""

from __future__ import annotations

from datetime import datetime

import pytest

from dialplan.saying import (
    caller,
    digits,
    duration,
    messages,
    number,
    phone_number,
    position,
    wait,
    when,
)
from tests.dialplan.saying.texts import heard

NOW = datetime(2026, 11, 30, 12, 0)  # a Monday

BOXES = [
    (0, 0, "no messages", "нет сообщений"),
    (1, 0, "one new message", "одно новое сообщение"),
    (2, 0, "two new messages", "два новых сообщения"),
    (0, 1, "one old message", "одно старое сообщение"),
    (0, 5, "five old messages", "пять старых сообщений"),
    (3, 2, "three new and two old messages", "три новых и два старых сообщения"),
    (3, 1, "three new messages and one old message", "три новых и одно старое сообщение"),
    (1, 6, "one new message and six old messages", "одно новое и шесть старых сообщений"),
    (1, 1, "one new and one old message", "одно новое и одно старое сообщение"),
    (11, 0, "eleven new messages", "одиннадцать новых сообщений"),
    (
        *(12, 14),
        "twelve new and fourteen old messages",
        "двенадцать новых и четырнадцать старых сообщений",
    ),
    (
        *(21, 22),
        "twenty one new and twenty two old messages",
        "двадцать одно новое и двадцать два старых сообщения",
    ),
    (25, 0, "twenty five new messages", "двадцать пять новых сообщений"),
    (101, 0, "one hundred one new messages", "сто одно новое сообщение"),
    (111, 0, "one hundred eleven new messages", "сто одиннадцать новых сообщений"),
    (199, 0, "one hundred ninety nine new messages", "сто девяносто девять новых сообщений"),
    (250, 0, "two hundred fifty new messages", "новых сообщений два пять ноль"),
    (
        *(3, 250),
        "three new and two hundred fifty old messages",
        "три новых сообщения и старых сообщений два пять ноль",
    ),
    (1000, 0, "one thousand new messages", "тысяча новых сообщений"),
    (1002, 0, "one thousand two new messages", "тысяча два новых сообщения"),
    (
        *(3021, 0),
        "three thousand twenty one new messages",
        "три тысячи двадцать одно новое сообщение",
    ),
    (2000, 0, "two thousand new messages", "новых сообщений два ноль ноль ноль"),
]


@pytest.mark.parametrize(("new", "old", "english", "russian"), BOXES)
def test_how_many_messages_there_are(new: int, old: int, english: str, russian: str) -> None:
    assert heard(messages(new, old, "en"), "en") == f"you have {english}"
    assert heard(messages(new, old, "ru"), "ru") == f"у вас {russian}"


NUMBERS = [
    (0, "zero", "ноль"),
    (1, "one", "один"),
    (22, "twenty two", "двадцать два"),
    (40, "forty", "сорок"),
    (100, "one hundred", "сто"),
    (112, "one hundred twelve", "сто двенадцать"),
    (200, "two hundred", "два ноль ноль"),
    (1121, "one thousand one hundred twenty one", "тысяча сто двадцать один"),
    (2000, "two thousand", "два ноль ноль ноль"),
    (5000, "five thousand", "пять ноль ноль ноль"),
    (13_000, "thirteen thousand", "один три ноль ноль ноль"),
    (24_012, "twenty four thousand twelve", "двадцать четыре тысячи двенадцать"),
    (104_000, "one hundred four thousand", "сто четыре тысячи"),
    (300_000, "three hundred thousand", "три ноль ноль ноль ноль ноль"),
    (-3, "minus three", "минус три"),
    (1_000_000, "one zero zero zero zero zero zero", "один ноль ноль ноль ноль ноль ноль"),
]


@pytest.mark.parametrize(("n", "english", "russian"), NUMBERS)
def test_numbers_in_words(n: int, english: str, russian: str) -> None:
    assert heard(number(n, "en"), "en") == english
    assert heard(number(n, "ru"), "ru") == russian


def test_the_gender_of_a_number_is_that_of_its_last_word() -> None:
    assert heard(number(21, "ru", "neuter"), "ru") == "двадцать одно"
    assert number(22, "ru", "neuter") == ("digits/20", "digits/2n")
    assert heard(number(101, "ru", "neuter"), "ru") == "сто одно"
    assert heard(number(11, "ru", "neuter"), "ru") == "одиннадцать"
    assert heard(number(21, "en", "neuter"), "en") == "twenty one"


def test_digit_by_digit() -> None:
    assert heard(digits("*101"), "en") == "star one zero one"
    assert heard(digits("*101"), "ru") == "звёздочка один ноль один"
    assert digits("a-b") == ()


CALLERS = [
    (
        "+7 495 123-45-67",
        "plus seven four nine five … one two three … four five … six seven",
        "плюс семь четыре девять пять … один два три … сорок пять шестьдесят семь",
    ),
    (
        "89161000502",
        "eight nine one six … one zero zero … zero five … zero two",
        "восемь девять один шесть … один ноль ноль … ноль пять ноль два",
    ),
    (
        "4951234567",
        "four nine five … one two three … four five … six seven",
        "четыре девять пять … один два три … сорок пять шестьдесят семь",
    ),
    (
        "+380 44 123 45 67",
        "plus three eight zero … four four one … two three four … five six seven",
        "плюс три восемь ноль … четыре четыре один … два три четыре … пять шесть семь",
    ),
    (
        "765-43-21",
        "seven six five … four three … two one",
        "семь шесть пять … сорок три двадцать один",
    ),
    ("23-45-67", "two three … four five … six seven", "двадцать три сорок пять шестьдесят семь"),
    ("23-456", "two three four … five six", "два три четыре … пятьдесят шесть"),
    ("2010", "two zero … one zero", "двадцать десять"),
    ("101", "one zero one", "один ноль один"),
    ("anonymous", "from an unknown caller", "от неизвестного абонента"),
    ("", "from an unknown caller", "от неизвестного абонента"),
    ("alice", "from an unknown caller", "от неизвестного абонента"),
    ("1" * 21, "from an unknown caller", "от неизвестного абонента"),
]


@pytest.mark.parametrize(("text", "english", "russian"), CALLERS)
def test_a_caller_s_number_in_groups(text: str, english: str, russian: str) -> None:
    assert heard(phone_number(text, "en"), "en") == english
    assert heard(phone_number(text, "ru"), "ru") == russian


def test_whose_message_it_is() -> None:
    assert heard(caller("101", "en"), "en") == "message from extension one zero one"
    assert heard(caller("101", "ru"), "ru") == "сообщение от абонента один ноль один"
    assert caller("23-45-67", "en")[0] == "vm-from-phonenumber"
    assert heard(caller("Anonymous", "ru"), "ru") == "от неизвестного абонента"


MOMENTS = [
    ("2026-11-30 09:05", "today at nine oh five A.M.", "сегодня в девять ноль пять"),
    ("2026-11-30 09:00", "today at nine A.M.", "сегодня в девять часов"),
    ("2026-11-30 00:00", "today at twelve A.M.", "сегодня в ноль часов"),
    ("2026-11-30 00:07", "today at twelve oh seven A.M.", "сегодня в ноль ноль семь"),
    ("2026-11-30 12:00", "today at twelve P.M.", "сегодня в двенадцать часов"),
    ("2026-11-30 12:30", "today at twelve thirty P.M.", "сегодня в двенадцать тридцать"),
    (
        "2026-11-30 23:59",
        "today at eleven fifty nine P.M.",
        "сегодня в двадцать три пятьдесят девять",
    ),
    ("2026-11-29 21:00", "yesterday at nine P.M.", "вчера в двадцать один ноль ноль"),
    ("2026-12-01 02:00", "tomorrow at two A.M.", "завтра в два ноль ноль"),
    ("2026-11-28 14:10", "Saturday at two ten P.M.", "суббота четырнадцать десять"),
    ("2026-11-24 08:00", "Tuesday at eight A.M.", "вторник восемь часов"),
    (
        "2026-11-23 08:00",
        "November twenty third at eight A.M.",
        "двадцать три ноября в восемь часов",
    ),
    ("2026-03-01 10:20", "March first at ten twenty A.M.", "первое марта в десять двадцать"),
    ("2026-03-03 10:20", "March third at ten twenty A.M.", "три марта в десять двадцать"),
    (
        "2026-01-31 13:00",
        "January thirty first at one P.M.",
        "тридцать первое января в тринадцать часов",
    ),
    (
        "2025-05-21 13:00",
        "May twenty first twenty twenty five at one P.M.",
        "двадцать первое мая двадцать двадцать пять в тринадцать часов",
    ),
    (
        "2005-06-30 13:00",
        "June thirtieth two thousand five at one P.M.",
        "тридцать июня двадцать ноль пять в тринадцать часов",
    ),
    (
        "1900-06-12 13:00",
        "June twelfth nineteen hundred at one P.M.",
        "двенадцать июня девятнадцать ноль ноль в тринадцать часов",
    ),
]


@pytest.mark.parametrize(("at", "english", "russian"), MOMENTS)
def test_when_it_was(at: str, english: str, russian: str) -> None:
    moment = datetime.fromisoformat(at)
    assert heard(when(moment, NOW, "en"), "en") == english
    assert heard(when(moment, NOW, "ru"), "ru") == russian


DURATIONS = [
    (31, "thirty seconds", "тридцать секунд"),
    (44.9, "forty seconds", "сорок секунд"),
    (55, "one minute", "минута"),
    (89, "one minute", "минута"),
    (90, "two minutes", "девяносто секунд"),
    (124, "two minutes", "сто двадцать секунд"),
    (170, "three minutes", "минут три"),
    (240, "four minutes", "минут четыре"),
    (290, "five minutes", "пять минут"),
    (12 * 60, "twelve minutes", "двенадцать минут"),
    (23 * 60, "twenty five minutes", "двадцать пять минут"),
    (100 * 60, "one hundred minutes", "сто минут"),
    (4 * 3600, "four hours", "часов четыре"),
    (5 * 3600, "five hours", "пять часов"),
]


@pytest.mark.parametrize(("seconds", "english", "russian"), DURATIONS)
def test_how_long_a_message_is(seconds: float, english: str, russian: str) -> None:
    assert heard(duration(seconds, "en"), "en") == f"this message lasts {english}"
    assert heard(duration(seconds, "ru"), "ru") == f"продолжительность сообщения {russian}"


def test_of_a_short_message_it_is_not_said() -> None:
    assert duration(30, "en") == duration(0, "ru") == ()


WAITS = [
    (0, "ten seconds", "десять секунд"),
    (31, "forty seconds", "сорок секунд"),
    (51, "one minute", "минута"),
    (61, "two minutes", "семьдесят секунд"),
    (120, "two minutes", "сто двадцать секунд"),
    (121, "three minutes", "минут три"),
    (300, "five minutes", "пять минут"),
    (301, "six minutes", "шесть минут"),
    (20 * 60 + 1, "twenty five minutes", "двадцать пять минут"),
    (40 * 60, "forty minutes", "сорок минут"),
    (160 * 60, "one hundred sixty minutes", "сто шестьдесят минут"),
    (12 * 3600 - 5, "twelve hours", "двенадцать часов"),
    (21 * 3600, "twenty one hours", "часов двадцать один"),
]


@pytest.mark.parametrize(("seconds", "english", "russian"), WAITS)
def test_how_long_to_wait(seconds: float, english: str, russian: str) -> None:
    said = f"please try again hold time {english}"
    assert heard(wait(seconds, "en"), "en") == said
    said = f"пожалуйста, попробуйте ещё раз время ожидания {russian}"
    assert heard(wait(seconds, "ru"), "ru") == said


POSITIONS = [
    (1, 1, "first message", "первое сообщение"),
    (1, 9, "first message", "первое сообщение"),
    (2, 9, "message two", "сообщение два"),
    (21, 30, "message twenty one", "сообщение двадцать один"),
    (9, 9, "last message", "последнее сообщение"),
]


@pytest.mark.parametrize(("which", "count", "english", "russian"), POSITIONS)
def test_which_message_comes_now(which: int, count: int, english: str, russian: str) -> None:
    assert heard(position(which, count, "en"), "en") == english
    assert heard(position(which, count, "ru"), "ru") == russian

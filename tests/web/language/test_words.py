"""Times, lengths and numbers as people write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment

from storage.audio.waveform import loudness, peaks
from tests.speech import tone
from web.language import words

MOSCOW = ZoneInfo("Europe/Moscow")
SUMMER = datetime(2019, 8, 14, 6, 30, 5, tzinfo=UTC)


def speaking(language: str) -> Environment:
    environment = Environment(autoescape=True)
    environment.globals["locale"] = language
    return environment


def plain(text: str) -> str:
    """The text with the spaces that do not break as those that do."""
    return " ".join(text.split())


RUSSIAN, ENGLISH = speaking("ru"), speaking("en")


def test_a_moment_of_another_year_in_the_zone_named() -> None:
    assert plain(words.moment(RUSSIAN, SUMMER, "Europe/Moscow")) == "14 авг. 2019 г., 09:30"
    assert plain(words.day(RUSSIAN, SUMMER.astimezone(MOSCOW))) == "Среда, 14 августа 2019 г."
    assert plain(words.full_time(ENGLISH, SUMMER)) == "August 14, 2019, 6:30:05 AM"


def test_today_and_yesterday() -> None:
    now = datetime.now(MOSCOW)
    assert words.moment(RUSSIAN, now) == f"Сегодня, {now:%H:%M}"
    assert words.day(RUSSIAN, now - timedelta(days=1)) == "Вчера"
    assert words.day(ENGLISH, now - timedelta(days=1)) == "Yesterday"


def test_months() -> None:
    assert words.month_name(RUSSIAN, 8) == "Август"
    assert words.month_name(RUSSIAN, "2026-08") == "Август 2026"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (0.2, "0:01"), (59.6, "1:00"), (754, "12:34"), (3723, "1:02:03")],
)
def test_lengths(seconds: float, shown: str) -> None:
    assert words.duration(seconds) == shown


def test_lengths_for_those_who_listen() -> None:
    assert words.duration_words(RUSSIAN, 61) == "1 минута 1 секунда"
    assert words.duration_words(ENGLISH, 4.2) == "4 seconds"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+79161234567", "+7 916 123-45-67"),
        ("84951234567", "+7 495 123-45-67"),
        ("442079460958", "+44 20 7946 0958"),
        ("00442079460958", "+44 20 7946 0958"),
        ("810442079460958", "+44 20 7946 0958"),
        ("+375291234567", "+375 29 123-45-67"),
        ("683-40-02", "683-40-02"),
        ("101", "101"),
        ("anonymous", "anonymous"),
        ("", ""),
        ("<b>1234567890123456789</b>", "<b>1234567890123456789</b>"),
        ("12\u202e34", "12 34"),
    ],
)
def test_phone_numbers(number: str, shown: str) -> None:
    assert words.phone(number, "Europe/Moscow") == shown


def test_the_picture_of_a_sound_has_all_its_bars() -> None:
    for points in (b"", b"\0" * 256, bytes(range(256)), b"\xff"):
        path = words.waveform(points)
        assert path.count("v") == words.BARS


def test_the_picture_of_a_sound_is_as_high_as_it_is_loud() -> None:
    assert words.waveform(b"").startswith("M-2 10m4-1v2m4-2v2")
    rising = words.waveform(bytes(range(words.BARS)))
    assert rising.startswith("M-2 10m4-1v2")
    assert rising.endswith("m4-20v20")


def test_the_picture_of_half_an_hour_has_a_shape() -> None:
    # Ten minutes of somebody who speaks, ten of one who is far away, and ten of both: each part
    # of some seconds has a loud moment, as a click, a cough or a door makes it.
    click = tone(0.05, level=0.9)
    near, far = tone(6.95, level=0.4) + click, tone(6.95, level=0.04) + click
    samples = near * 86 + far * 86 + (near + far) * 43

    by_peaks, by_loudness = heights(peaks(samples)), heights(peaks(samples), loudness(samples))

    assert max(by_peaks) - min(by_peaks) <= 1
    assert min(by_loudness[1:15]) > 7
    assert max(by_loudness[17:31]) < 4
    assert 4 <= min(by_loudness[33:]) <= max(by_loudness[33:]) < 9


def test_the_noise_of_an_empty_line_is_not_drawn_as_speech() -> None:
    noise = tone(10, level=0.0003)
    assert max(heights(peaks(noise), loudness(noise))) <= 2


def heights(*measured: bytes) -> list[int]:
    """Half the height of each bar."""
    drawn = re.findall(r"v(\d+)", words.waveform(*measured))
    return [int(height) // 2 for height in drawn]


def test_initials() -> None:
    assert words.initials("Анна Щукина") == "АЩ"
    assert words.initials("«Ромашка» (касса)") == "РК"
    assert words.initials("— !") == ""

"""Times, lengths, numbers and names as people write them, for templates and for tests.

Every function in `FILTERS` is a filter of the templates under its own name. Those that speak take
the template's environment, which knows the language; times are shown in the zone they came in,
unless another is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from gettext import NullTranslations
from itertools import pairwise
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal
from babel.units import format_unit
from jinja2 import Environment, pass_environment

from storage.text import printable
from storage.words.mail_addresses import as_written
from storage.words.number_spellings import digits, has_every_digit, readings
from storage.words.phone_numbers import SHORTEST, region_of
from web.language.texts import Language, texts
from web.ways_back import own_page

BARS: Final = 48
"""Strokes of the small picture of a sound in a list."""
BAR_HEIGHT: Final = 20
FULL_BAR: Final = 255 // 6
"""Loudness from which the loudest bar is a full one; what is no louder looks as quiet as it is."""
MOST_COUNTED: Final = 999
_LOCAL: Final = 7
"""Digits below which a number is an internal one."""
_PHONE: Final = re.compile(r"\+?[\d ().-]+")
_DAY_OF_YEAR: Final[dict[Language, str]] = {"ru": "EEEE, d MMMM", "en": "EEEE, MMMM d"}


@pass_environment
def day(environment: Environment, at: datetime | date, timezone: str = "") -> str:
    """``Сегодня``, ``Вчера``, ``пятница, 14 августа``; with the year if it is not this one."""
    language = _language(environment)
    today = datetime.now(_zone(at, timezone)).date()
    shown = _there(at, timezone).date() if isinstance(at, datetime) else at
    if shown in (today, today - timedelta(days=1)):
        return texts(language).gettext("Today" if shown == today else "Yesterday")
    wording = _DAY_OF_YEAR[language] if shown.year == today.year else "full"
    return capital(format_date(shown, wording, locale=_locale(language)))


@pass_environment
def date_words(environment: Environment, day: date) -> str:
    """``14 августа 2026 г.``: on paper no day is today."""
    return format_date(day, "long", locale=_locale(_language(environment)))


@pass_environment
def clock(environment: Environment, at: datetime, timezone: str = "") -> str:
    """``14:05``."""
    return format_time(_there(at, timezone), "short", locale=_locale(_language(environment)))


@pass_environment
def moment(environment: Environment, at: datetime, timezone: str = "") -> str:
    """``Сегодня, 14:05``, ``14 авг., 09:30``, ``14 авг. 2024 г., 09:30``."""
    language = _language(environment)
    local = _there(at, timezone)
    today = datetime.now(local.tzinfo).date()
    if local.date() in (today, today - timedelta(days=1)):
        shown = day(environment, local)
    else:
        skeleton = "MMMd" if local.year == today.year else "yMMMd"
        shown = format_skeleton(skeleton, local, locale=_locale(language))
    return f"{shown}, {clock(environment, local)}"


@pass_environment
def full_time(environment: Environment, at: datetime, timezone: str = "") -> str:
    """``14 августа 2026 г., 09:30:05``."""
    locale = _locale(_language(environment))
    local = _there(at, timezone)
    return (
        f"{format_date(local, 'long', locale=locale)}, "
        f"{format_time(local, 'medium', locale=locale)}"
    )


@pass_environment
def month_name(environment: Environment, month: str | int) -> str:
    """``Август`` for 8, ``Август 2026`` for 2026-08."""
    locale = _locale(_language(environment))
    if isinstance(month, int):
        return capital(format_date(date(2000, month, 1), "LLLL", locale=locale))
    year, number = month.split("-")
    named = format_date(date(int(year), int(number), 1), "LLLL", locale=locale)
    return f"{capital(named)} {year}"


def duration(seconds: float) -> str:
    """``0:07``, ``12:30``, ``1:02:03``; anything that is heard has at least a second."""
    whole = max(1, round(seconds)) if seconds > 0 else 0
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@pass_environment
def duration_words(environment: Environment, seconds: float) -> str:
    """``1 минута 5 секунд``, for those who listen to the page."""
    return _duration_words(max(1, round(seconds)), _language(environment))


@lru_cache(maxsize=1024)
def _duration_words(seconds: int, language: Language) -> str:
    minutes, rest = divmod(seconds, 60)
    parts = [(minutes, "duration-minute"), (rest, "duration-second")]
    return " ".join(
        format_unit(value, unit, "long", locale=_locale(language)) for value, unit in parts if value
    )


def iso(at: datetime) -> str:
    """For the ``datetime`` attribute of ``<time>``."""
    return at.isoformat(timespec="seconds")


@lru_cache(maxsize=4096)
def phone(number: str, timezone: str = "UTC") -> str:
    """``+7 916 123-45-67`` where it is a phone number; else what it is, fit to be shown.

    A number without a country is one of the time zone's country.
    """
    shown = printable(number, 60)
    plain = digits(shown)
    if len(plain) < _LOCAL:
        return shown
    if len(plain) >= SHORTEST and _PHONE.fullmatch(shown):
        found = readings(plain, timezone, is_whole=shown.startswith("+"))
        return _international(found[0]) if found else shown
    try:
        parsed = phonenumbers.parse(shown, region_of(timezone))
    except phonenumbers.NumberParseException:
        return shown
    if not has_every_digit(parsed):
        return shown
    return _international(parsed)


def _international(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@pass_environment
def size(environment: Environment, count: int) -> str:
    """``96 КБ``, ``1,4 МБ``."""
    return size_words(count, _language(environment))


def size_words(count: int, language: Language) -> str:
    """The same in that language."""
    unit, per = ("digital-megabyte", 1024**2) if count >= 1024**2 else ("digital-kilobyte", 1024)
    rounded = round(count / per, 1) if per > 1024 else max(1, round(count / per))
    return format_unit(rounded, unit, "short", locale=_locale(language))


@pass_environment
def megabytes(environment: Environment, count: int) -> str:
    """``2,5 МБ``, of a million bytes each: a limit as somebody typed it."""
    return format_unit(
        count / 1_000_000,
        "digital-megabyte",
        "short",
        format="#,##0.######",
        locale=_locale(_language(environment)),
    )


def address(text: str) -> str:
    """Where something is sent, as people write it, on one line."""
    return printable(as_written(text))


@pass_environment
def counted(environment: Environment, number: int) -> str:
    """``1 284``: a number with the language's own separators."""
    return count_words(number, _language(environment))


def count_words(number: int, language: Language) -> str:
    """The same in that language."""
    return format_decimal(number, locale=_locale(language))


def capped(number: int) -> str:
    """``7`` or ``999+``, for a small badge."""
    return str(number) if number <= MOST_COUNTED else f"{MOST_COUNTED}+"


def initials(name: str) -> str:
    """``АЩ`` for Анна Щукина; nothing for a name of signs only."""
    letters = [next(filter(str.isalnum, word), "") for word in printable(name).split()]
    return "".join(filter(None, letters))[:2].upper()


@lru_cache(maxsize=2048)
def waveform(peaks: bytes, loudness: bytes = b"") -> str:
    """The path of an SVG that is ``BARS`` × 4 wide and ``BAR_HEIGHT`` high.

    A bar is as high as its part is loud; without loudness, as its loudest peak. Each is placed
    from where the one before ended, which is short: a page has very many.
    """
    points = loudness or peaks
    edges = [len(points) * bar // BARS for bar in range(BARS + 1)]
    parts = [points[start:end] or b"\0" for start, end in pairwise(edges)]
    bars = [sum(part) / len(part) if loudness else max(part) for part in parts]
    per_step = max(*bars, FULL_BAR if loudness else 1) / (BAR_HEIGHT // 2)
    path, below = [f"M-2 {BAR_HEIGHT // 2}"], 0
    for bar in bars:
        above, below = below, max(1, round(bar / per_step))
        path.append(f"m4-{above + below}v{2 * below}")
    return "".join(path)


def _language(environment: Environment) -> Language:
    return cast(Language, environment.globals["locale"])


@cache
def _locale(language: Language) -> Locale:
    """What Babel would look up anew at each word."""
    return Locale.parse(language)


def _zone(at: datetime | date, timezone: str) -> Any:
    if timezone:
        return ZoneInfo(timezone)
    return (at.tzinfo if isinstance(at, datetime) else None) or UTC


def _there(at: datetime, timezone: str) -> datetime:
    return at.astimezone(_zone(at, timezone))


def capital(text: str) -> str:
    """The same, beginning with a capital letter."""
    return text[:1].upper() + text[1:]


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    function.__name__: cast(Callable[..., Any], function)
    for function in (
        *(day, date_words, clock, moment, full_time, month_name, duration, duration_words, iso),
        *(phone, address, size, megabytes, counted, capped),
        *(initials, waveform, printable, own_page),
    )
}


def written(number: float | None, texts: NullTranslations) -> str:
    """A number as people write it, with a comma or a point; "" for None."""
    return "" if number is None else f"{number:g}".replace(".", texts.gettext("."))

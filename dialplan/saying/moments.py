"""When something was: the day as people name it, and the time."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from dialplan.saying.numbers import Sounds, below_hundred, form, number, two_digits
from storage.office.model import Language

_AT: Final = "digits/at"
_O_CLOCK: Final = "digits/oclock"
_NEAR: Final = {0: "digits/today", 1: "digits/yesterday", -1: "digits/tomorrow"}
_WEEK: Final = 7
"""Days after which a weekday's name could be another week's."""


def when(at: datetime, now: datetime, language: Language) -> Sounds:
    """When it was, seen from `now`; both are local times.

    "Today at nine oh five A.M.", "Monday at twelve P.M.", "March third at two thirty P.M.",
    "March third, twenty twenty-five at …"; «сегодня в девять ноль пять», «вчера в девять часов»,
    «среда, двадцать один ноль ноль», «двадцать первое марта в ноль часов».
    """
    days_ago = (now.date() - at.date()).days
    if days_ago in _NEAR:
        day: Sounds = (_NEAR[days_ago],)
    elif 0 < days_ago < _WEEK:
        day = (f"digits/day-{at.isoweekday() % 7}",)
        if language == "ru":
            # «Среда» is in the nominative and bears no «в»: the time goes without one, too.
            return (*day, *_russian_time(at))
    else:
        day = _date(at, language)
        if at.year != now.year:
            day += _year(at.year, language)
    return (*day, _AT, *(_english_time(at) if language == "en" else _russian_time(at)))


def _date(at: datetime, language: Language) -> Sounds:
    month = f"digits/mon-{at.month - 1}"
    if language == "en":
        *before, last = below_hundred(at.day)
        return (month, *before, last.replace("digits/", "digits/h-"))
    # «Первое» is the only neuter ordinal there is; of the other days the number is read.
    *before, last = below_hundred(at.day)
    return (*before, "vm-first" if last == "digits/1" else last, month)


def _year(year: int, language: Language) -> Sounds:
    """2026 is "twenty twenty-six", 2005 "two thousand five"; «двадцать двадцать шесть»."""
    century, rest = divmod(year, 100)
    if language == "en" and (century % 10 == 0 or century < 10) and rest < 10:
        return number(year, language)
    if language == "en" and rest == 0:
        return (*below_hundred(century), "digits/hundred")
    return (*below_hundred(century), *two_digits(rest, language))


def _english_time(at: datetime) -> Sounds:
    """Nine A.M., nine oh five A.M.; noon and midnight are twelve P.M. and A.M."""
    minutes = two_digits(at.minute, "en") if at.minute else ()
    half = "digits/a-m" if at.hour < 12 else "digits/p-m"
    return (f"digits/{at.hour % 12 or 12}", *minutes, half)


def _russian_time(at: datetime) -> Sounds:
    """Девять часов, девять ноль пять, двадцать один ноль ноль: «час» and «часа» do not exist."""
    hour = below_hundred(at.hour)
    if at.minute == 0 and form(at.hour) == "many":
        return (*hour, _O_CLOCK)
    return (*hour, *two_digits(at.minute, "ru"))

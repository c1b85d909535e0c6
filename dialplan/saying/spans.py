"""How long something lasts, or is to be waited for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dialplan.saying.numbers import Sounds, form, has_words, number
from storage.office.model import Language

_SECONDS: Final = "queue-seconds"
_MINUTE: Final = "queue-minute"
_MINUTES: Final = "queue-minutes"
_HOURS: Final = "hours"
_TELLING: Final = 30
"""Seconds up to which a message is short, and nothing is said of it."""
_TENS_IN_RUSSIAN: Final = 2
"""Minutes up to which Russian tells seconds: there is no «две минуты»."""
_EXACT: Final = 20
"""Minutes above which fives are told."""
_MOST_MINUTES: Final = 199

Round = Callable[[float, int], int]
"""Seconds, made a multiple of a number of seconds."""


def duration(seconds: float, language: Language) -> Sounds:
    """How long a message is, if that is over half a minute; else nothing.

    "This message lasts forty seconds", "… one minute", "… twelve minutes"; «продолжительность
    сообщения сорок секунд», «… минута», «… сто двадцать секунд», «… минут четыре» (as on a label:
    the Russian set has «минут» only), «… двенадцать минут».
    """
    if not seconds > _TELLING:
        return ()
    return ("vm-duration", *_span(seconds, language, _nearest))


def wait(seconds: float, language: Language) -> Sounds:
    """How long to wait before the next try: never less than it is.

    "Please try again. Hold time: five minutes"; «пожалуйста, попробуйте ещё раз. Время ожидания:
    пять минут». There is no "in" for "in five minutes".
    """
    return ("vm-pls-try-again", "queue-reporthold", *_span(max(seconds, 1), language, _up))


def _span(seconds: float, language: Language, rounded: Round) -> Sounds:
    """Tens of seconds, then minutes, in fives above twenty, then hours."""
    tens = rounded(seconds, 10)
    minutes = rounded(seconds, 60) // 60
    if tens < 60:
        return _counted(tens, _SECONDS, language)
    if minutes <= 1:
        return (_MINUTE,) if language == "ru" else ("digits/1", _MINUTE)
    if language == "ru" and minutes <= _TENS_IN_RUSSIAN:
        return _counted(tens, _SECONDS, language)
    if minutes > _EXACT:
        minutes = rounded(seconds, 300) // 60
    if minutes <= _MOST_MINUTES:
        return _counted(minutes, _MINUTES, language)
    return _counted(rounded(seconds, 3600) // 3600, _HOURS, language)


def _counted(count: int, unit: str, language: Language) -> Sounds:
    """Five minutes; where Russian has no right form of the noun: «минут: четыре»."""
    said = number(count, language)
    if language == "ru" and not (form(count) == "many" and has_words(count, language)):
        return (unit, *said)
    return (*said, unit)


def _up(seconds: float, step: int) -> int:
    return int(-(-seconds // step)) * step


def _nearest(seconds: float, step: int) -> int:
    return int((seconds + step / 2) // step) * step

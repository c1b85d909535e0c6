"""How many messages there are, and which of them comes now."""

from __future__ import annotations

from typing import Final

from dialplan.saying.numbers import Form, Sounds, form, has_words, number
from storage.office.model import Language

_Told = list[tuple[int, dict[str, str]]]
"""How many there are of each kind, and the sounds of the kind."""
_YOU_HAVE: Final = "vm-youhave"
_NO: Final = "vm-no"
_AND: Final = "vm-and"
_MESSAGE: Final = "vm-message"
_MESSAGES: Final = "vm-messages"
_NEW: Final = {"en": "vm-INBOX", "one": "vm-newn", "few": "vm-newx", "many": "vm-newx"}
_OLD: Final = {"en": "vm-Old", "one": "vm-oldn", "few": "vm-oldx", "many": "vm-oldx"}
_RUSSIAN_MESSAGES: Final[dict[Form, str]] = {
    "one": _MESSAGE,
    "few": "vm-messagex1",
    "many": "vm-messagex2",
}


def messages(new: int, old: int, language: Language) -> Sounds:
    """How many messages a box has.

    "You have three new and two old messages", "you have three new messages and one old message",
    "you have no messages"; «У вас три новых и два старых сообщения», «У вас двадцать одно новое
    сообщение», «У вас нет сообщений». Where the Russian set has no words for a number, it comes
    last: «У вас новых сообщений два, пять, ноль».
    """
    told = [(count, kind) for count, kind in ((new, _NEW), (old, _OLD)) if count > 0]
    if not told:
        return (_YOU_HAVE, _NO, _MESSAGES)
    if language == "en":
        return (_YOU_HAVE, *_english(told))
    return (_YOU_HAVE, *_russian(told))


def position(which: int, count: int, language: Language) -> Sounds:
    """Which message comes now: "first message", "message two", "last message".

    «Первое сообщение», «сообщение два», «последнее сообщение». An only message is the first.
    """
    if which <= 1:
        return ("vm-first", _MESSAGE)
    if which >= count:
        return ("vm-last", _MESSAGE)
    return (_MESSAGE, *number(which, language))


def _english(told: _Told) -> Sounds:
    nouns = [_MESSAGE if count == 1 else _MESSAGES for count, _ in told]
    parts = [(*number(count, "en"), kind["en"]) for count, kind in told]
    if len(set(nouns)) == 1:
        return (*_joined(parts), nouns[-1])
    return _joined([(*part, noun) for part, noun in zip(parts, nouns, strict=True)])


def _russian(told: _Told) -> Sounds:
    if all(has_words(count, "ru") for count, _ in told):
        parts = [(*number(count, "ru", "neuter"), kind[form(count)]) for count, kind in told]
        return (*_joined(parts), _RUSSIAN_MESSAGES[form(told[-1][0])])
    return _joined([_whole(count, kind) for count, kind in told])


def _whole(count: int, kind: dict[str, str]) -> Sounds:
    """Два новых сообщения; новых сообщений два, пять, ноль."""
    said = number(count, "ru", "neuter")
    if has_words(count, "ru"):
        return (*said, kind[form(count)], _RUSSIAN_MESSAGES[form(count)])
    return (kind["many"], _RUSSIAN_MESSAGES["many"], *said)


def _joined(parts: list[Sounds]) -> Sounds:
    first, *rest = parts
    return first + tuple(sound for part in rest for sound in (_AND, *part))

"""What the bundled sounds say, as Asterisk tells it of them (core-sounds-en, core-sounds-ru)."""

from __future__ import annotations

from typing import Final

from dialplan.saying import Sounds
from storage.office.model import Language


def _numbered(folder: str, words: str, numbers: list[int]) -> dict[str, str]:
    return {
        f"{folder}{n}": word.replace("_", " ")
        for n, word in zip(numbers, words.split(), strict=True)
    }


_CARDINALS: Final = [*range(21), *range(30, 100, 10)]

ENGLISH: Final = {
    **_numbered(
        "digits/",
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy "
        "eighty ninety",
        _CARDINALS,
    ),
    **_numbered(
        "digits/h-",
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
        "thirtieth",
        [*range(1, 21), 30],
    ),
    **_numbered(
        "digits/day-",
        "Sunday Monday Tuesday Wednesday Thursday Friday Saturday",
        [*range(7)],
    ),
    **_numbered(
        "digits/mon-",
        "January February March April May June July August September October November December",
        [*range(12)],
    ),
    "digits/a-m": "A.M.",
    "digits/at": "at",
    "digits/hundred": "hundred",
    "digits/minus": "minus",
    "digits/oh": "oh",
    "digits/p-m": "P.M.",
    "digits/star": "star",
    "digits/thousand": "thousand",
    "digits/today": "today",
    "digits/tomorrow": "tomorrow",
    "digits/yesterday": "yesterday",
    "hours": "hours",
    "letters/plus": "plus",
    "queue-minute": "minute",
    "queue-minutes": "minutes",
    "queue-reporthold": "hold time",
    "queue-seconds": "seconds",
    "silence/1": "…",
    "vm-INBOX": "new",
    "vm-Old": "old",
    "vm-and": "and",
    "vm-duration": "this message lasts",
    "vm-first": "first",
    "vm-from-extension": "message from extension",
    "vm-from-phonenumber": "message from phone number",
    "vm-last": "last",
    "vm-message": "message",
    "vm-messages": "messages",
    "vm-no": "no",
    "vm-pls-try-again": "please try again",
    "vm-unknown-caller": "from an unknown caller",
    "vm-youhave": "you have",
}

RUSSIAN: Final = {
    **_numbered(
        "digits/",
        "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать "
        "тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать "
        "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто",
        _CARDINALS,
    ),
    **_numbered(
        "digits/day-",
        "воскресенье понедельник вторник среда четверг пятница суббота",
        [*range(7)],
    ),
    **_numbered(
        "digits/mon-",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        [*range(12)],
    ),
    "digits/1n": "одно",
    "digits/2n": "два",
    "digits/at": "в",
    "digits/h-thousand": "тысячи",
    "digits/hundred": "сто",
    "digits/minus": "минус",
    "digits/oclock": "часов",
    "digits/star": "звёздочка",
    "digits/thousand": "тысяча",
    "digits/today": "сегодня",
    "digits/tomorrow": "завтра",
    "digits/yesterday": "вчера",
    "hours": "часов",
    "letters/plus": "плюс",
    "queue-minute": "минута",
    "queue-minutes": "минут",
    "queue-reporthold": "время ожидания",
    "queue-seconds": "секунд",
    "silence/1": "…",
    "vm-and": "и",
    "vm-duration": "продолжительность сообщения",
    "vm-first": "первое",
    "vm-from-extension": "сообщение от абонента",
    "vm-from-phonenumber": "сообщение от абонента с номером",
    "vm-last": "последнее",
    "vm-message": "сообщение",
    "vm-messages": "сообщений",
    "vm-messagex1": "сообщения",
    "vm-messagex2": "сообщений",
    "vm-newn": "новое",
    "vm-newx": "новых",
    "vm-no": "нет",
    "vm-oldn": "старое",
    "vm-oldx": "старых",
    "vm-pls-try-again": "пожалуйста, попробуйте ещё раз",
    "vm-unknown-caller": "от неизвестного абонента",
    "vm-youhave": "у вас",
}

TEXTS: Final[dict[Language, dict[str, str]]] = {"en": ENGLISH, "ru": RUSSIAN}


def heard(sounds: Sounds, language: Language) -> str:
    """What somebody hears, to be read."""
    return " ".join(TEXTS[language][sound] for sound in sounds)

"""Words that Russians choose for passwords: as written, in Latin letters, by the other keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from babel import Locale

_USUAL: Final = {
    **dict(zip("абвгдеёзийклмнопрстуфхыэ", "abvgdeeziyklmnoprstufhye", strict=True)),
    **{"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": ""},
    **{"ю": "yu", "я": "ya"},
}
_LATIN: Final = tuple(
    str.maketrans(scheme)
    for scheme in (
        _USUAL,
        # As in passports.
        {**_USUAL, "й": "i", "х": "kh", "ъ": "ie", "ю": "iu", "я": "ia"},
        # As in letters from before.
        {**_USUAL, "ё": "jo", "й": "j", "ц": "c", "щ": "sch", "ю": "ju", "я": "ja"},
        {**_USUAL, "ё": "yo", "ж": "j", "х": "x", "ц": "c", "щ": "sch"},
    )
)
_TO_KEYS: Final = str.maketrans(
    "йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
)
_WORD: Final = re.compile(r"[а-яё-]{3,}")


def spellings(word: str) -> tuple[str, ...]:
    """A word in small letters, and as else it may be typed; itself first, each of them once."""
    if word.isascii():
        return (word,)
    latin = (word.translate(scheme) for scheme in _LATIN)
    return tuple(dict.fromkeys((word, word.replace("ё", "е"), *latin, word.translate(_TO_KEYS))))


@cache
def common() -> tuple[str, ...]:
    """What is chosen often, in all spellings: roughly, the sooner it is tried the earlier."""
    listed = files("storage.accounts").joinpath("russian_words.txt").read_text("utf-8")
    texts = (*listed.split(), *_calendar_and_places())
    words = (word for text in texts for word in _WORD.findall(text.casefold()))
    return tuple(dict.fromkeys(form for word in words for form in spellings(word)))


def _calendar_and_places() -> Iterator[str]:
    """Months and weekdays, countries and cities, by their Russian names."""
    russian = Locale("ru")
    for context in ("format", "stand-alone"):
        yield from russian.months[context]["wide"].values()
        yield from russian.days[context]["wide"].values()
    yield from russian.territories.values()
    yield from (zone["city"] for zone in russian.time_zones.values() if "city" in zone)

"""Time zones to choose from: each by its city, in the language of the page."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global

from storage.words.phone_numbers import country_of, listed_zones
from web.language.texts import Language

Zones = list[tuple[str, str]]
"""Names such as `Europe/Moscow` and their words, by which they are in order."""

USUAL: Final[dict[Language, str]] = {"ru": "Europe/Moscow", "en": ""}
"""The zone of a company that has just been founded, where no browser offers another one."""
_MINUTE: Final = timedelta(minutes=1)


def zones(language: Language, chosen: str = "") -> Zones:
    """All of them; what is chosen is among them, whatever it is."""
    return _in_words(language, {*_cities(language), chosen})


def zones_beside(language: Language, timezone: str, chosen: str = "") -> Zones:
    """Those of the same country as a zone, and itself; what is chosen is among them."""
    country = country_of(timezone)
    beside = {name for name in _cities(language) if country and country_of(name) == country}
    return _in_words(language, {*beside, timezone, chosen})


def _in_words(language: Language, names: Collection[str]) -> Zones:
    now = datetime.now(UTC)
    found = [(name, _words(name, now, language)) for name in names if name]
    return sorted(found, key=lambda zone: zone[1].casefold())


def _words(name: str, now: datetime, language: Language) -> str:
    """`Москва (UTC+3)`."""
    city = _cities(language).get(name, name)
    try:
        offset = now.astimezone(ZoneInfo(name)).utcoffset() or timedelta()
    except (LookupError, ValueError, OSError):
        return city  # a visitor can have chosen anything
    hours, minutes = divmod(abs(offset) // _MINUTE, 60)
    sign = "−" if offset < timedelta() else "+"
    return f"{city} (UTC{sign}{hours}{f':{minutes:02}' if minutes else ''})"


@cache
def _cities(language: Language) -> dict[str, str]:
    words = Locale.parse(language).time_zones
    older: dict[str, list[str]] = {}  # Babel has words for some zones under an older name only
    for old, name in get_global("zone_aliases").items():
        older.setdefault(name, []).append(old)
    cities = {}
    for name in listed_zones() or get_global("zone_territories"):
        told = (words.get(known, {}).get("city") for known in (name, *older.get(name, ())))
        cities[name] = next(filter(None, told), name.rsplit("/", 1)[-1].replace("_", " "))
    return cities

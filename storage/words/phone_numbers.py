"""Which number is dialled: `+7 495 123-45-67`, `84951234567` and `74951234567` are the same.

What a caller's number is found by is in `storage.words.number_spellings`.
"""

import re
import zoneinfo
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import phonenumbers

from storage.words.number_spellings import read_number

DEFAULT_REGION: Final = "RU"
SHORTEST: Final = 10
"""Digits below which a number is internal or local, and means itself only."""
_OF_NO_COUNTRY: Final = frozenset(
    ["CET", "CST6CDT", "EET", "EST", "EST5EDT", "HST", "MET", "MST", "MST7MDT", "PST8PDT", "WET"]
)
"""Rules of many countries. The time zone database makes them links to one city or another."""
_NOT_DIALLED: Final = re.compile(r"[^0-9*#]")


def dialable(number: str) -> str:
    """What is dialled: the digits, `*` and `#` of a number."""
    return _NOT_DIALLED.sub("", number)


def canonical(number: str, region: str) -> str:
    """The number's international digits where it is a full number, else its digits.

    `region` is the country (`RU`) whose habits a number without a country code follows.
    """
    plain = dialable(number)
    if not plain.isdecimal() or len(plain) < SHORTEST:
        return plain
    if plain.startswith("00"):
        # Lines write the plus so, wherever they are and whatever is dialled for it there.
        abroad = read_number(f"+{plain[2:]}", region)
        if abroad and phonenumbers.is_possible_number(abroad):
            return _international(abroad)
    home = None if number.strip().startswith("+") else read_number(plain, region)
    # Possible, not valid: ranges come into use faster than the library learns of them.
    if home and phonenumbers.is_possible_number(home):
        return _international(home)
    abroad = read_number(f"+{plain}", region)
    if abroad and phonenumbers.is_possible_number(abroad):
        return _international(abroad)
    return plain


def whole(canonical_number: str) -> str:
    """A canonical number as people write it: with a plus where it has its country's code."""
    is_full = canonical_number.isdecimal() and len(canonical_number) >= SHORTEST
    return f"+{canonical_number}" if is_full else canonical_number


def _international(number: phonenumbers.PhoneNumber) -> str:
    return f"{number.country_code}{phonenumbers.national_significant_number(number)}"


def region_of(timezone: str) -> str:
    """The country by whose habits numbers are read where days are those of a time zone."""
    return country_of(timezone) or DEFAULT_REGION


@lru_cache(maxsize=256)
def country_of(timezone: str) -> str | None:
    """The country a time zone is mainly used in, also under an older name; None for `UTC`."""
    # Imported here: few commands need it.
    from babel.core import get_global

    plain = timezone.removeprefix("posix/").removeprefix("right/")
    if plain in _OF_NO_COUNTRY:
        return None
    country = get_global("zone_territories").get(get_global("zone_aliases").get(plain, plain))
    # The system's own list may be newer than Babel's.
    listed = listed_zones().get(plain)
    return listed or (country if country and re.fullmatch("[A-Y][A-Z]", country) else None)


@cache
def listed_zones() -> Mapping[str, str]:
    """The time zones that the system lists, under their present names, each with its country."""
    for folder in zoneinfo.TZPATH:
        try:
            lines = (Path(folder) / "zone.tab").read_text(encoding="utf-8").splitlines()
        except OSError:
            continue
        rows = (line.split("\t") for line in lines if not line.startswith("#"))
        return {row[2]: row[0] for row in rows if len(row) > 2}
    return {}

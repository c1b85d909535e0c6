"""What phone numbers are searched by: all the ways in which people may dial or write one.

A stored number is read by the habits of the company's country and has the digits of each of its
forms: ``+44 20 7946 0958`` is ``442079460958``, and at home ``02079460958``. So a query needs to
know no country: only what is written around a number, and what is dialled to get abroad.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from storage.words.folding import visible

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

MOST_CHARACTERS: Final = 100
"""No number is longer; what is behind them is not looked at."""
_WITHIN_TEXT: Final = 5
"""So many digits within a text are one number, with all that parts them."""
_LABELLED: Final = 3
"""So many are enough where it is said that they are a number."""
_FULL: Final = 7
_LONGEST: Final = 19
"""A number with fewer digits, or more, is no country's: 15 and what is dialled to get there."""

# What is dialled for the + of a number: in Europe, in Russia and its neighbours, in America, in
# Australia.
_ABROAD: Final = ("00", "810", "0011", "011")
_LEFT_OF_ABROAD: Final = 7
"""Digits that have to follow it: fewer may be the end of a number at home."""

_LABEL = (
    r"(?<!\w)(?:т(?:ел(?:ефон)?)?|моб(?:ильный)?|сот(?:овый)?|раб(?:очий)?|факс"
    r"|tel(?:ephone)?|phone|mob(?:ile)?|cell|fax|callto|sips?)(?!\w)(?:[\s.:№]|no)*"
)
_EXTENSION = (
    r"[\s,;.(]*(?:доб(?:авочный)?|вн(?:утр(?:енний)?)?|ext(?:ension)?|x|#)"
    r"(?:[\s.:=#№]|no)*\d{1,8}(?!\d)\)?"  # NFKC makes No of №
)
_WITHIN: Final = re.compile(
    rf"(?P<label>{_LABEL})?(?P<number>\+?\s?\(?\d[\d\s().\-/·•_~]*\d)"
    rf"(?:{_EXTENSION})?(?:;[\w\-]+=[^\s;]*)*(?:@[\w.\-]+)?",
    re.IGNORECASE,
)
_TRUNK_ZERO = re.compile(r"(?<=\d)[\s.\-]*\(0\)")


def digits(number: str) -> str:
    """The digits of a text, as they are."""
    return "".join(character for character in visible(number) if character.isdecimal())


def take_numbers(text: str) -> tuple[list[str], str]:
    """The numbers in a text, and the text without them and without what is written around them.

    ``Анна, тел. 8 (916) 111-22-66, доб. 12`` is ``8 (916) 111-22-66`` and ``Анна,``.
    """
    numbers: list[str] = []

    def take(found: re.Match[str]) -> str:
        enough = _LABELLED if found["label"] else _WITHIN_TEXT
        if len(digits(found["number"])) < enough:
            return found[0]
        numbers.append(found["number"])
        return " "

    return numbers, _WITHIN.sub(take, text)


def asked(number: str) -> list[str]:
    """The digits of a number that is searched for, or of a part of one: each an equal spelling.

    ``+44 (0)20 7946`` is ``44207946`` or ``440207946``; ``810 44 20 7946`` is ``44207946`` too;
    ``84951234567/68`` may be two numbers.
    """
    found = [digits(text) for text in (_TRUNK_ZERO.sub("", number), number, *_parts(number))]
    for text in tuple(found):
        found += [
            text.removeprefix(prefix)
            for prefix in _ABROAD
            if text.startswith(prefix) and len(text) >= len(prefix) + _LEFT_OF_ABROAD
        ]
        # Half a Russian number may begin with 8 where the stored one has 7 only.
        if text.startswith("8") and 4 <= len(text) <= 11 and "+" not in number:
            found.append(f"7{text[1:]}")
    return list(dict.fromkeys(found))


def stored(number: str, timezone: str) -> list[str]:
    """The digits of each form of a number as it came, and of each in which it may be asked for.

    A number without a country is one of the time zone's, as `storage.words.phone_numbers` reads it.
    """
    shown = visible(number[:MOST_CHARACTERS])
    forms: list[str] = []
    for text in (shown, *_parts(shown)):
        forms.append(digits(text))
        if _FULL <= len(forms[-1]) <= _LONGEST:
            is_whole = text.strip().startswith("+")
            for read in readings(forms[-1], timezone, is_whole=is_whole):
                forms += _forms(read)
    return forms


def _parts(text: str) -> list[str]:
    """The numbers in what may be two: ``84951234567/84951234568``."""
    texts = text.split("/")
    return [each for each in texts if len(digits(each)) >= _WITHIN_TEXT] if texts[1:] else []


def without_parts(words: Iterable[str]) -> list[str]:
    """The words that are not within another one: searching finds them there."""
    kept: list[str] = []
    for word in words:
        if word and not any(word in other for other in kept):
            kept = [other for other in kept if other not in word] + [word]
    return kept


def readings(plain: str, timezone: str, *, is_whole: bool) -> list[PhoneNumber]:
    """What numbers the digits may be, the likeliest first; ``is_whole`` says that a plus was there.

    Bare ones may be a number at home, have what is dialled to get abroad, or lack their plus.
    """
    # Imported here: it takes a tenth of a second, and most commands do without.
    import phonenumbers

    from storage.words.phone_numbers import region_of

    region = region_of(timezone)
    abroad, home = read_number(f"+{plain}", region), read_number(plain, region)
    if is_whole and abroad and has_every_digit(abroad):
        return [abroad]
    dialled = [plain.removeprefix(prefix) for prefix in _ABROAD if plain.startswith(prefix)]
    beyond = [read_number(f"+{each}", region) for each in dialled]
    found = [each for each in (home, *beyond) if each and phonenumbers.is_valid_number(each)]
    # Possible, not valid: ranges come into use faster than the library learns of them.
    if home and has_every_digit(home):
        found.append(home)
    if abroad and phonenumbers.is_valid_number(abroad):
        found.append(abroad)
    return found


def has_every_digit(number: PhoneNumber) -> bool:
    """Whether it can be dialled from everywhere, and not only in its own town."""
    import phonenumbers

    possible = phonenumbers.ValidationResult.IS_POSSIBLE
    return bool(phonenumbers.is_possible_number_with_reason(number) == possible)


def _forms(number: PhoneNumber) -> Iterator[str]:
    """With its country's code, and as it is dialled in its country."""
    import phonenumbers

    yield f"{number.country_code}{phonenumbers.national_significant_number(number)}"
    yield digits(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))


def read_number(number: str, region: str) -> PhoneNumber | None:
    """A number as it is dialled in a country; None where it is none."""
    import phonenumbers

    try:
        return phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None

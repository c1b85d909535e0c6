"""Who called, by the number: in groups, as people read it to each other."""

from __future__ import annotations

from typing import Final

from dialplan.saying.numbers import Sounds, digits, two_digits
from storage.office.model import Language
from storage.words.number_spellings import read_number
from storage.words.phone_numbers import DEFAULT_REGION, dialable
from storage.words.withheld import is_withheld

UNKNOWN: Final[Sounds] = ("vm-unknown-caller",)
"""From an unknown caller; «От неизвестного абонента»."""
PAUSE: Final = "silence/1"
"""Between two groups of digits: no bundled silence is shorter."""
_LONGEST: Final = 20
"""Digits of any number, with all that is dialled before it. What has more is a prank."""
_LONGEST_EXTENSION: Final = 4
_WITH_NATIONAL_CODE: Final = 11
"""Digits of a number of Russia or America with the 7, 8 or 1 before it."""


def caller(text: str, language: Language) -> Sounds:
    """Whose message it is: "message from phone number …", «сообщение от абонента с номером …».

    "Message from extension …" of one with at most four digits; "from an unknown caller" of one who
    shows none.
    """
    said = phone_number(text, language)
    if said == UNKNOWN:
        return said
    is_extension = len(dialable(text)) <= _LONGEST_EXTENSION
    return ("vm-from-extension" if is_extension else "vm-from-phonenumber", *said)


def phone_number(text: str, language: Language) -> Sounds:
    """A caller's number in groups: +7 495 123-45-67 in three, three, two and two digits.

    "Plus seven, four nine five, one two three, four five, six seven"; «плюс семь, четыре девять
    пять, один два три, сорок пять, шестьдесят семь». Others are in threes, and twos at the end.
    One that is withheld, or is no number, is told as "from an unknown caller".
    """
    dialled = dialable(text)
    if is_withheld(text) or not any(map(str.isdecimal, dialled)) or len(dialled) > _LONGEST:
        return UNKNOWN
    has_plus = text.strip().startswith("+")
    code = _country_code(dialled) if has_plus else _national_code(dialled)
    groups = [code, *_groups(dialled[len(code) :])] if code else _groups(dialled)
    said = digits("+") if has_plus else ()
    for group, following in zip(groups, [*groups[1:], ""], strict=True):
        as_number = language == "ru" and len(group) == 2 and group.isdecimal()
        said += two_digits(int(group), language) if as_number else digits(group)
        if following and len(group) > 1 and not as_number:
            said += (PAUSE,)
    return said


def _country_code(dialled: str) -> str:
    number = read_number(f"+{dialled}", DEFAULT_REGION)
    code = str(number.country_code) if number else ""
    return code if dialled.startswith(code) else ""


def _national_code(dialled: str) -> str:
    return dialled[0] if len(dialled) == _WITH_NATIONAL_CODE and dialled[0] in "178" else ""


def _groups(dialled: str) -> list[str]:
    """Threes, then at most two twos; three twos of six, as numbers of a town are read."""
    twos = 3 if len(dialled) == 6 else -len(dialled) % 3  # 4: 2+2, 5: 3+2
    threes = dialled[: max(0, len(dialled) - 2 * twos)]
    rest = dialled[len(threes) :]
    return [
        *(threes[at : at + 3] for at in range(0, len(threes), 3)),
        *(rest[at : at + 2] for at in range(0, len(rest), 2)),
    ]

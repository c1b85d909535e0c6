"""Which outside numbers may be dialled: a list of prefixes and words, parted by commas.

`+7495` is a prefix of the number as the whole world writes it, `112` one of the digits as they are
dialled. `national` are the ordinary numbers of the company's country; `any` and `none` say it all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from storage.errors import WrongValue
from storage.text import shown
from storage.words.number_spellings import has_every_digit, read_number

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

NATIONAL: Final = "national"
ANY: Final = "any"
NONE: Final = "none"

_WORDS: Final = {NATIONAL, ANY, NONE}
_PREFIX: Final = re.compile(r"\+?[0-9*#]{1,15}")
_NOT_DIALLED: Final = re.compile(r"[^0-9*#]")


def parted(text: str) -> tuple[str, ...]:
    """The entries of a list that is written with commas between them, each once."""
    return tuple(dict.fromkeys(entry.strip() for entry in text.split(",") if entry.strip()))


def checked_prefixes(text: str) -> str:
    """The list in its plain spelling. Raises WrongValue for what is no prefix."""
    entries = parted(text)
    for entry in entries:
        if entry not in _WORDS and not _PREFIX.fullmatch(entry):
            raise WrongValue("not-a-prefix", text=shown(entry))
    return ", ".join(entries)


def may_be_dialled(number: str, allow: str, country: str | None) -> bool:
    """Whether a list allows a number, which is read as it is dialled in the country.

    Where that is not known, no number is `national`.
    """
    return any(_fits(number, entry, country) for entry in parted(allow))


def _fits(number: str, entry: str, country: str | None) -> bool:
    match entry:
        case "any":
            return True
        case "none":
            return False
        case "national":
            return country is not None and _is_national(number, country)
        case _ if entry.startswith("+"):
            return _international(number, country).startswith(entry)
        case _:
            return _NOT_DIALLED.sub("", number).startswith(entry)


def _is_national(number: str, region: str) -> bool:
    """Whether it is a landline, a mobile phone or the like of the country: none that earns money
    for whoever is called, and none that only looks like one of the country's."""
    # Imported here: it takes a tenth of a second, and most commands do without.
    import phonenumbers
    from phonenumbers import PhoneNumberType as Kind

    parsed = _read(number, region)
    return (
        parsed is not None
        and phonenumbers.region_code_for_number(parsed) == region
        and phonenumbers.number_type(parsed)
        in {
            Kind.FIXED_LINE,
            Kind.MOBILE,
            Kind.FIXED_LINE_OR_MOBILE,
            Kind.TOLL_FREE,
            Kind.VOIP,
            Kind.UAN,
        }
    )


def _international(number: str, country: str | None) -> str:
    """The number with its country's code, such as `+74951234567`; "" where that is not known."""
    if number.startswith("+"):
        return f"+{_NOT_DIALLED.sub('', number)}"
    from storage.words.phone_numbers import DEFAULT_REGION

    parsed = _read(number, country or DEFAULT_REGION)
    return f"+{parsed.country_code}{_significant(parsed)}" if parsed else ""


def _read(number: str, region: str) -> PhoneNumber | None:
    """The number as it is dialled in the country; None where it is none, or could be two.

    Bare digits may be a number of the country without its prefix, or one abroad without its plus:
    which of them is rung, the line decides.
    """
    import phonenumbers

    plain = _NOT_DIALLED.sub("", number)
    if not plain.isdecimal():
        return None
    abroad = read_number(f"+{plain}", region)
    if number.startswith("+"):
        return abroad
    home = read_number(plain, region)
    if home is None or not has_every_digit(home):
        return abroad if abroad and phonenumbers.is_valid_number(abroad) else None
    code = str(phonenumbers.country_code_for_region(region))
    trunk = phonenumbers.ndd_prefix_for_region(region, True)
    begins_at_home = plain.startswith(code) or bool(trunk and plain.startswith(trunk))
    if begins_at_home or not (abroad and phonenumbers.is_valid_number(abroad)):
        return home
    return None


def _significant(number: PhoneNumber) -> str:
    import phonenumbers

    return phonenumbers.national_significant_number(number)

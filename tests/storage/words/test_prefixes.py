"""Which outside numbers may be dialled."""

from __future__ import annotations

import pytest

from storage.errors import WrongValue
from storage.words.prefixes import checked_prefixes, may_be_dialled


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("74951234567", "RU"),
        ("84951234567", "RU"),
        ("+74951234567", "RU"),
        ("9161234567", "RU"),  # no number of another country, whatever is put before it
        ("88005553535", "RU"),
        ("030123456", "DE"),
        ("+49301234567", "DE"),
        ("2125551234", "US"),
        ("12125551234", "US"),
        ("02079460000", "GB"),
    ],
)
def test_ordinary_numbers_of_the_country_are_national(number: str, country: str) -> None:
    assert may_be_dialled(number, "national", country)


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+4930123456", "RU"),
        ("8104930123456", "RU"),  # the same, as it is dialled from Russia
        ("375291234567", "RU"),
        ("77012345678", "RU"),  # Kazakhstan has Russia's code
        ("88091234567", "RU"),  # premium
        ("+881612345678", "RU"),  # satellites
        ("881612345678", "RU"),
        ("+88216123456789", "RU"),
        ("870123456789", "RU"),
        ("+84951234567", "RU"),  # Vietnam's, not Moscow's
        ("4930123456", "RU"),  # Ivanovo's without its 8, or Berlin's without its plus
        ("112", "RU"),
        ("*97", "RU"),
        ("09001234567", "DE"),
        ("18765551234", "US"),  # Jamaica has the code of the United States
        ("+18495551234", "US"),
        ("19005551234", "US"),
        ("09061234567", "GB"),
        ("07012345678", "GB"),  # a "personal" number that costs like a premium one
        ("", "RU"),
        ("+", "RU"),
    ],
)
def test_dear_far_and_doubtful_numbers_are_not(number: str, country: str) -> None:
    assert not may_be_dialled(number, "national", country)


@pytest.mark.parametrize(
    ("number", "allow", "allowed"),
    [
        ("84951234567", "+7495", True),
        ("84951234567", "+7499", False),
        ("84951234567", "+7499, +7495", True),
        ("+4930123456", "national, +49", True),
        ("+4930123456", "national", False),
        ("112", "112", True),
        ("112", "+1", False),
        ("1234567", "+7", False),
        ("8104930123456", "+49", True),
        ("+881612345678", "any", True),
        ("84951234567", "none", False),
        ("84951234567", "", False),
    ],
)
def test_prefixes_are_of_the_number_or_of_what_is_dialled(
    number: str, allow: str, allowed: bool
) -> None:
    assert may_be_dialled(number, allow, "RU") is allowed


def test_a_list_is_written_plainly() -> None:
    assert checked_prefixes(" +7495,112 ,, national,112") == "+7495, 112, national"
    for wrong in ("+", "abroad", "+7 495", "74\n95", "+7495; 112"):
        with pytest.raises(WrongValue, match="not-a-prefix"):
            checked_prefixes(wrong)

"""One number in its many spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.words.phone_numbers import canonical, country_of, dialable, region_of


@pytest.mark.parametrize(
    "spelling",
    ["74951234567", "+7 495 123-45-67", "84951234567", "8 (495) 123 45 67", "4951234567"],
)
def test_a_russian_number_is_one_number_in_every_spelling(spelling: str) -> None:
    assert canonical(spelling, "RU") == "74951234567"


def test_the_country_decides_what_a_number_without_a_code_means() -> None:
    assert canonical("2025550123", "US") == "12025550123"
    assert canonical("+1 202 555 0123", "RU") == "12025550123"


@pytest.mark.parametrize("region", ["RU", "US", "DE"])
def test_two_noughts_are_a_plus_wherever_they_are_dialled(region: str) -> None:
    assert canonical("0074951234567", region) == "74951234567"
    assert canonical("00442079460958", region) == "442079460958"


@pytest.mark.parametrize("number", ["101", "02", "*55", "#", "1234567"])
def test_short_numbers_and_codes_mean_themselves(number: str) -> None:
    assert canonical(number, "DE") == number


def test_the_country_comes_from_the_time_zone() -> None:
    assert region_of("Asia/Yekaterinburg") == "RU"
    assert region_of("America/New_York") == "US"
    assert region_of("UTC") == "RU"


@pytest.mark.parametrize(
    ("timezone", "country"),
    [
        ("US/Eastern", "US"),
        ("Asia/Calcutta", "IN"),
        ("Asia/Saigon", "VN"),
        ("America/Buenos_Aires", "AR"),
        ("GB", "GB"),
        ("Europe/Kiev", "UA"),
        ("posix/Europe/Kiev", "UA"),
        ("W-SU", "RU"),
        ("Europe/Moscow", "RU"),
        ("Antarctica/Troll", "AQ"),
        ("UTC", None),
        ("Etc/GMT-3", None),
        ("EST", None),
        ("CET", None),
        ("Factory", None),
    ],
)
def test_a_zone_has_its_country_under_any_name(timezone: str, country: str | None) -> None:
    assert country_of(timezone) == country
    assert region_of(timezone) == (country or "RU")


# Area codes of Russian cities and of mobile phones: what follows +7.
national = st.tuples(
    st.sampled_from(["495", "812", "343", "916", "903"]), st.integers(0, 9_999_999)
).map(lambda parts: f"{parts[0]}{parts[1]:07d}")


@given(national, st.sampled_from(["+7{}", "7{}", "8{}", "+7 {}", "8-{}", "{}", "+7 ({})"]))
def test_prefix_and_punctuation_never_matter(number: str, spelling: str) -> None:
    assert canonical(spelling.format(number), "RU") == f"7{number}"


@given(st.text(max_size=40), st.sampled_from(["RU", "US", "DE", "ZZ"]))
def test_what_is_no_number_becomes_what_can_be_dialled_of_it(text: str, region: str) -> None:
    assert set(canonical(text, region)) <= set("0123456789*#")
    assert set(dialable(text)) <= set("0123456789*#")

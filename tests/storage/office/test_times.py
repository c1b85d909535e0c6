"""Times of the day by a company's clocks, also when those are put forward or back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import ConfigError
from storage.office import make_part
from storage.office.notify import MailDestination
from storage.office.times import is_same_day, last_time, next_time, time_within, within
from web.language.problems import sentences

BERLIN = "Europe/Berlin"
"""02:00 → 03:00 on 29 March 2026, 03:00 → 02:00 on 25 October."""
MOSCOW = "Europe/Moscow"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "at", "zone", "wanted"),
    [
        ("2026-08-14 04:59", "08:00", MOSCOW, "2026-08-14 05:00"),
        ("2026-08-14 05:00", "08:00", MOSCOW, "2026-08-15 05:00"),
        ("2026-08-14 21:30", "00:00", MOSCOW, "2026-08-15 21:00"),
        ("2026-08-14 20:30", "00:00", MOSCOW, "2026-08-14 21:00"),
        ("2026-12-31 22:00", "08:00", MOSCOW, "2027-01-01 05:00"),
        # The same time of the day by the clocks, an hour earlier or later by the sun.
        ("2026-03-28 07:00", "08:00", BERLIN, "2026-03-29 06:00"),
        ("2026-10-24 06:00", "08:00", BERLIN, "2026-10-25 07:00"),
        # What is jumped over is as much later; what comes twice is the first.
        ("2026-03-29 00:00", "02:30", BERLIN, "2026-03-29 01:30"),
        ("2026-03-29 01:30", "02:30", BERLIN, "2026-03-30 00:30"),
        ("2026-10-24 22:00", "02:30", BERLIN, "2026-10-25 00:30"),
        ("2026-10-25 00:30", "02:30", BERLIN, "2026-10-26 01:30"),
    ],
)
def test_it_is_that_time_once_a_day(now: str, at: str, zone: str, wanted: str) -> None:
    assert next_time(utc(now), at, zone) == utc(wanted)
    assert last_time(utc(wanted), at, zone) == utc(wanted)
    assert last_time(utc(wanted) - timedelta(seconds=1), at, zone) <= utc(now)


@pytest.mark.parametrize(
    ("since", "until", "between", "zone", "lasted"),
    [
        ("2026-08-14 05:00", "2026-08-15 05:00", None, MOSCOW, "24:00"),
        ("2026-08-14 06:10", "2026-08-14 06:20", "09:00-09:30", MOSCOW, "0:10"),
        ("2026-08-14 06:10", "2026-08-14 12:00", "09:00-09:30", MOSCOW, "0:20"),
        ("2026-08-14 06:00", "2026-08-16 06:05", "09:00-09:30", MOSCOW, "1:05"),
        ("2026-08-14 07:00", "2026-08-15 05:00", "09:00-09:30", MOSCOW, "0:00"),
        ("2026-08-14 19:00", "2026-08-15 05:00", "22:00-06:00", MOSCOW, "8:00"),
        ("2026-08-14 21:00", "2026-08-15 01:00", "22:00-06:00", MOSCOW, "4:00"),
        ("2026-03-28 20:00", "2026-03-29 20:00", "00:00-06:00", BERLIN, "5:00"),
        ("2026-10-24 20:00", "2026-10-25 20:00", "00:00-06:00", BERLIN, "7:00"),
        ("2026-08-14 12:00", "2026-08-14 12:00", "09:00-18:00", MOSCOW, "0:00"),
    ],
)
def test_only_time_within_counts(
    since: str, until: str, between: str | None, zone: str, lasted: str
) -> None:
    hours, _, minutes = lasted.partition(":")
    wanted = timedelta(hours=int(hours), minutes=int(minutes))
    assert time_within(utc(since), utc(until), between, zone) == wanted


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
    st.times().map(lambda at: at.strftime("%H:%M")),
    st.sampled_from([BERLIN, MOSCOW, "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia"]),
)
def test_days_are_neither_left_out_nor_counted_twice(now: datetime, at: str, zone: str) -> None:
    last, following = last_time(now, at, zone), next_time(now, at, zone)
    assert last <= now < following
    assert next_time(last, at, zone) == following
    assert timedelta(hours=22) < following - last < timedelta(hours=26)
    assert not is_same_day(last, following, zone)


@pytest.mark.parametrize(
    ("now", "between", "wanted"),
    [
        # Moscow is three hours ahead.
        ("2026-08-14 05:59", "09:00-18:00", "2026-08-14 06:00"),
        ("2026-08-14 06:00", "09:00-18:00", None),
        ("2026-08-14 14:59", "09:00-18:00", None),
        ("2026-08-14 15:00", "09:00-18:00", "2026-08-15 06:00"),
        ("2026-08-14 20:59", "22:00-06:00", None),
        ("2026-08-14 21:30", "22:00-06:00", None),
        ("2026-08-14 02:59", "22:00-06:00", None),
        ("2026-08-14 03:00", "22:00-06:00", "2026-08-14 19:00"),
        ("2026-08-14 20:59", "18:00-00:00", None),
        ("2026-08-14 21:00", "18:00-00:00", "2026-08-15 15:00"),
    ],
)
def test_what_comes_outside_waits_until_it_begins(
    now: str, between: str, wanted: str | None
) -> None:
    assert within(utc(now), between, MOSCOW) == utc(wanted or now)


def test_without_times_it_is_always_within() -> None:
    now = utc("2026-08-14 00:00")
    assert within(now, None, MOSCOW) == now


@pytest.mark.parametrize(
    ("now", "between", "wanted"),
    [
        ("2026-03-29 06:59", "09:00-18:00", "2026-03-29 07:00"),
        ("2026-03-28 17:00", "09:00-18:00", "2026-03-29 07:00"),
        ("2026-10-24 16:00", "09:00-18:00", "2026-10-25 08:00"),
        # 02:30 to 03:00 comes twice in autumn, and not at all in spring: it does not stay open.
        ("2026-10-25 00:45", "02:30-03:00", None),
        ("2026-10-25 01:45", "02:30-03:00", None),
        ("2026-03-29 02:00", "02:30-03:00", "2026-03-30 00:30"),
        ("2026-03-29 12:00", "02:30-03:00", "2026-03-30 00:30"),
    ],
)
def test_clocks_that_are_changed_are_gone_by(now: str, between: str, wanted: str | None) -> None:
    assert within(utc(now), between, BERLIN) == utc(wanted or now)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ({"daily": "8:05"}, {"daily": "08:05"}),
        ({"daily": " 23:59 "}, {"daily": "23:59"}),
        ({"between": "9:00 - 18:00"}, {"between": "09:00-18:00"}),
        ({"between": "22:00–06:00"}, {"between": "22:00-06:00"}),
        ({"between": "18:00-24:00"}, {"between": "18:00-00:00"}),
    ],
)
def test_times_are_kept_in_one_way(written: dict[str, str], kept: dict[str, str]) -> None:
    made = make_part(MailDestination, mail="anna@example.com", **written)
    assert made.model_dump(include=set(kept)) == kept


WRONG_TIMES = ["", "8", "24:00", "08:60", "-1:00", "8:0", "08:00:00", "٠٨:٠٠", "{text}", "a\nb:00"]


@pytest.mark.parametrize("text", WRONG_TIMES)
def test_what_is_no_time_is_said(text: str) -> None:
    (told,) = mistakes(daily=text)
    assert told.startswith("daily: “")
    assert told.endswith("” is not a time of the day such as 08:00")


@pytest.mark.parametrize(
    "text", [*WRONG_TIMES, "09:00", "09:00-", "-18:00", "09:00-09:00", "0:00-24:00", "24:00-06:00"]
)
def test_what_is_not_two_times_is_said(text: str) -> None:
    (told,) = mistakes(between=text)
    assert told.endswith("” is not two different times such as 09:00-18:00")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"daily": "08:00", "between": "09:00-18:00"}, "daily goes with neither between nor"),
        ({"daily": "08:00", "unheard_minutes": 15}, "daily goes with neither between nor"),
        ({"daily": "08:00", "events": ["message.heard"]}, "daily goes with events = "),
        (
            {"unheard_minutes": 15, "events": ["message.kept", "message.heard"]},
            "unheard_minutes goes with events = ",
        ),
        ({"unheard_minutes": 0}, "must be at least 1"),
        ({"unheard_minutes": 10_081}, "must be at most 10080"),
        ({"unheard_minutes": "15"}, "must be a whole number"),
        ({"most_per_hour": 0}, "must be at least 1"),
        ({"most_per_hour": 3_601}, "must be at most 3600"),
    ],
)
def test_what_does_not_go_together_is_said(fields: dict[str, object], sentence: str) -> None:
    (told,) = mistakes(**fields)
    assert sentence in told


def mistakes(**fields: object) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        make_part(MailDestination, mail="anna@example.com", **fields)
    return sentences(caught.value)

"""Times of the day by a company's clocks: when a digest is due, and between which times is told."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from storage.errors import WrongValue
from storage.text import shown

_TIME: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_DAY: Final = timedelta(days=1)


def _time_of_day(text: str) -> str:
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise WrongValue("not-a-time-of-day", text=shown(text))
    return f"{int(found[1]):02}:{found[2]}"


def _between(text: str) -> str:
    """Two times, the second of which may be midnight as ``24:00``."""
    begin, _, end = text.replace("–", "-").partition("-")
    try:
        times = _time_of_day(begin), _time_of_day("0:00" if end.strip() == "24:00" else end)
    except WrongValue:
        raise WrongValue("not-two-times", text=shown(text)) from None
    if times[0] == times[1]:
        raise WrongValue("not-two-times", text=shown(text))
    return "-".join(times)


TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]
"""A time of the day: `08:00`."""
Between = Annotated[str, AfterValidator(_between)]
"""From one time of the day to another, past midnight too: `09:00-18:00`, `22:00-06:00`."""


def next_time(now: datetime, at: str, timezone: str) -> datetime:
    """When it is that time of the day next, later than now; of each day once.

    A time that the clocks jump over is as much later on that day (02:30 is 03:30 then); of one
    that comes twice it is the first.
    """
    today = _local(now, timezone).date()
    return next(
        there for days in (0, 1, 2) if (there := _on(today + days * _DAY, at, timezone)) > now
    )


def last_time(now: datetime, at: str, timezone: str) -> datetime:
    """When it was that time of the day last, at the latest now; of each day once."""
    today = _local(now, timezone).date()
    return next(
        there for days in (0, 1, 2) if (there := _on(today - days * _DAY, at, timezone)) <= now
    )


def is_same_day(one: datetime, other: datetime, timezone: str) -> bool:
    """Whether two times are of one day there."""
    return _local(one, timezone).date() == _local(other, timezone).date()


def within(now: datetime, between: str | None, timezone: str) -> datetime:
    """Now, where it lies between the two times by the clocks there, else when they begin next."""
    if between is None:
        return now
    begin, _, end = between.partition("-")
    clock = _local(now, timezone).strftime("%H:%M")
    is_inside = begin <= clock < end if begin < end else clock >= begin or clock < end
    return now if is_inside else next_time(now, begin, timezone)


def time_within(since: datetime, until: datetime, between: str | None, timezone: str) -> timedelta:
    """How much of that time lies between the two times of the day by the clocks there."""
    if between is None:
        return until - since
    lasted, end = timedelta(), between.partition("-")[2]
    while (begins := within(since, between, timezone)) < until:
        since = min(next_time(begins, end, timezone), until)
        lasted += since - begins
    return lasted


def _on(day: date, at: str, timezone: str) -> datetime:
    there = datetime.combine(day, time.fromisoformat(at), ZoneInfo(timezone))
    return there.astimezone(UTC)


def _local(at: datetime, timezone: str) -> datetime:
    return at.astimezone(ZoneInfo(timezone))

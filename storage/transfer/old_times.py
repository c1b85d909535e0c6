"""When an old message was left, as app_voicemail, or whoever moved its files, wrote it down."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

FIRST: Final = datetime(1999, 1, 1, tzinfo=UTC)
"""No message is older than Asterisk."""
_MONTHS: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]
_WORLDS: Final = ("UTC", "GMT")
"""Names of the time that is the same everywhere."""

# Seconds since 1970, or, with 12 or 13 digits, milliseconds.
_SECONDS: Final = re.compile(r"(\d{9,10}|\d{12,13})([.,]\d{0,9})?", re.ASCII)
# "Thu Aug 14 06:30:05 AM UTC 2025", in some places without AM and PM.
_DATE: Final = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) +(\d{1,2}):(\d\d):(\d\d)(?: ([AP]M))? (\S+) (\d{4})",
    re.ASCII,
)
_OFFSET: Final = re.compile(r"([+-])(\d\d):?(\d\d)?", re.ASCII)


def time_of_seconds(text: str) -> datetime | None:
    """The time that ``origtime`` is; None for nonsense, and for times that cannot be."""
    found = _SECONDS.fullmatch(text)
    if not found:
        return None
    told = float(text.replace(",", "."))
    return _possible(datetime.fromtimestamp(told / 1000 if len(found[1]) > 10 else told, UTC))


def time_of_date(text: str, zone: tzinfo) -> datetime | None:
    """The time that ``origdate`` is; None for nonsense, and for times that cannot be.

    Its names of time zones are ambiguous: only the world's own, and that of ``zone``, are known.
    Some zones have only numbers for names, such as +05.
    """
    found = _DATE.fullmatch(" ".join(text.split()))
    if not found or found[1] not in _MONTHS:
        return None
    month, (day, hour, minute, second) = _MONTHS.index(found[1]) + 1, map(int, found.groups()[1:5])
    if found[6]:
        hour = hour % 12 + (12 if found[6] == "PM" else 0)
    try:
        told = datetime(int(found[8]), month, day, hour, minute, second)
    except ValueError:
        return None
    if found[7] in _WORLDS:
        return _possible(told.replace(tzinfo=UTC))
    if numbers := _OFFSET.fullmatch(found[7]):
        ahead = timedelta(hours=int(numbers[2]), minutes=int(numbers[3] or 0))
        return _possible((told - ahead if numbers[1] == "+" else told + ahead).replace(tzinfo=UTC))
    local = told.replace(tzinfo=zone)
    return _possible(local.astimezone(UTC)) if found[7] == local.tzname() else None


def time_of_writing(written: float) -> datetime:
    """When a file was written, in seconds since 1970, as far as that can be."""
    now = datetime.now(UTC).timestamp()
    return datetime.fromtimestamp(min(max(written, FIRST.timestamp()), now), UTC)


def _possible(told: datetime) -> datetime | None:
    """Nothing was left in times to come."""
    return told if FIRST <= told <= datetime.now(UTC) else None

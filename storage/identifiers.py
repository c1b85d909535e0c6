"""Ids of messages, and their places in time."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime, timedelta

# Ids of files that carry no id of their own are derived within this name space.
_FILES = uuid.UUID("0b5e6f9a-5d1f-4a53-9c55-3f6a1f0f6f0e")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_CHANCE_BITS = 20
_STEP_BITS = 10  # two that arrive at once seldom want the same place

CLOCK_BACK = timedelta(hours=3)
"""How far a clock may be set back without a change in the order of messages."""


def new_id(at: datetime) -> str:
    """A UUIDv7: 48 bits of milliseconds, then chance."""
    value = _milliseconds(at) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return str(uuid.UUID(int=value))


def id_of_file(name: str, digest: str) -> str:
    """The id of a file taken in: the same file always gets the same one."""
    whole = name.encode("utf-8", "backslashreplace").decode()  # names need not be UTF-8
    return str(uuid.uuid5(_FILES, f"{whole}:{digest}"))


def time_of(message_id: str) -> datetime | None:
    """When a UUIDv7 was made; None for ids of other kinds, and of no time there will be."""
    value = uuid.UUID(message_id)
    try:
        return _EPOCH + _MILLISECOND * (value.int >> 80) if value.version == 7 else None
    except OverflowError:
        return None


def is_id(text: str) -> bool:
    """Whether the text is an id, written as we write ids."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def new_place(at: datetime) -> int:
    """A place among the messages of that millisecond."""
    return first_place(at) | secrets.randbits(_CHANCE_BITS)


def arrival_place(at: datetime, newest: int | None) -> int:
    """A place for a message that arrives now: behind the newest, though the clock was set back.

    That far back, at most, a clock is put right, or put an hour back by mistake; a newest message
    that lies further in the future is the one that is wrong.
    """
    place = new_place(at)
    if newest is not None and place <= newest < first_place(at + CLOCK_BACK):
        return newest + 1 + secrets.randbits(_STEP_BITS)
    return place


def first_place(at: datetime) -> int:
    """The first place of that millisecond: all earlier messages are below it."""
    return _milliseconds(at) << _CHANCE_BITS


def _milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MILLISECOND

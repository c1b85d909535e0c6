"""Ids of messages, and their places in time.

Both grow: of two that one process makes for the same millisecond, one after the other, the second
is greater. (RFC 9562, section 6.2, method 2.)
"""

from __future__ import annotations

import os
import re
import secrets
import threading
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from storage.errors import NotFound

# Ids of files that carry no id of their own are derived within this name space.
_FILES = uuid.UUID("0b5e6f9a-5d1f-4a53-9c55-3f6a1f0f6f0e")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_ID_BITS = 74  # what version and variant leave beside the milliseconds
_VARIANT = 62  # the bits behind the variant
_CHANCE_BITS = 20
_STEP_BITS = 10  # two that arrive at once seldom want the same place

MOST_ALIKE = 5
"""So many ids are told that begin alike: of messages of one millisecond."""
_PART_OF_ID = re.compile(r"[0-9a-f-]{4,36}")

CLOCK_BACK = timedelta(hours=3)
"""How far a clock may be set back without a change in the order of messages."""


class _Growing:
    """Numbers that grow within a millisecond by steps of chance, for any number of threads."""

    def __init__(self, bits: int, step_bits: int) -> None:
        self._bits = bits
        self._step_bits = step_bits
        self._start()
        # Of a process that is forked here, each half goes on in a way of its own: the child draws
        # anew, and does not wait for a thread that it does not have.
        os.register_at_fork(after_in_child=self._start)

    def _start(self) -> None:
        self._turn = threading.Lock()
        self._millisecond: int | None = None
        self._last = 0

    def within(self, millisecond: int) -> int:
        """The next number of this millisecond.

        One of the lower half, if the number before was of another. Where no room is left above
        it, chance alone decides.
        """
        with self._turn:
            number = self._last + 1 + secrets.randbits(self._step_bits)
            if millisecond != self._millisecond:
                number = secrets.randbits(self._bits - 1)
            elif number >> self._bits:
                number = secrets.randbits(self._bits)
            self._millisecond, self._last = millisecond, number
            return number


_IDS = _Growing(_ID_BITS, step_bits=58)
_PLACES = _Growing(_CHANCE_BITS, step_bits=6)


def new_id(at: datetime) -> str:
    """A UUIDv7: 48 bits of milliseconds, then chance, which grows within the millisecond."""
    millisecond = _milliseconds(at)
    high, low = divmod(_IDS.within(millisecond), 1 << _VARIANT)
    return str(uuid.UUID(int=millisecond << 80 | 7 << 76 | high << 64 | 2 << _VARIANT | low))


def first_id(at: datetime) -> str:
    """What all ids that are made in that millisecond or later are greater than."""
    return str(uuid.UUID(int=_milliseconds(at) << 80))


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


def part_of_id(text: str) -> str | None:
    """An id or the beginning of one, as somebody typed it; None for anything else."""
    part = text.strip().lower()
    return part if _PART_OF_ID.fullmatch(part) else None


def ambiguous(code: str, code_of_many: str, part: str, ids: Sequence[str]) -> NotFound:
    """What is wrong with the beginning of several ids; of many not all are told."""
    told = ", ".join(ids[:MOST_ALIKE])
    if len(ids) > MOST_ALIKE:
        code = code_of_many
    return NotFound(code, id=part, ids=told)


def new_place(at: datetime) -> int:
    """A place among the messages of that millisecond, behind the one given before."""
    return first_place(at) | _PLACES.within(_milliseconds(at))


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

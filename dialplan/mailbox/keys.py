"""What a listener's keys do, as data."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final


class Deed(Enum):
    """What a listener can have done with the message that plays."""

    BEGINNING = auto()
    """From its beginning; twice in a row: the message before."""
    KEEP_NEW = auto()
    """It stays new, and the next one plays."""
    NEXT = auto()
    BACK = auto()
    PAUSE = auto()
    """Stand still until the next key; the same key goes on."""
    FORWARD = auto()
    UP = auto()
    """Out of the mailbox, back to where the caller came from."""
    SKIP = auto()
    """No more of what is being said about it."""


KEYS: Final[Mapping[str, Deed]] = {
    "1": Deed.BEGINNING,
    "2": Deed.KEEP_NEW,
    "3": Deed.NEXT,
    "4": Deed.BACK,
    "5": Deed.PAUSE,
    "6": Deed.FORWARD,
    "*": Deed.UP,
    "#": Deed.SKIP,
}

STEP: Final = 5.0
"""Seconds that back and forward go."""
TWICE: Final = 2.0
"""Who presses the key for the beginning again within so many seconds of it means the one before."""

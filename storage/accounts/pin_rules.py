"""What is asked of a PIN, and one made by chance."""

from __future__ import annotations

import re
import secrets
from itertools import pairwise
from typing import Final

from storage.errors import ConfigError

SHORTEST: Final = 4
LONGEST: Final = 12
"""Digits in a PIN."""
ONE_TIME: Final = 6
"""Digits in one that is made by chance."""

_PIN = re.compile(rf"[0-9]{{{SHORTEST},{LONGEST}}}")
_YEAR = re.compile(r"(19|20)[0-9]{2}")
_COLUMNS: Final = ("2580", "0852")
"""Down the middle of the keypad, and up: of all that is no run the one chosen most."""
_STEPS: Final = (1, 2, 8, 9)
"""From one digit of a run to the next, up and down; after 9 comes 0."""


def checked_pin(pin: str, extension: str) -> str:
    """The digits, without spaces. Raises ConfigError for what is no PIN, or is soon guessed."""
    digits = "".join(pin.split())
    if not _PIN.fullmatch(digits):
        raise ConfigError("not-a-pin", "pin", least=SHORTEST, most=LONGEST)
    if why := weakness(digits, extension):
        raise ConfigError(why, "pin")
    return digits


def weakness(pin: str, extension: str) -> str:
    """Why a PIN would soon be guessed for that extension, as a code; "" if it would not."""
    if _is_extension(pin, extension) or _is_extension(pin, extension[::-1]):
        return "weak-pin-extension"
    if pin[::2] == pin[1::2]:  # 1122
        return "weak-pin-repeated"
    for length in range(1, len(pin) // 2 + 1):
        unit = pin[:length]
        if unit * (len(pin) // length) == pin and (length < 3 or weakness(unit, extension)):
            return "weak-pin-repeated"
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= set(_STEPS):
        return "weak-pin-run"
    if _YEAR.fullmatch(pin):
        return "weak-pin-year"
    return "weak-pin-common" if pin in _COLUMNS else ""


def random_pin(extension: str) -> str:
    """A PIN made by chance for the mailbox of that extension."""
    while True:
        pin = f"{secrets.randbelow(10**ONE_TIME):0{ONE_TIME}d}"
        if not weakness(pin, extension):
            return pin


def _is_extension(pin: str, extension: str) -> bool:
    """Whether it is the extension, a part of it, or that with one digit to fill it up."""
    rest = pin.replace(extension, "")
    return pin in extension or (extension in pin and len(set(rest)) <= 1)

"""Digits that somebody types to the end: an extension, a PIN."""

from __future__ import annotations

from telephony.call import ALL_KEYS, Call

END = "#"
CANCEL = "*"
FIRST_SECONDS = 7.0
"""To the first digit, after what is said."""
PAUSE_SECONDS = 3.0
"""So long without a digit is the end, too."""
MOST = 20


async def typed_digits(call: Call, *asked: str, typed: str = "") -> str:
    """Ask, and take digits up to ``#`` or a pause; "" for none, or where they were cancelled."""
    key = typed or await call.play(*asked, interrupt=ALL_KEYS)
    key = key or await call.digit(FIRST_SECONDS)
    digits = ""
    while key not in ("", END):
        digits = "" if key == CANCEL else digits + key
        key = await call.digit(PAUSE_SECONDS)
        if len(digits) >= MOST:
            return ""
    return digits

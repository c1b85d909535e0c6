"""Keys that a telephone tells twice: as RTP events (RFC 4733), and by SIP INFO.

Asterisk passes both on, does not say which is which, puts some off and tells those once more. What it
says is when it heard of a key, and how long that was held. One finger presses one key at a time: where
two presses of a key overlap, the telephone tells each twice, and from then on a key counts again only
when all that Asterisk may still have to say of it is over.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from telephony.ari.client import Event

APART = timedelta(milliseconds=30)
"""By the standards of exchanges (ITU-T Q.24) a key pressed again comes 40 ms later, and of people
later than that. The two ways of telling differ by some packets."""
ECHO = timedelta(milliseconds=90)
"""Behind a key that was held for so long, Asterisk tells of it for as long again, and this (measured:
75 ms). Nobody presses it anew within that time."""


class Presses:
    """The presses of one caller."""

    def __init__(self) -> None:
        self._told: dict[str, datetime] = {}
        self._pressed: dict[str, datetime] = {}
        self._twice = False

    def is_told_again(self, event: Event) -> bool:
        """Whether the event tells of a press that was told already."""
        if event["type"] != "ChannelDtmfReceived" or "timestamp" not in event:
            return False
        key, now = str(event["digit"]), datetime.fromisoformat(event["timestamp"])
        held = timedelta(milliseconds=int(event.get("duration_ms", 0)))
        before = self._told.get(key)
        self._told[key] = now
        if before is not None and timedelta() <= now - before <= held + APART:
            self._twice = True
        pressed = self._pressed.get(key)
        if self._twice and pressed and timedelta() <= now - pressed < held + ECHO:
            return True
        self._pressed[key] = now
        return False

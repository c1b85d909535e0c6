"""Keys that a telephone tells twice: as RTP events (RFC 4733), and by SIP INFO.

Asterisk passes both on, does not say which is which, puts some off and tells those once more. What
it says is when it heard of a key, and how long that was held. One finger presses one key at a time:
where the first two presses of a call are of one key, and overlap, the telephone tells each twice.
From then on a key counts again only when all that Asterisk may still have to say of it is over. Of
every other telephone each press counts, however its packets are held up.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from telephony.ari.client import Event

APART = timedelta(milliseconds=30)
"""By the standards of exchanges (ITU-T Q.24) a key pressed again comes 40 ms later, and of people
later than that. The two ways of telling differ by some packets."""
ECHO = timedelta(milliseconds=120)
"""Behind a key that was held for so long, Asterisk tells of it for as long again, and this
(measured: 75 ms). Nobody presses another and then it anew within that time."""
BUSY_ECHO = timedelta(milliseconds=250)
"""On a busy machine it does so for longer. Few press one key twice within that time."""
NONE = timedelta()


class Presses:
    """The presses of one caller."""

    def __init__(self) -> None:
        self._pressed: dict[str, datetime] = {}
        self._last = ""
        self._tells_twice: bool | None = None
        """Not known before the second press."""

    def is_told_again(self, event: Event) -> bool:
        """Whether the event tells of a press that was told already."""
        if event["type"] != "ChannelDtmfReceived" or "timestamp" not in event:
            return False
        key, now = str(event["digit"]), datetime.fromisoformat(event["timestamp"])
        held = timedelta(milliseconds=int(event.get("duration_ms", 0)))
        before = self._pressed.get(key)
        if self._tells_twice is None and self._pressed:
            self._tells_twice = before is not None and NONE <= now - before <= held + APART
        echo = BUSY_ECHO if key == self._last else ECHO
        if self._tells_twice and before is not None and NONE <= now - before < held + echo:
            return True
        self._pressed[key], self._last = now, key
        return False

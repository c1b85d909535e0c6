"""What comes in from a caller who is being recorded, as Asterisk counts it.

Asterisk writes 16-bit samples, and whatever it converts to those it takes in the order of RTP's
sequence numbers: what has a lower one than the packet before comes late to it, and is dropped.
Where the other side's stream starts anew (a gateway that fails over, a call handed on), the numbers
begin anywhere, and everything is dropped until they have caught up. No event tells of it; only the
source's number (SSRC) changes. A recording that begins then knows nothing of the numbers before.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from telephony.ari.line import Line
from telephony.errors import AriError

SOUND_BYTES = 500
"""In a second: the thriftiest codec sends more (660), comfort noise (RFC 3389) a few at times."""
BYTES_A_SECOND = 8000
"""Of G.711 and G.722. Of other codecs less comes in than we think, and nothing is missed."""
GAP_SECONDS = 10.0
"""A caller of whom nothing comes at all, not even comfort noise, may come back: a mobile phone's
hand-over takes seconds. Others have a telephone that sends nothing while they are silent."""
LATE_SECONDS = 2.0
"""After so long without a look, nobody knows what came when."""
MANY_LOST = 1 << 15
"""Packets that are missing all at once: Asterisk takes numbers that went back for those of the next
round of 65,536. It counts the missing ones every five seconds."""


@dataclass(frozen=True)
class Count:
    """What Asterisk has counted: ``lost`` packets, and the bytes that came from the ``source``."""

    source: int = 0
    bytes: int = 0
    lost: int = 0

    def starts_anew(self, before: Count) -> bool:
        """Whether this is of another stream than what was counted before, if that was any."""
        if not before.source:
            return False
        return self.source != before.source or self.lost - before.lost >= MANY_LOST

    def since(self, before: Count) -> int:
        """The bytes that have come: a new source is counted from nothing."""
        goes_on = self.source == before.source and self.bytes >= before.bytes
        return self.bytes - before.bytes if goes_on else self.bytes


class Incoming:
    """The sound that comes in on one line: ``look`` now and then, and see."""

    def __init__(self, line: Line) -> None:
        self._path = f"/channels/{line.id}/rtp_statistics"
        self._line = line
        self._clock = asyncio.get_running_loop()
        self._counted: Count | None = None
        self._looked_at = 0.0
        self.seconds = 0.0
        """How much has come in since the first look."""
        self._no_sound_for = 0.0
        """For how many seconds nothing has come in that could be a voice."""
        self._comforted = False
        """Whether something else has, in that time."""

    async def begin(self) -> None:
        """Look for the first time: what came before does not matter."""
        self._counted = None
        await self.look()
        self.seconds = self._no_sound_for = 0.0

    def is_pause(self, seconds: float) -> bool:
        """Whether no sound has come in for a pause of so many seconds.

        Asterisk tells of none where it gets no sound.
        """
        return self._no_sound_for >= (seconds if self._comforted else max(seconds, GAP_SECONDS))

    async def look(self) -> bool:
        """Ask Asterisk what came in; whether the stream has started anew since the last time."""
        count = await self._ask()
        passed, self._looked_at = self._clock.time() - self._looked_at, self._clock.time()
        if count is None:
            self._no_sound_for = 0.0
            return False
        before, self._counted = self._counted or count, count
        came = count.since(before)
        if passed < LATE_SECONDS:  # else the recording may have ended long before
            self.seconds += came / BYTES_A_SECOND
        if came < SOUND_BYTES * passed and passed < LATE_SECONDS:
            # What comes at first may be the end of a word.
            self._comforted = self._no_sound_for > 0 and (self._comforted or came > 0)
            self._no_sound_for += passed
        else:
            self._no_sound_for = 0.0
        return count.starts_anew(before)

    async def _ask(self) -> Count | None:
        """What it has counted, None where nobody knows: no RTP, or an Asterisk that is older."""
        try:
            told: Any = await self._line.look(self._path)
            return Count(told["remote_ssrc"], told["rxoctetcount"], told.get("rxploss", 0))
        except (AriError, KeyError, TypeError):
            return None

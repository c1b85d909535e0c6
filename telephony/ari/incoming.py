"""What comes in from a caller who is being recorded, as Asterisk counts it.

Asterisk writes 16-bit samples, and whatever it converts to those it takes in the order of RTP's
sequence numbers: what has a lower one than the packet before comes late to it, and is dropped.
Where the other side's stream starts anew (a gateway that fails over, a call handed on), the numbers
begin anywhere, and everything is dropped until they have caught up. No event tells of it; only the
source's number (SSRC) changes. A recording that begins then knows nothing of the numbers before.
"""

from __future__ import annotations

import asyncio
from typing import Any

from telephony.ari.line import Line
from telephony.errors import AriError

SOUND_BYTES = 500
"""In a second: the thriftiest codec sends more (660), comfort noise (RFC 3389) a few now and then."""
BYTES_A_SECOND = 8000
"""Of G.711 and G.722. Of other codecs less comes in than we think, and nothing is missed."""
LATE_SECONDS = 2.0
"""After so long without a look, nobody knows what came when."""


class Incoming:
    """The sound that comes in on one line: ``look`` now and then, and see."""

    def __init__(self, line: Line) -> None:
        self._path = f"/channels/{line.id}/rtp_statistics"
        self._line = line
        self._clock = asyncio.get_running_loop()
        self._source = 0
        self._bytes = 0
        self._looked_at = 0.0
        self.seconds = 0.0
        """How much has come in since the first look."""
        self.none_for = 0.0
        """For how many seconds nothing has come in that could be a voice."""

    async def begin(self) -> None:
        """Look for the first time: what came before does not matter."""
        self._source = self._bytes = 0
        await self.look()
        self.seconds = self.none_for = 0.0

    async def look(self) -> bool:
        """Ask Asterisk what came in; whether the stream has started anew since the last time."""
        told = await self._ask()
        passed, self._looked_at = self._clock.time() - self._looked_at, self._clock.time()
        if told is None:
            self.none_for = 0.0
            return False
        source, count = told
        anew = 0 != self._source != source
        # A new source is counted from nothing.
        came = count - (0 if anew or count < self._bytes else self._bytes)
        self._source, self._bytes = source, count
        self.seconds += came / BYTES_A_SECOND
        quiet = came < SOUND_BYTES * passed and passed < LATE_SECONDS
        self.none_for = self.none_for + passed if quiet else 0.0
        return anew

    async def _ask(self) -> tuple[int, int] | None:
        """The number of the source, and how many bytes came from it; None where nobody knows."""
        try:
            told: Any = await self._line.look(self._path)
            return int(told["remote_ssrc"]), int(told["rxoctetcount"])
        except (AriError, KeyError, TypeError):
            return None  # no RTP, or an Asterisk that does not tell

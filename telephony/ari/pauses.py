"""When a caller who is being recorded has said nothing for so long that the message is over.

Asterisk watches for it (TALK_DETECT), and tells of a pause behind something that was said. Of who
has not said anything since the beep no event would ever tell. Not by maxSilenceSeconds: Asterisk
then cuts off what it took for silence, also where a key ends the recording, and a whole message may
be quieter than the level that it goes by.
"""

from __future__ import annotations

import asyncio
import math

import structlog

from telephony.ari.client import Event
from telephony.ari.line import Line
from telephony.errors import AriError

INAUDIBLE = 16
"""The mean amplitude, of 32,767, that is a pause: digital silence, of A-law too, and the noise of a
good line. A voice at -46 dBFS is louder at least once in a second."""
BEEP_SECONDS = 1.0
"""Before a caller can begin to speak."""
LATE_SECONDS = 0.5
"""Woken later than by this, the service has stood still."""
WATCHER = "func_talkdetect.so"
NOTHING_SAID = "VoicepostNothingSaid"
SPEAKS, PAUSES = "ChannelTalkingStarted", "ChannelTalkingFinished"

log = structlog.get_logger()


class Pauses:
    """The pauses of the caller on one line."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._clock = asyncio.get_running_loop()
        self._watches = False
        """Whether Asterisk was told, by us, to watch for pauses."""
        self.mute_until = math.inf
        """Who has not said anything by then says nothing, if Asterisk would have told."""

    async def watch(self, seconds: int) -> None:
        """Have Asterisk tell of a pause of so many seconds, beginning anew."""
        path = f"/channels/{self._line.id}/variable"
        self.mute_until = math.inf
        if self._watches:
            # Who spoke a moment ago, in the take before, would count as speaking still.
            await self._line.forgive("POST", path, {"variable": "TALK_DETECT(remove)"})
        try:
            # A service that stood still may have lost its caller to the fallback, which records.
            channel = await self._line.look(f"/channels/{self._line.id}")
            if channel is None or channel["dialplan"]["app_name"] != "Stasis":
                return
            watch = {"variable": "TALK_DETECT(set)", "value": f"{seconds * 1000},{INAUDIBLE}"}
            await self._line.command("POST", path, watch)
        except AriError as error:
            log.warning("no pause will end this message", why=error.message)
        else:
            self._watches = True
            self.mute_until = self._clock.time() + BEEP_SECONDS + seconds

    def missed(self) -> None:
        """Events may have been missed, and one of them that the caller speaks."""
        self.mute_until = math.inf

    async def nobody_speaks(self) -> Event | None:
        """When `mute_until` is over: `NOTHING_SAID`, or an event that waited for us, or None."""
        late = self._clock.time() - self.mute_until
        self.mute_until = math.inf
        # Who stood still, or whose connection broke meanwhile, has missed who began to speak.
        if (late < LATE_SECONDS or late == math.inf) and await self._is_watched():
            # Asked first, events that waited for us came in.
            event = await self._line.receive(0)
            if event is None:
                return {"type": NOTHING_SAID}
            self.mute_until = -math.inf  # until there are none
            return event
        return None

    def is_one(self, event: Event) -> bool:
        """Whether the event tells of a pause that ends the message."""
        if event["type"] == NOTHING_SAID:
            return True
        if event["type"] not in (SPEAKS, PAUSES) or event["channel"]["id"] != self._line.id:
            return False
        # Where nothing was said since the beep, it tells of a pause before that.
        is_pause = bool(event["type"] == PAUSES and self.mute_until == math.inf)
        if event["type"] == SPEAKS:
            self.mute_until = math.inf
        return is_pause

    async def _is_watched(self) -> bool:
        """Whether Asterisk can tell who speaks: without the module it takes the request, too."""
        try:
            return await self._line.look(f"/asterisk/modules/{WATCHER}") is not None
        except AriError:
            return False

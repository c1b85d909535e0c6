"""Recording a caller over ARI, in as many parts as Asterisk makes of it.

Asterisk ends a recording when it gets no RTP for four seconds (it waits twice two seconds for a
frame), unless ``transmit_silence`` is on: phones that suppress silence do that, and hand-overs of
mobile phones. The caller is still there, so the recording goes on in another part: ``NAME``,
``NAME-2``, ``NAME-3`` … Whoever keeps messages joins them.
"""

from __future__ import annotations

import asyncio
import math
from itertools import count

import structlog

from telephony.ari.client import Event
from telephony.ari.line import CHECK_SECONDS, RECONNECTED, STOPPING, Line
from telephony.call import EndedBy, RecordingLimits
from telephony.errors import AriError, CallLost, Hangup

CLOSING_SECONDS = 3.0
"""How long a recording may take to close its file after the caller left (measured: 1 ms)."""
MUTE_SECONDS = 3.5
"""A recording that is shorter than it took by this much may have ended for want of RTP."""
SPEAKS, PAUSES = "ChannelTalkingStarted", "ChannelTalkingFinished"
TELLS_OF_SPEECH = "/asterisk/modules/func_talkdetect.so"
BEEP_SECONDS = 0.5
INAUDIBLE = 16
"""The mean amplitude, of 32,767, that is a pause: digital silence, of A-law too, and the noise of a
good line. A voice at -46 dBFS is louder at least once in a second."""

log = structlog.get_logger()


def part(name: str, number: int) -> str:
    """What the parts of a recording are called."""
    return name if number == 1 else f"{name}-{number}"


class Recorder:
    """Records the caller on one line."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._clock = asyncio.get_running_loop()
        self._parts: dict[str, int] = {}
        self._stopped = False
        """The service is stopping: what was said is the message, and nothing more is recorded."""
        self._paused = False
        """The caller has said nothing for so long that the message is over."""
        self._watches = False
        """Whether Asterisk was told, by us, to watch for pauses."""
        self._silent_at: float | None = None
        """When a caller who has not said anything since the beep will have paused."""

    async def record(self, name: str, limits: RecordingLimits) -> EndedBy:
        """As `telephony.call.Call.record`."""
        if self._stopped or self._line.draining:
            raise CallLost("The service is stopping.")
        self._paused = False
        await self._watch_for_pauses(limits)
        await self._begin(name, limits, limits.max_seconds)
        self._silent_at = self._clock.time() + BEEP_SECONDS + limits.silence_seconds
        return await self._to_its_end(name, 1, limits)

    def parts(self, name: str) -> list[str]:
        """What there is of a recording, in order."""
        return [part(name, number + 1) for number in range(self._parts.get(name, 1))]

    async def record_on(self, name: str, limits: RecordingLimits) -> EndedBy | None:
        """As `telephony.call.Call.record_on`."""
        for number in count(1):
            if await self._line.exists(_live(part(name, number))):
                return await self._to_its_end(name, number, limits)
            if await self._line.look(f"/recordings/stored/{part(name, number)}") is None:
                break
            self._parts[name] = number
        return None

    async def _watch_for_pauses(self, limits: RecordingLimits) -> None:
        """Have Asterisk tell of a pause that is long enough to end the message.

        Not by maxSilenceSeconds: Asterisk then cuts off what it took for silence, also where a key
        ends the recording, and a whole message may be quieter than the level that it goes by.
        """
        path = f"/channels/{self._line.id}/variable"
        if self._watches:
            # Who spoke a moment ago, in the take before, would count as speaking still.
            await self._line.forgive("POST", path, {"variable": "TALK_DETECT(remove)"})
        self._watches = True
        level = f"{limits.silence_seconds * 1000},{INAUDIBLE}"
        await self._line.forgive("POST", path, {"variable": "TALK_DETECT(set)", "value": level})

    async def _begin(self, name: str, limits: RecordingLimits, seconds: int) -> None:
        await self._line.command(
            "POST",
            f"/channels/{self._line.id}/record",
            {
                "name": name,
                "format": "wav",
                "beep": seconds == limits.max_seconds,
                "terminateOn": "#",
                "ifExists": "fail",
                "maxDurationSeconds": seconds,
            },
        )

    async def _to_its_end(self, name: str, number: int, limits: RecordingLimits) -> EndedBy:
        """Wait for the end of the part that runs, and record on while the caller is only mute."""
        end = self._clock.time() + limits.max_seconds
        mute = 0.0
        while True:
            self._parts[name] = number
            begun = self._clock.time()
            ended_by, recorded = await self._part_ended(part(name, number), more=number > 1)
            missing = self._clock.time() - begun - recorded
            is_over = ended_by is EndedBy.KEY or self._stopped or self._paused
            if is_over or missing < MUTE_SECONDS:
                return ended_by
            mute = missing if recorded else mute + missing
            left = math.floor(end - self._clock.time())
            if mute >= limits.silence_seconds or left < 1:
                return ended_by
            number += 1
            log.info("no sound comes in: recording on", part=number)
            await self._begin(part(name, number), limits, left)

    async def _part_ended(self, name: str, *, more: bool) -> tuple[EndedBy, float]:
        """Wait for the end of one part and of the file behind it: why, and its length in seconds.

        ``more`` tells that a key may have been pressed before this part began.
        """
        line = self._line
        ended_by, recorded = EndedBy.LIMIT, math.inf
        while True:
            event = await line.receive(CLOSING_SECONDS if line.left else self._patience())
            if await self._is_pause(event):
                self._paused = True
                await self._stop(name)
                continue
            if event is None or event["type"] == RECONNECTED:
                if await line.exists(_live(name)):
                    continue
                break
            line.left = line.left or line.is_over(event)
            if self._is_last(event, name):
                recorded = float(event.get("recording", {}).get("duration", math.inf))
                break
            if event["type"] == STOPPING:
                # What was said so far is the message, and its caller may still hear that it is
                # saved.
                self._stopped = True
                await self._stop(name)
            elif line.key(event) == "#":
                ended_by = EndedBy.KEY
                if more:
                    await self._stop(name)
        if line.left:
            raise Hangup("The caller hung up.")
        return ended_by, recorded

    async def _is_pause(self, event: Event | None) -> bool:
        """Whether the caller has said nothing for as long as ends a message."""
        if event is None:
            return await self._said_nothing()
        if event["type"] not in (SPEAKS, PAUSES) or event["channel"]["id"] != self._line.id:
            return False
        if event["type"] == SPEAKS:
            self._silent_at = None
        # Where nothing was said since the beep, it tells of a pause before that.
        return event["type"] == PAUSES and self._silent_at is None

    def _patience(self) -> float:
        """Seconds to wait for what happens next."""
        if self._silent_at is None:
            return CHECK_SECONDS
        return min(CHECK_SECONDS, self._silent_at - self._clock.time())

    async def _said_nothing(self) -> bool:
        """Whether the caller has not said anything since the beep, for as long as a pause lasts.

        Asterisk tells of pauses behind speech only. Where it cannot tell of speech, nobody knows.
        """
        if self._silent_at is None or self._clock.time() < self._silent_at:
            return False
        self._silent_at = None
        try:
            found = await self._line.look(TELLS_OF_SPEECH)
        except AriError:
            return False
        return found is not None and found["status"] == "Running"

    def _is_last(self, event: Event, name: str) -> bool:
        """Whether nothing more will come of the recording.

        Its file is closed with RecordingFinished, which comes just behind the hang-up request;
        behind StasisEnd nothing comes.
        """
        if event["type"] in ("RecordingFinished", "RecordingFailed"):
            return bool(event["recording"]["name"] == name)
        return self._line.is_over(event) and event["type"] != "ChannelHangupRequest"

    async def _stop(self, name: str) -> None:
        await self._line.forgive("POST", f"{_live(name)}/stop")


def _live(name: str) -> str:
    return f"/recordings/live/{name}"

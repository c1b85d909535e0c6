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
from telephony.errors import AriError, CallLost

CLOSING_SECONDS = 3.0
"""How long a recording may take to close its file after the caller left (measured: 1 ms)."""
MUTE_SECONDS = 3.5
"""A recording that is shorter than it took by this much may have ended for want of RTP."""
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
        self._mute_until = math.inf
        """Of who has not said anything by then no event would ever tell."""
        self._watches = False
        """Whether Asterisk was told, by us, to watch for pauses."""

    async def record(self, name: str, limits: RecordingLimits) -> EndedBy:
        """As `telephony.call.Call.record`."""
        if self._stopped or self._line.draining:
            raise CallLost("The service is stopping.")
        self._paused = False
        await self._watch_for_pauses(limits)
        await self._begin(name, limits, limits.max_seconds)
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
        watch = f"{limits.silence_seconds * 1000},{INAUDIBLE}"
        path = f"/channels/{self._line.id}/variable"
        self._mute_until = math.inf
        if self._watches:
            # Who spoke a moment ago, in the take before, would count as speaking still.
            await self._line.forgive("POST", path, {"variable": "TALK_DETECT(remove)"})
        try:
            # A service that stood still may have lost its caller to the fallback, which records.
            channel = await self._line.look(f"/channels/{self._line.id}")
            if channel is None or channel["dialplan"]["app_name"] != "Stasis":
                return
            await self._line.command("POST", path, {"variable": "TALK_DETECT(set)", "value": watch})
        except AriError as error:
            log.warning("no pause will end this message", why=error.message)
        else:
            self._watches = True
            self._mute_until = self._clock.time() + BEEP_SECONDS + limits.silence_seconds

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
            event = await self._next_event()
            if event is None or event["type"] == RECONNECTED:
                self._mute_until = math.inf  # that somebody speaks may have been missed
                if await line.exists(_live(name)):
                    continue
                break
            await line.notice(event)
            if self._is_last(event, name):
                recorded = float(event.get("recording", {}).get("duration", math.inf))
                break
            if event["type"] == STOPPING:
                # What was said so far is the message, and its caller may still hear that it is
                # saved.
                self._stopped = True
                await self._stop(name)
            elif self._is_pause(event):
                self._paused = True
                await self._stop(name)
            elif line.key(event) == "#":
                ended_by = EndedBy.KEY
                if more:
                    await self._stop(name)
        if line.left:
            raise line.why_over()
        return ended_by, recorded

    async def _next_event(self) -> Event | None:
        """The next event, `NOTHING_SAID` where nobody began to speak, None where none came."""
        line = self._line
        if line.left:
            return await line.receive(CLOSING_SECONDS)
        event = await line.receive(min(CHECK_SECONDS, self._mute_until - self._clock.time()))
        late = self._clock.time() - self._mute_until
        if event is not None or late < 0:
            return event
        self._mute_until = math.inf
        # Who stood still, or whose connection broke meanwhile, has missed who began to speak.
        if (late < LATE_SECONDS or late == math.inf) and await self._is_watched():
            # Asked first, events that waited for us came in.
            event = await line.receive(0)
            if event is None:
                return {"type": NOTHING_SAID}
            self._mute_until = -math.inf  # until there are none
        return event

    def _is_pause(self, event: Event) -> bool:
        """Whether the caller has said nothing for as long as may end the message."""
        if event["type"] == NOTHING_SAID:
            return True
        if event["type"] not in (SPEAKS, PAUSES) or event["channel"]["id"] != self._line.id:
            return False
        # Where nothing was said since the beep, it tells of a pause before that.
        is_pause = bool(event["type"] == PAUSES and self._mute_until == math.inf)
        if event["type"] == SPEAKS:
            self._mute_until = math.inf
        return is_pause

    async def _is_watched(self) -> bool:
        """Whether Asterisk can tell who speaks: without the module it takes the request, too."""
        try:
            return await self._line.look(f"/asterisk/modules/{WATCHER}") is not None
        except AriError:
            return False

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

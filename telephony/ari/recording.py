"""Recording a caller over ARI, in as many parts as Asterisk makes of it.

Asterisk ends a recording when it gets no RTP for four seconds (it waits twice two seconds for a
frame), unless ``transmit_silence`` is on: phones that suppress silence do that, and hand-overs of
mobile phones. The caller is still there, so the recording goes on in another part: ``NAME``,
``NAME-2``, ``NAME-3`` … Whoever keeps messages joins them. It does so too where the caller's stream
starts anew, as nothing of that would come into the part that runs (`telephony.ari.incoming`).
"""

from __future__ import annotations

import asyncio
import math
from itertools import count

import structlog

from telephony.ari.client import Event
from telephony.ari.incoming import Incoming
from telephony.ari.line import CHECK_SECONDS, RECONNECTED, STOPPING, Line
from telephony.ari.pauses import NOTHING_SAID, Pauses
from telephony.call import EndedBy, RecordingLimits
from telephony.errors import CallLost

CLOSING_SECONDS = 3.0
"""How long a recording may take to close its file after the caller left (measured: 1 ms)."""
TOLD_SECONDS = 0.5
"""How long what ended a recording may take to come, when it is there no more."""
MUTE_SECONDS = 3.5
"""A recording that is shorter than it took by this much may have ended for want of RTP."""
LOOK_SECONDS = 1.0
"""So often it is looked what comes in. What a new stream says before the next look is lost."""
NOISE_SECONDS = 2.0
"""So often it is asked for noise: Asterisk writes its files in blocks of two seconds."""
LOST_SECONDS = 4.0
"""So much more came in than was recorded that it was lost: the beep is not recorded, Asterisk tells
whole seconds, and the newest look may be late, behind the end of the recording."""
ANEW = "VoicepostStreamStartsAnew"
LOOKED = "VoicepostLooked"

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
        self._pauses = Pauses(line)
        self._incoming = Incoming(line)
        self._anew = False
        """The stream has started anew, and what it says goes into another part."""
        self._broken: set[str] = set()
        """What was recorded without something that came in."""
        self._limits = RecordingLimits(0, 0)
        self._look_at = self._noise_at = self._check_at = math.inf

    async def record(self, name: str, limits: RecordingLimits) -> EndedBy:
        """As `telephony.call.Call.record`."""
        if self._stopped or not self._line.state.may_record:
            raise CallLost("The service is stopping.")
        self._paused = False
        await self._pauses.watch(limits.silence_seconds)
        await self._begin(name, limits, limits.max_seconds)
        return await self._to_its_end(name, 1, limits)

    def is_whole(self, name: str) -> bool:
        """As `telephony.call.Call.is_whole`."""
        return name not in self._broken

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
        await self._look_out(limits)
        while True:
            self._parts[name] = number
            begun = self._clock.time()
            ended_by, recorded = await self._part_ended(name, number)
            missing = self._clock.time() - begun - recorded
            is_over = ended_by is EndedBy.KEY or self._stopped or self._paused
            left = math.floor(end - self._clock.time())
            if is_over or left < 1:
                return ended_by
            if self._anew:
                mute = 0.0
                await self._pauses.watch(limits.silence_seconds)
            elif missing < MUTE_SECONDS:
                return ended_by
            else:
                mute = missing if recorded else mute + missing
                if mute >= limits.silence_seconds:
                    return ended_by
            number += 1
            log.info("recording on", part=number, why="a new stream" if self._anew else "no sound")
            self._anew = False
            await self._begin(part(name, number), limits, left)

    async def _look_out(self, limits: RecordingLimits) -> None:
        """Be ready to see what comes in while it is recorded."""
        self._limits, self._anew = limits, False
        await self._incoming.begin()
        now = self._clock.time()
        self._check_at = now + CHECK_SECONDS
        self._look_at = now + LOOK_SECONDS
        self._noise_at = now + limits.silence_seconds

    async def _part_ended(self, recording: str, number: int) -> tuple[EndedBy, float]:
        """Wait for the end of one part and of the file behind it: why, and its length in seconds.

        A key may have been pressed before a further part began.
        """
        line, name = self._line, part(recording, number)
        ended_by, recorded = EndedBy.LIMIT, math.inf
        came_before = self._incoming.seconds
        while True:
            event = await self._next_event()
            if event is None or event["type"] == RECONNECTED:
                event = await self._asked_after(name, event)
            if event is None:
                break
            await line.notice(event)
            if self._is_last(event, name):
                recorded = float(event.get("recording", {}).get("duration", math.inf))
                break
            if line.key(event) == "#":
                ended_by = EndedBy.KEY
                if number > 1:
                    await self._stop(name)
            elif self._ends(event):
                await self._stop(name)
        if self._anew or self._incoming.seconds - came_before - recorded >= LOST_SECONDS:
            log.warning("not all that came in was recorded", part=number)
            self._broken.add(recording)
        if line.state.is_left:
            raise line.state.why_over()
        return ended_by, recorded

    async def _asked_after(self, name: str, event: Event | None) -> Event | None:
        """Ask for a part of which nothing was heard for long: `LOOKED` where it runs still.

        Else what has ended it, None where nobody tells that any more.
        """
        self._pauses.missed()
        if await self._line.exists(_live(name)):
            return {"type": LOOKED}
        # It may have ended in this very moment, and what ended it is on its way to us.
        return await self._line.receive(0 if event else TOLD_SECONDS)

    def _ends(self, event: Event) -> bool:
        """Whether the part that runs is to be stopped, and why: see what is set."""
        if event["type"] == STOPPING:
            # What was said so far is the message, and its caller may still hear that it is saved.
            self._stopped = True
        elif event["type"] == ANEW:
            self._anew = True
        elif self._pauses.is_one(event):
            self._paused = True
        else:
            return False
        return True

    async def _next_event(self) -> Event | None:
        """The next event: Asterisk's, or one of ours. None where none of Asterisk's came for long.

        Ours are `NOTHING_SAID` where the caller is silent, `ANEW`, and `LOOKED` without news.
        """
        line = self._line
        if line.state.is_left:
            return await line.receive(CLOSING_SECONDS)
        due = min(self._check_at, self._look_at, self._pauses.mute_until)
        event = await line.receive(due - self._clock.time())
        now = self._clock.time()
        if event is not None or now >= self._check_at:
            self._check_at = now + CHECK_SECONDS
            return event
        if now >= self._pauses.mute_until:
            return await self._pauses.nobody_speaks()
        return await self._look()

    async def _look(self) -> Event:
        """See what comes in, and what is recorded of it."""
        limits, now = self._limits, self._clock.time()
        self._look_at = now + LOOK_SECONDS
        if await self._incoming.look() and not self._anew:
            return {"type": ANEW}
        if self._incoming.is_pause(limits.silence_seconds):
            return {"type": NOTHING_SAID}
        if now >= self._noise_at:
            self._noise_at = now + NOISE_SECONDS
            if await limits.only_noise():
                return {"type": NOTHING_SAID}
        return {"type": LOOKED}

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

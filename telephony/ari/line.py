"""A caller's line: the inbox of everything that happens to one call, and requests about it.

Every event of the call, of its playbacks, recordings and legs, arrives in one inbox in Asterisk's
order. Whoever waits reads the inbox until the awaited event comes by; one that overtakes the
response to its request is simply found there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from telephony.ari.client import Ari, Event, Params
from telephony.ari.keys import Presses
from telephony.ari.line_state import LineState
from telephony.errors import AriError, AriUnavailable, CallLost

RECONNECTED = "VoicepostReconnected"
"""Put into every inbox after a dropped connection: events may have been missed, go and look."""
STOPPING = "VoicepostStopping"
"""Put into every inbox when the service must end now: recordings are stopped and kept."""

CHECK_SECONDS = 20.0
"""How long silence is trusted before Asterisk is asked whether the awaited thing still exists."""

_CALL_OVER = {"ChannelHangupRequest", "StasisEnd", "ChannelDestroyed"}
_GONE_MESSAGES = ("channel not found", "not in stasis application", "hung up")

Inbox = asyncio.Queue[Event]
Watch = Callable[[str, Inbox | None], None]
Spawn = Callable[[Coroutine[None, None, None]], object]

WHY_SECONDS = 0.5
"""How long an event may come behind the answer that it explains."""
KEYS_KEPT = 100
"""Events that may wait before further keys are dropped: nobody waits for the hundredth."""

log = structlog.get_logger()


def deliver(inbox: Inbox, event: Event) -> None:
    """Put an event into an inbox. Nobody may read it for long, while phones ring or two people
    talk, and a caller can press fifty keys a second: then keys are dropped, and nothing else."""
    if event["type"] != "ChannelDtmfReceived" or inbox.qsize() < KEYS_KEPT:
        inbox.put_nowait(event)


def channel_of(event: Event) -> str:
    """The channel that an event is about, or ""; where one rings another, the one that is rung."""
    if channel := event.get("channel") or event.get("peer"):
        return str(channel.get("id", ""))
    subject = event.get("playback") or event.get("recording") or {}
    return str(subject.get("target_uri", "")).removeprefix("channel:")


class Line:
    """The channel with this id, from the moment it entered the application.

    ``seconds`` limits the time that the call may spend with us, conversations apart.
    """

    def __init__(
        self,
        ari: Ari,
        channel_id: str,
        *,
        app: str,
        inbox: Inbox,
        watch: Watch,
        spawn: Spawn,
        seconds: float,
    ) -> None:
        self._ari = ari
        self._inbox = inbox
        self._watch = watch
        self._spawn = spawn
        self._clock = asyncio.get_running_loop()
        self._deadline = self._clock.time() + seconds
        self.id = channel_id
        self.app = app
        self._presses = Presses()
        self.state = LineState()

    def watch(self, channel_id: str) -> None:
        """Have the events of another channel (a leg) delivered to this line."""
        self._watch(channel_id, self._inbox)

    def unwatch(self, channel_id: str) -> None:
        self._watch(channel_id, None)

    async def next_event(self, seconds: float, *, limited: bool = True) -> Event | None:
        """The next event, or None when none came within ``seconds``.

        Raises `CallerLeft` when the caller is gone, and when the call has lasted longer than any
        may (``limited=False`` lifts that for two people who talk); `CallLost` when the service
        is stopping.
        """
        event = await self.receive(seconds)
        if limited and self._clock.time() > self._deadline:
            log.warning("the call lasted too long and is ended")
            await self.hang_up()
            self.state.caller_left()
        if event is not None:
            if event["type"] == STOPPING:
                self.state.service_stops()
            await self.notice(event)
        self.state.check()
        return event

    async def receive(self, seconds: float) -> Event | None:
        """The next event whatever it says, or None when none came within ``seconds``."""
        try:
            async with asyncio.timeout(max(seconds, 0)):
                while self._presses.is_told_again(event := await self._inbox.get()):
                    log.debug("a key was told twice", key=event["digit"])
                return event
        except TimeoutError:
            return None

    async def typed_ahead(self, keys: str) -> str:
        """The first of these keys that was pressed already, and waits; or "".

        Keys before it that are none of these are not heard. Raises as `next_event`.
        """
        while keys and not self._inbox.empty():
            event = await self.next_event(0)
            if event and (key := self.key(event)) and key in keys:
                return key
        return ""

    def key(self, event: Event) -> str:
        """The key that the caller pressed, if that is what the event says, or ""."""
        if event["type"] != "ChannelDtmfReceived" or event["channel"]["id"] != self.id:
            return ""
        return str(event["digit"])

    async def notice(self, event: Event) -> None:
        """Take note of an event that ends the call, if it is one."""
        if self.is_over(event) and not self.state.is_left:
            moved_on = event["type"] == "StasisEnd" and not await self._hangs_up()
            self.state.caller_left(moved_on=moved_on)

    async def _hangs_up(self) -> bool:
        """Whether there is a hang-up behind the end of the application; usually it comes first."""
        end = self._clock.time() + WHY_SECONDS
        while event := await self.receive(end - self._clock.time()):
            if self.is_over(event):
                return True
        return False

    def is_over(self, event: Event) -> bool:
        """Whether the event says that the caller is gone."""
        return event["type"] in _CALL_OVER and event["channel"]["id"] == self.id

    async def command(
        self, method: str, path: str, params: Params | None = None, *, first: str = ""
    ) -> Any:
        """Make a request on behalf of the caller, who may be gone by now; as `Ari.request`.

        Raises `CallerLeft` if so, `CallLost` if Asterisk cannot be reached, `AriError` otherwise.
        """
        self.state.check()
        await self._end_music()
        try:
            return await self._ari.request(method, path, params, first=first)
        except AriUnavailable as error:
            raise CallLost(str(error)) from error
        except AriError as error:
            if any(words in error.message.lower() for words in _GONE_MESSAGES):
                await self._learn_why()
                raise self.state.why_over() from error
            raise

    async def _learn_why(self) -> None:
        """Wait for the event that tells why the caller is gone; without one it was a hang-up.

        A service that stood still may ask for something before it hears of that.
        """
        end = self._clock.time() + WHY_SECONDS
        while not self.state.is_left and (event := await self.receive(end - self._clock.time())):
            await self.notice(event)
        self.state.caller_left()

    async def forgive(self, method: str, path: str, params: Params | None = None) -> None:
        """Make a request whose failure changes nothing: what it ends may have ended already."""
        try:
            await self._ari.request(method, path, params)
        except AriError as error:
            log.debug("request refused", method=method, path=path, why=error.message)

    def end(self, playback: str) -> None:
        """Have a playback ended (its path) while the flow goes on.

        What is played next need not wait for that: Asterisk begins it when this has ended.
        """
        self._spawn(self.forgive("DELETE", playback))

    async def attempt(self, method: str, path: str, params: Params | None = None) -> bool:
        """Make a request that also concerns others; False when Asterisk refuses it.

        A leg that is gone says nothing about the caller, and its last event is on its way.
        Raises as `command` for everything else.
        """
        self.state.check()
        try:
            await self._ari.request(method, path, params)
        except AriUnavailable as error:
            raise CallLost(str(error)) from error
        except AriError as error:
            if error.status >= 500:
                raise
            log.debug("request refused", method=method, path=path, why=error.message)
            return False
        return True

    async def look(self, path: str) -> Event | None:
        """What Asterisk knows of a playback, recording or channel; None where it is gone.

        Raises `AriError`.
        """
        try:
            found: Event = await self._ari.request("GET", path)
        except AriError as error:
            if error.status == 404:
                return None
            raise
        return found

    async def exists(self, path: str) -> bool:
        """Whether Asterisk still knows a playback, recording or channel (True when unsure)."""
        try:
            return await self.look(path) is not None
        except AriError:
            return True

    async def hang_up(self) -> None:
        """End the caller's channel, if it is still there.

        One that has left the application for the dialplan is not ours to end: what came in
        meanwhile is looked through first.
        """
        while not self.state.is_left and not self._inbox.empty():
            if self.is_over(self._inbox.get_nowait()):
                self.state.caller_left()
        if not self.state.is_left:
            await self.forgive("DELETE", f"/channels/{self.id}")

    async def leave_to_dialplan(self) -> None:
        """Give the caller back to Asterisk's dialplan, whose next lines take a message."""
        if not self.state.is_left:
            await self._end_music()
            await self.forgive("POST", f"/channels/{self.id}/continue")

    async def _end_music(self) -> None:
        """Not before there is something else to hear: a hundred callers are taken up in turn."""
        if self.state.take_music():
            await self.forgive("DELETE", f"/channels/{self.id}/moh")

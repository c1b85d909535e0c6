"""The router: StasisStart becomes a task, every other event goes into its call's inbox.

A dropped connection ends no call: Asterisk keeps the callers, and after reconnecting what is known
is compared with what is there (`telephony.ari.found_calls`).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial

import structlog

from telephony import log_events
from telephony.ari import channels
from telephony.ari.call import AriCall
from telephony.ari.channels import LEG
from telephony.ari.client import Ari, Event
from telephony.ari.found_calls import Begin, FoundCalls
from telephony.ari.lease import Lease, LeasedAri
from telephony.ari.line import STOPPING, Inbox, Line, channel_of, deliver
from telephony.errors import AriError, CallEnded, CallLost, LeaseLost
from telephony.metrics import counted, note_beat, note_connection

FIRST_RETRY_SECONDS = 0.1
LAST_RETRY_SECONDS = 2.0
"""A restarted Asterisk should find us within two seconds, and logs should stay readable."""
SWEEP_SECONDS = 5.0
FILING_SECONDS = 5.0
"""What a stopped recording gets for being filed, whatever the setting says."""

Take = Callable[[AriCall, Sequence[str]], Awaitable[None]]
"""A call flow, given the arguments with which the dialplan called ``Stasis(app,…)``."""

log = structlog.get_logger()


class Router:
    """Serves every call of one ARI application with ``take``, one task per call.

    ``owner`` names this installation; of several on one Asterisk one serves, the others stand by.
    """

    def __init__(self, ari: Ari, app: str, take: Take, *, owner: str, call_seconds: float) -> None:
        self._lease = Lease(ari, owner)
        self._ari = LeasedAri(ari, self._lease)
        self._app = app
        self._take = take
        self._call_seconds = call_seconds
        self._inboxes: dict[str, Inbox] = {}
        self._calls: dict[str, asyncio.Task[None]] = {}
        self._lines: dict[str, Line] = {}
        self._draining = False
        self.connected = asyncio.Event()
        """Set while events come in, that is, while calls can be served."""
        self.connections = 0
        """How often that began."""

    @property
    def live_calls(self) -> frozenset[str]:
        """Channel ids of the callers that are being served right now."""
        return frozenset(self._calls)

    async def run(self) -> None:
        """Serve calls until cancelled; reconnects for as long as it takes.

        Raises `LeaseLost` when another service took over: two controllers of one call would play
        and record over each other.
        """
        retry = FIRST_RETRY_SECONDS
        async with asyncio.TaskGroup() as group:
            begin = partial(self._begin, group)
            found = FoundCalls(self._ari, self._app, self._inboxes, begin)
            group.create_task(self._lease.keep(), name="lease")
            group.create_task(self._sweep(found), name="sweep")
            while True:
                try:
                    await self._lease.take()
                    async for event in self._ari.events():
                        if not event:
                            await found.compare(self._calls)
                            self.connections += 1
                            self.connected.set()
                            note_connection(is_up=True)
                            retry = FIRST_RETRY_SECONDS
                        else:
                            self._route(event, begin)
                except AriError as error:
                    log.warning("no events from Asterisk", why=error, retry_seconds=retry)
                self.connected.clear()
                note_connection(is_up=False)
                await asyncio.sleep(retry * random.uniform(0.8, 1.2))
                retry = min(retry * 2, LAST_RETRY_SECONDS)

    async def drain(self, seconds: float) -> None:
        """Let the calls in progress end; new ones, and new recordings, go to the fallback.

        After ``seconds`` recordings are stopped and kept, and callers still in a menu are moved
        to the fallback as well.
        """
        self._draining = True
        for line in self._lines.values():
            line.state.service_drains()
        tasks = list(self._calls.values())
        if tasks:
            log.info("waiting for calls to end", calls=len(tasks), seconds=seconds)
            _, tasks_left = await asyncio.wait(tasks, timeout=seconds)
            for inbox in set(self._inboxes.values()):
                inbox.put_nowait({"type": STOPPING})
            if tasks_left:
                await asyncio.wait(tasks_left, timeout=max(seconds, FILING_SECONDS))
        await self._release()

    async def _release(self) -> None:
        """Give everybody who is still here to the dialplan, except people who talk."""
        try:
            talking = await channels.talks(self._ari)
            for channel_id in await channels.present(self._ari, self._app):
                if channel_id not in talking:
                    await self._ari.request("POST", f"/channels/{channel_id}/continue")
        except AriError as error:
            log.warning("callers are left in the application", why=error.message)

    # -- events --------------------------------------------------------------------------------

    def _route(self, event: Event, begin: Begin) -> None:
        if event["type"] == "ApplicationReplaced":
            self._lease.lose()
            raise LeaseLost(
                f"Another program now serves the ARI application “{self._app}” on this Asterisk."
            )
        channel_id = channel_of(event)
        if inbox := self._inboxes.get(channel_id):
            deliver(inbox, event)
        elif event["type"] == "StasisStart":
            begin(event["channel"], event["args"], talk=None, seen_before=False)

    def _begin(
        self,
        group: asyncio.TaskGroup,
        channel: Event,
        args: list[str],
        *,
        talk: Event | None,
        seen_before: bool,
    ) -> None:
        """Start the task of a call; one that is in a conversation (a bridge) goes on with it."""
        inbox = Inbox()
        line = Line(
            self._ari,
            str(channel["id"]),
            app=self._app,
            inbox=inbox,
            watch=self._watch,
            spawn=group.create_task,
            seconds=self._call_seconds,
        )
        if seen_before and args[:1] == ["call"] and talk is None:
            line.state.found_alone()
        self._watch(line.id, inbox)
        dialled = args[1] if args[:1] == ["call"] and len(args) > 1 else ""
        call = AriCall(line, channel, dialled, seen_before=seen_before)
        if talk is None:
            flow = self._flow(call, args)
        else:
            legs = [other for other in talk["channels"] if other != call.id]
            for leg in legs:
                line.watch(leg)
            flow = call.rejoin_talk(f"/bridges/{talk['id']}", legs)
        task = group.create_task(self._serve(call, args, flow), name=f"call {line.id}")
        self._calls[line.id] = task
        self._lines[line.id] = line

    async def _flow(self, call: AriCall, args: Sequence[str]) -> None:
        if self._draining:
            raise CallLost("The service is stopping.")
        if list(args[:1]) != [LEG]:  # a leg that nobody waits for is only hung up
            await call.read_name()
            await self._take(call, args)

    async def _serve(
        self, call: AriCall, args: Sequence[str], flow: Coroutine[None, None, None]
    ) -> None:
        """One call from its first event to its end; nothing it does can touch another call."""
        structlog.contextvars.bind_contextvars(call=call.id)
        log.info(log_events.CALL, args=list(args), caller=call.caller.number)
        try:
            with counted("ari"):
                await flow
        except CallLost as error:
            log.warning(log_events.LOST, why=error)
            if not call.line.state.talks_on:
                await call.line.leave_to_dialplan()
        except CallEnded:
            log.info(log_events.HUNG_UP)
        except Exception:
            # Whatever broke, the caller can still leave a message with the fallback.
            log.exception(log_events.FAILED)
            await call.line.leave_to_dialplan()
        else:
            await call.hang_up()
            log.info(log_events.OVER)
        finally:
            self._watch(call.id, None)
            del self._calls[call.id], self._lines[call.id]

    def _watch(self, channel_id: str, inbox: Inbox | None) -> None:
        if inbox is None:
            self._inboxes.pop(channel_id, None)
        else:
            self._inboxes[channel_id] = inbox

    async def _sweep(self, found: FoundCalls) -> None:
        """Take up callers whom nobody serves, now and then."""
        while True:
            note_beat()
            await asyncio.sleep(SWEEP_SECONDS)
            if self._draining or not self.connected.is_set():
                continue
            try:
                await found.take_up_strangers()
            except AriError as error:
                log.warning("cannot look for forgotten callers", why=error.message)
            except Exception:
                # Nothing that one channel is like may end the calls of all others.
                log.exception("looking for forgotten callers failed")

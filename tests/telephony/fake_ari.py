"""A fake Asterisk: the REST interface and the event websocket over an `Exchange`, and its faults.

Faults are told with attributes: ``fault`` looks at each request and may refuse it or leave it
without an answer; events can be held back, doubled or lost with the connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from telephony.ari.client import AriAccess
from tests.telephony.exchange import APP, Exchange, Json, Refused


@dataclass(frozen=True)
class Request:
    """One request, as it came in; ``path`` without ``/ari``."""

    method: str
    path: str
    params: Json = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class NoAnswer:
    """The request is taken, and never answered."""


@dataclass(frozen=True)
class AnswerLost:
    """The request is done, but its answer never comes."""


Fault = Callable[[Request], Refused | NoAnswer | AnswerLost | None]


class FakeAri:
    """Answers on a port of its own while it is used as an asynchronous context manager."""

    def __init__(self, recordings: Path) -> None:
        self.exchange = Exchange(self._emit, recordings)
        self.requests: list[Request] = []
        self.fault: Fault = lambda _: None
        self.answers_first = True
        """Whether a request is answered before its consequences happen, or after."""
        self.double = False
        """Whether every event comes twice."""
        self.application_stays = False
        """Whether the application is known without a connection, as while callers are in it."""
        self.lamps: dict[str, tuple[int, int]] = {}
        """What phones are told: new messages and others, by mailbox."""
        self.has_lamp_context = True
        """Whether the dialplan has what sets lamps."""
        self.pjsip: dict[tuple[str, str], dict[str, str]] = {}
        """What is configured of endpoints and aors, by kind and name."""
        self.variables: dict[str, str] = {}
        """Asterisk's global variables."""
        self.listening = True
        """Whether new event connections are accepted."""
        self._held: list[Json] | None = None
        self._answers = asyncio.Event()
        self._answers.set()
        self._socket: web.WebSocketResponse | None = None
        self._outgoing: asyncio.Queue[Json] = asyncio.Queue()
        self._closing = asyncio.Event()

    @property
    def connected(self) -> bool:
        return self._socket is not None

    async def __aenter__(self) -> FakeAri:
        application = web.Application()
        application.router.add_get("/ari/events", self._events)
        application.router.add_route("*", "/ari/{path:.*}", self._request)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        _, port = self._runner.addresses[0][:2]
        self.access = AriAccess(f"http://127.0.0.1:{port}", "voicepost", "secret", APP)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        self._answers.set()
        self.drop_connection()
        await self._runner.cleanup()

    # -- faults --------------------------------------------------------------------------------

    def drop_connection(self) -> None:
        """The event connection breaks; events from now on are lost until there is a new one."""
        socket, self._socket = self._socket, None
        if socket is not None and (transport := socket._req and socket._req.transport):
            transport.abort()

    def hold_events(self) -> None:
        """Keep events back from now on."""
        self._held = []

    def release_events(self, order: Callable[[Sequence[Json]], Sequence[Json]] = tuple) -> None:
        """Send what was held back, in this order."""
        held, self._held = self._held or [], None
        for event in order(held):
            self._emit(event)

    @asynccontextmanager
    async def answers_held(self) -> AsyncIterator[None]:
        """Do what is asked, but answer only afterwards."""
        self._answers.clear()
        yield
        self._answers.set()

    def send(self, event: Json) -> None:
        """Send an event that nothing here caused."""
        self._emit(event)

    def asked(self, method: str, *, path: str = "") -> list[Request]:
        """The requests with this method and this text in their path."""
        return [r for r in self.requests if r.method == method and path in r.path]

    # -- HTTP ----------------------------------------------------------------------------------

    def _emit(self, event: Json) -> None:
        if self._held is not None:
            self._held.append(event)
        elif self._socket is not None:
            for _ in range(2 if self.double else 1):
                self._outgoing.put_nowait(event)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if not self.listening:
            return web.json_response({"message": "not now"}, status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.exchange.run_out()
        outgoing: asyncio.Queue[Json] = asyncio.Queue()
        self._outgoing = outgoing
        self._socket = socket
        pump = asyncio.create_task(_pump(outgoing, socket))
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            if self._socket is socket:
                self._socket = None
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)
        return socket

    async def _request(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else dict(request.query)
        if request.path == "/ari/asterisk/variable":
            return self._variable(request.method, body)
        asked = Request(request.method, f"/{request.match_info['path']}", body)
        self.requests.append(asked)
        fault = self.fault(asked)
        if isinstance(fault, NoAnswer):
            return await self._never()
        if isinstance(fault, Refused):
            return web.json_response({"message": fault.message}, status=fault.status)
        try:
            answer = self._answer_to(asked)
        except Refused as refused:
            return web.json_response({"message": refused.message}, status=refused.status)
        response = web.Response(status=204) if answer is None else web.json_response(answer)
        if fault is not None or not self.answers_first:
            self._go_on()
        if fault is not None:
            return await self._never()
        if not asked.path.endswith("/variable"):  # which causes no event
            await self._answers.wait()
        await response.prepare(request)
        await response.write_eof()
        self._go_on()
        return response

    def _variable(self, method: str, body: Json) -> web.StreamResponse:
        """Global variables: of the lease, which has its own time and meets with no fault."""
        if method == "POST":
            self.variables[body["variable"]] = body["value"]
            return web.Response(status=204)
        value = self.variables.get(body["variable"])
        if value is None:
            return web.json_response({"message": "Variable not found"}, status=404)
        return web.json_response({"value": value})

    async def _never(self) -> web.StreamResponse:
        await self._closing.wait()
        return web.Response(status=503)

    def _go_on(self) -> None:
        while self.exchange.consequences:
            self.exchange.consequences.popleft()()

    def _answer_to(self, asked: Request) -> Any:  # noqa: C901
        exchange, params = self.exchange, asked.params
        match [asked.method, *asked.path.strip("/").split("/")]:
            case ["GET", "applications", _] if self.connected or self.application_stays:
                return exchange.application()
            case ["GET", "asterisk", "modules", name] if name in exchange.modules:
                return {"name": name}
            case ["GET", "channels"]:
                return [channel.json() for channel in exchange.channels.values()]
            case ["GET", "channels", channel]:
                return exchange.channel(channel)
            case ["GET", "channels", channel, "variable"]:
                return exchange.variable(channel, params["variable"])
            case ["GET", "channels", channel, "rtp_statistics"]:
                return exchange.rtp_statistics(channel)
            case ["POST", "channels", _] if params["endpoint"] == "Local/set@voicepost-lamp":
                told = params["variables"]
                counts = int(told["VOICEPOST_NEW"]), int(told["VOICEPOST_OLD"])
                if self.has_lamp_context:
                    self.lamps[told["VOICEPOST_MAILBOX"]] = counts
                return {}
            case ["GET", "deviceStates", device]:
                lamp = self.lamps.get(device.removeprefix("MWI:"))
                state = "INVALID" if lamp is None else "INUSE" if lamp[0] else "NOT_INUSE"
                return {"name": device, "state": state}
            case ["GET", "asterisk", "config", "dynamic", "res_pjsip", kind, name]:
                if (kind, name) not in self.pjsip:
                    raise Refused(404, "Not found")
                told = self.pjsip[kind, name].items()
                return [{"attribute": key, "value": value} for key, value in told]
            case ["GET", "endpoints", "PJSIP"]:
                names = [name for kind, name in self.pjsip if kind == "endpoint"]
                return [{"technology": "PJSIP", "resource": name} for name in names]
            case ["GET", "asterisk", "modules"]:
                return [{"name": name, "status": "Running"} for name in exchange.modules]
            case ["POST", "channels", channel]:
                return exchange.originate(channel, params)
            case ["DELETE", "channels", channel]:
                return exchange.end(channel, params.get("reason", ""))
            case ["POST", "channels", channel, "answer"]:
                return exchange.answer(channel)
            case ["POST", "channels", channel, "continue"]:
                return exchange.give_back(channel)
            case ["POST", "channels", channel, "ring" | "moh" as tone]:
                return exchange.hearing(channel, tone)
            case ["DELETE", "channels", channel, "ring" | "moh"]:
                return exchange.hearing(channel, "")
            case ["POST", "channels", channel, "play", playback]:
                return exchange.play(channel, playback, params)
            case ["POST", "channels", channel, "record"]:
                return exchange.record(channel, params)
            case ["GET", "recordings", "stored", name]:
                return exchange.stored(name)
            case ["POST", "channels", channel, "variable"]:
                return exchange.watch_for_pauses(channel, params)
            case ["GET", "playbacks", playback]:
                return exchange.playback(playback)
            case ["DELETE", "playbacks", playback]:
                return exchange.stop_playback(playback)
            case ["GET", "recordings", "live", name]:
                return exchange.recording(name)
            case ["POST", "recordings", "live", name, "stop"]:
                return exchange.stop_recording(name)
            case ["GET", "bridges"]:
                return exchange.all_bridges()
            case ["POST", "bridges", bridge]:
                return exchange.bridge(bridge)
            case ["POST", "bridges", bridge, "addChannel"]:
                return exchange.join(bridge, params["channel"])
            case ["DELETE", "bridges", bridge]:
                return exchange.unbridge(bridge)
        raise Refused(404, "Not found")


async def _pump(outgoing: asyncio.Queue[Json], socket: web.WebSocketResponse) -> None:
    """Send events in the order in which they happened."""
    while True:
        event = await outgoing.get()
        try:
            await socket.send_json(event)
        except ConnectionError:
            return

"""A thin ARI client: requests over kept connections, and one websocket of events, by aiohttp.

Reconnecting is the router's business: only it knows what to do about events that were missed.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import aiohttp

from telephony.ari.connections import Connections
from telephony.errors import AriError, AriUnavailable

Event = Mapping[str, Any]
"""An event as Asterisk sends it; ``type`` is always there."""
Params = Mapping[str, str | int | float | bool | list[str] | dict[str, str]]

REQUEST_SECONDS = 8.0
"""Some requests get no answer at all (a NUL in a value, a channel that just died)."""
HEARTBEAT_SECONDS = 4.0
"""So often a ping is sent; without a pong for half of it the websocket is half-open. Events are
missed meanwhile, and callers wait."""


def new_id() -> str:
    """An id of ours for a channel, playback or bridge: known before Asterisk's first event."""
    return str(uuid.uuid4())


@dataclass(frozen=True)
class AriAccess:
    """Where Asterisk's HTTP server is (``http://127.0.0.1:8088``) and how to log in."""

    url: str
    user: str
    password: str
    app: str


class Ari(Protocol):
    """What a call needs of ARI; the seam at which a transport can be swapped."""

    async def request(
        self, method: str, path: str, params: Params | None = None, *, first: str = ""
    ) -> Any:
        """Make one request; returns the decoded answer (None for an empty one).

        ``first`` is the path of a POST that Asterisk does just before: nothing waits in between.
        Raises `AriError` with Asterisk's own message, `AriUnavailable` without an answer.
        """

    def events(self) -> AsyncIterator[Event]:
        """Events from one connection, from its opening (the first item is ``{}``) to its end.

        Raises `AriUnavailable` when it cannot be opened or breaks.
        """


class HttpAri:
    """ARI over HTTP and one event websocket."""

    def __init__(self, access: AriAccess) -> None:
        self.access = access
        self._login = aiohttp.encode_basic_auth(access.user, access.password, encoding="utf-8")
        self._connections = self._none_yet()

    @classmethod
    @asynccontextmanager
    async def connect(cls, access: AriAccess) -> AsyncIterator[HttpAri]:
        """A client with connections of its own; nothing is sent yet."""
        ari = cls(access)
        try:
            yield ari
        finally:
            ari._connections.retire()

    def _none_yet(self) -> Connections:
        return Connections(f"{self.access.url}/ari", self._login)

    def _renew(self, connections: Connections) -> None:
        """Make later requests over new connections, if they would still use these.

        Where one connection went dead without a word (a firewall forgot it, a host is gone), the
        others did as well: one after the other would take its time to be found out.
        """
        if connections is self._connections:
            self._connections = self._none_yet()
            connections.retire()

    async def request(
        self, method: str, path: str, params: Params | None = None, *, first: str = ""
    ) -> Any:
        connections = self._connections
        requests = [connections.request("POST", first)] if first else []
        requests.append(
            connections.request(method, path, json.dumps(dict(params)) if params else "")
        )
        try:
            answers = await connections.ask(requests, REQUEST_SECONDS)
        except OSError as error:
            if isinstance(error, TimeoutError):
                self._renew(connections)
            raise AriUnavailable(
                f"Asterisk does not answer at {self.access.url}: {_why(error)}."
            ) from None
        for answer in answers:
            if answer.status >= 400:
                raise AriError(answer.status, _message(answer.body) or "refused")
        return json.loads(answers[-1].body) if answers[-1].body else None

    async def events(self) -> AsyncIterator[Event]:
        url = f"{self.access.url}/ari/events?app={quote(self.access.app)}&subscribeAll=false"
        connections = self._connections
        try:
            async with (
                aiohttp.ClientSession(headers={"Authorization": self._login}) as session,
                session.ws_connect(url, heartbeat=HEARTBEAT_SECONDS, max_msg_size=0) as socket,
            ):
                yield {}
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        yield json.loads(message.data)
                self._renew(connections)
        except aiohttp.WSServerHandshakeError as error:
            if error.status in (401, 403):
                raise AriUnavailable(
                    f"Asterisk at {self.access.url} refuses the ARI user or password."
                ) from None
            raise AriUnavailable(f"Asterisk's ARI answers {error.status}.") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise AriUnavailable(
                f"Asterisk does not answer at {self.access.url}: {_why(error)}."
            ) from None
        raise AriUnavailable("Asterisk closed the event connection.")


def _message(body: bytes) -> str:
    """Asterisk's own words in an error answer: ``{"message": "Channel not found"}``."""
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    return str(answer.get("message") or answer.get("error") or "") if answer else ""


def _why(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {REQUEST_SECONDS:g} s"
    return str(error) or type(error).__name__

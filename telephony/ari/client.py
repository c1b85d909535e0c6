"""A thin ARI client over aiohttp: requests, and one websocket of events.

Reconnecting is the router's business: only it knows what to do about events that were missed.
Asterisk's HTTP server allows 100 sessions and drops idle ones after 15 s; the pool stays well
inside both.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import aiohttp

from telephony.errors import AriError, AriUnavailable

Event = Mapping[str, Any]
"""An event as Asterisk sends it; ``type`` is always there."""
Params = Mapping[str, str | int | float | bool | list[str]]

REQUEST_SECONDS = 8.0
"""Some requests get no answer at all (a NUL in a value, a channel that just died)."""
HEARTBEAT_SECONDS = 4.0
"""So often a ping is sent; without a pong for half of it the websocket is half-open. Events are
missed meanwhile, and callers wait."""
POOL_LIMIT = 20
KEEPALIVE_SECONDS = 10.0


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

    async def request(self, method: str, path: str, params: Params | None = None) -> Any:
        """Make one request; returns the decoded answer (None for an empty one).

        Raises `AriError` with Asterisk's own message, `AriUnavailable` without an answer.
        """

    def events(self) -> AsyncIterator[Event]:
        """Events from one connection, from its opening (the first item is ``{}``) to its end.

        Raises `AriUnavailable` when it cannot be opened or breaks.
        """


class HttpAri:
    """ARI over HTTP keep-alive and one event websocket."""

    def __init__(self, access: AriAccess) -> None:
        self.access = access
        self._session = self._open()
        self._retiring: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def connect(cls, access: AriAccess) -> AsyncIterator[HttpAri]:
        """A client with a connection pool of its own; nothing is sent yet."""
        ari = cls(access)
        try:
            yield ari
        finally:
            for task in ari._retiring:
                task.cancel()
            await asyncio.gather(*ari._retiring, return_exceptions=True)
            await ari._session.close()

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=POOL_LIMIT, keepalive_timeout=KEEPALIVE_SECONDS)
        login = aiohttp.encode_basic_auth(self.access.user, self.access.password, encoding="utf-8")
        return aiohttp.ClientSession(connector=connector, headers={"Authorization": login})

    def _renew(self, session: aiohttp.ClientSession) -> None:
        """Make later requests over new connections, if they would still use this ``session``.

        Where one connection went dead without a word (a firewall forgot it, a host is gone), the
        others of the pool did as well: one after the other would take its time to be found out.
        """
        if session is self._session:
            self._session = self._open()
            task = asyncio.create_task(_retire(session))
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)

    async def request(self, method: str, path: str, params: Params | None = None) -> Any:
        url = f"{self.access.url}/ari{path}"
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        session = self._session
        try:
            async with session.request(
                method, url, json=dict(params) if params else None, timeout=timeout
            ) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if isinstance(error, TimeoutError):
                self._renew(session)
            raise AriUnavailable(
                f"Asterisk does not answer at {self.access.url}: {_why(error)}."
            ) from None
        if answer.status >= 400:
            raise AriError(answer.status, _message(body) or answer.reason or "refused")
        return json.loads(body) if body else None

    async def events(self) -> AsyncIterator[Event]:
        url = f"{self.access.url}/ari/events?app={quote(self.access.app)}&subscribeAll=false"
        session = self._session
        try:
            async with session.ws_connect(
                url, heartbeat=HEARTBEAT_SECONDS, max_msg_size=0
            ) as socket:
                yield {}
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        yield json.loads(message.data)
                self._renew(session)
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


async def _retire(session: aiohttp.ClientSession) -> None:
    """Close a session once what is under way in it was answered, or will not be."""
    try:
        await asyncio.sleep(REQUEST_SECONDS)
    finally:
        await session.close()


def _message(body: bytes) -> str:
    """Asterisk's own words in an error answer: ``{"message": "Channel not found"}``."""
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    return str(answer.get("message") or answer.get("error") or "") if answer else ""


def _why(error: BaseException) -> str:
    if isinstance(error, asyncio.TimeoutError):
        return f"no answer within {REQUEST_SECONDS:g} s"
    return str(error) or type(error).__name__

"""HTTP/1.1 connections to Asterisk that are kept, and as little as can be around a request.

Between a caller's key and the next prompt lies a request: by aiohttp it takes 0.7 ms of the
processor, here a tenth of that. What comes in is parsed by llhttp (httptools).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote, urlsplit

from httptools import HttpParserError, HttpResponseParser

LIMIT = 20
"""Connections at most; Asterisk's HTTP server allows 100, to all of its clients."""
KEPT_SECONDS = 10.0
"""How long a connection may wait for its next request: Asterisk closes it after 15 s."""
SAFE = "/?&=%:,;@+$!*'()"
"""What stays as it is in the path of a request; everything else could be no path at all."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


class Connections:
    """Connections to the server at ``url``, with ``login`` as each request's ``Authorization``."""

    def __init__(self, url: str, login: str) -> None:
        there = urlsplit(url)
        self._tls = there.scheme == "https"
        self._host = there.hostname or ""
        self._port = there.port or (443 if self._tls else 80)
        self._path = there.path
        self._head = f"Host: {there.netloc.rpartition('@')[2]}\r\nAuthorization: {login}\r\n"
        self._idle: deque[_Connection] = deque()
        self._places = asyncio.Semaphore(LIMIT)
        self._retired = False

    def request(self, method: str, path: str, json: str = "") -> bytes:
        """A request as it is sent."""
        body = json.encode()
        kind = "Content-Type: application/json\r\n" if body else ""
        return (
            f"{method} {quote(self._path + path, SAFE)} HTTP/1.1\r\n{self._head}{kind}"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    async def ask(self, requests: Sequence[bytes], seconds: float) -> Sequence[Answer]:
        """Send all requests at once, and wait for the answers: they are done one after the other.

        Raises OSError where there is no connection, or no answer in ``seconds`` (TimeoutError).
        """
        async with asyncio.timeout(seconds), self._places:
            connection = self._waiting() or await self._open()
            try:
                answers = await connection.ask(requests)
            except BaseException:  # an answer that nobody waits for is on its way
                connection.close()
                raise
            self._keep(connection)
        return answers

    def retire(self) -> None:
        """Keep no connection any more: each is closed when what is under way was answered."""
        self._retired = True
        while self._idle:
            self._idle.pop().close()

    def _waiting(self) -> _Connection | None:
        while self._idle and self._idle[0].used < time.monotonic() - KEPT_SECONDS:
            self._idle.popleft().close()
        while self._idle:
            if (connection := self._idle.pop()).is_open:
                return connection
        return None

    def _keep(self, connection: _Connection) -> None:
        if self._retired or not connection.is_open:
            connection.close()
        else:
            connection.used = time.monotonic()
            self._idle.append(connection)

    async def _open(self) -> _Connection:
        _, connection = await asyncio.get_running_loop().create_connection(
            _Connection, self._host, self._port, ssl=self._tls or None
        )
        return connection


class _Connection(asyncio.Protocol):
    """One connection; the methods that begin with ``on_`` are called by the parser."""

    def __init__(self) -> None:
        self.is_open = True
        self.used = 0.0
        self._parser = HttpResponseParser(self)
        self._body: list[bytes] = []
        self._answers: list[Answer] = []
        self._expected = 0
        self._done: asyncio.Future[list[Answer]] | None = None

    async def ask(self, requests: Sequence[bytes]) -> list[Answer]:
        """Raises ConnectionError when the server closes the connection instead."""
        self._answers, self._expected = [], len(requests)
        self._done = asyncio.get_running_loop().create_future()
        self._transport.write(b"".join(requests))
        return await self._done

    def close(self) -> None:
        self.is_open = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self._fail(f"its answer is no HTTP ({error})")

    def connection_lost(self, _: Exception | None) -> None:
        self._fail("it closed the connection")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self._answers.append(Answer(self._parser.get_status_code(), b"".join(self._body)))
        self._body.clear()
        self.is_open = self.is_open and self._parser.should_keep_alive()
        if len(self._answers) == self._expected and self._done and not self._done.done():
            self._done.set_result(self._answers)

    def _fail(self, why: str) -> None:
        self.close()
        if self._done and not self._done.done():
            self._done.set_exception(ConnectionError(why))

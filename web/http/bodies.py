"""What a request may send: how much, how slowly, and that what nobody reads is not waited for."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY: Final = 20 * 1024 * 1024
"""Bytes of a request with a file: sounds are the largest."""
LARGEST_TEXT: Final = 1024 * 1024
"""Bytes of any other request: they are looked at one by one."""
LARGEST_OPEN: Final = 16 * 1024
"""Bytes that somebody may send who has not logged in: a login and a password."""

IDLE_SECONDS = 30.0
"""How long nothing may come of a body that has begun."""
TEXT_SECONDS = 60.0
"""How long a body may take as a whole."""
FILE_SECONDS = 1800.0
"""How long one with a file may: 20 MB come by less than 100 kbit/s."""
LINGER_SECONDS = 5.0
"""How long the rest of a body is thrown away, for the other side to read why."""


class TooLarge(HTTPException):
    """A body of more than ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(413)
        self.limit = limit


def has_file(headers: Headers) -> bool:
    """Whether a request is a form that files can be in."""
    return headers.get("content-type", "").lower().startswith("multipart/")


def has_body(headers: Headers) -> bool:
    """Whether anything comes after the headers."""
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def claims_more(headers: Headers, limit: int) -> bool:
    """Whether a request says itself that its body has more than so many bytes."""
    length = headers.get("content-length", "")
    return length.isdecimal() and int(length[:20]) > limit


def counted(receive: Receive, headers: Headers, limit: int) -> Receive:
    """What receives the same body, and raises TooLarge for one with more bytes."""
    received = 0

    async def count() -> Message:
        nonlocal received
        if claims_more(headers, limit):
            raise TooLarge(limit)
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise TooLarge(limit)
        return message

    return count


class Bodies:
    """Limits each request's body, also one that does not say how large it is.

    Whoever reads a body that is too large, or comes too slowly, gets an HTTPException, which is
    answered like any other. After an answer to a body that was not read the connection ends.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or not has_body(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        body = _Body(Headers(scope=scope), receive, send)
        await self._app(scope, counted(body.receive, body.headers, body.limit), body.send)


class _Body:
    """The body of one request, and the answer to it."""

    def __init__(self, headers: Headers, receive: Receive, send: Send) -> None:
        self.headers = headers
        self.limit = LARGEST_BODY if has_file(headers) else LARGEST_TEXT
        self._seconds = FILE_SECONDS if has_file(headers) else TEXT_SECONDS
        self._receive, self._send = receive, send
        self._ends_at: float | None = None
        self._is_whole = False

    async def receive(self) -> Message:
        """The next piece. Raises HTTPException 408 where it does not come in time."""
        if self._is_whole:
            return await self._receive()  # which tells when the other side leaves
        now = asyncio.get_running_loop().time()
        if self._ends_at is None:
            self._ends_at = now + self._seconds
        try:
            async with asyncio.timeout_at(min(self._ends_at, now + IDLE_SECONDS)):
                message = await self._receive()
        except TimeoutError as error:
            raise HTTPException(408) from error
        self._is_whole = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Send a piece of the answer; with the last one let go of what was not read."""
        if message["type"] == "http.response.start" and not self._is_whole:
            MutableHeaders(scope=message)["Connection"] = "close"
        ends = message["type"] == "http.response.body" and not message.get("more_body", False)
        if not ends or self._is_whole:
            await self._send(message)
            return
        # Closed at once, the connection would be reset, and the answer with it.
        await self._send({**message, "more_body": True})
        if "expect" not in self.headers:  # who expects leave to send has not begun
            with suppress(TimeoutError):
                async with asyncio.timeout(LINGER_SECONDS):
                    while not self._is_whole:
                        self._is_whole = not (await self._receive()).get("more_body", False)
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

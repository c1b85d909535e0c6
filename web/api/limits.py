"""How much may be sent to the API, and that no answer of it stays in a cache."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.api.problems import Problem, answer
from web.headers import NOT_KEPT

MB: Final = 1_000_000
LARGEST_BODY: Final = 1 * MB
LARGEST_UPLOAD: Final = 20 * MB


class BodyLimits:
    """Refuses bodies over a megabyte, forms with a file over twenty."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_form = headers.get("content-type", "").startswith("multipart/form-data")
        limit = LARGEST_UPLOAD if is_form else LARGEST_BODY
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > limit:
            await answer(_too_large(limit))(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _too_large(limit)
            return message

        async def unkept(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Cache-Control", NOT_KEPT)
            await send(message)

        await self._app(scope, counted, unkept)


def _too_large(limit: int) -> Problem:
    return Problem(413, f"the body is larger than {limit // MB} MB")

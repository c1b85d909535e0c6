"""How much may be sent to the API, by whom, and that no answer of it stays in a cache."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from storage.errors import StorageError
from web.api.auth import recognise
from web.api.problems import Problem, answer, problem_of
from web.http.bodies import TooLarge, claims_more, counted, has_body, has_file
from web.http.headers import NOT_KEPT

MB: Final = 1_000_000
LARGEST_BODY: Final = 1 * MB
LARGEST_UPLOAD: Final = 20 * MB


class BodyLimits:
    """Refuses bodies over a megabyte, forms with a file over twenty, and any of strangers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        limit = LARGEST_UPLOAD if has_file(request.headers) else LARGEST_BODY
        if claims_more(request.headers, limit):
            await answer(_too_large(limit))(scope, receive, send)
            return
        count = counted(receive, request.headers, limit)
        is_stranger = has_body(request.headers)

        async def receive_from_known() -> Message:
            nonlocal is_stranger
            if is_stranger:
                await run_in_threadpool(_check_known, request)
                is_stranger = False
            try:
                return await count()
            except TooLarge as error:
                raise _too_large(error.limit) from error

        async def unkept(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Cache-Control", NOT_KEPT)
            await send(message)

        await self._app(scope, receive_from_known, unkept)


def _check_known(request: Request) -> None:
    """Raises Problem unless a user asks. Who reads a body takes no other error."""
    try:
        recognise(request, in_use=False)
    except StorageError as error:
        raise problem_of(error, request.url.path) from error


def _too_large(limit: int) -> Problem:
    return Problem(413, f"the body is larger than {limit // MB} MB")

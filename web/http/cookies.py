"""The cookies that pages give to browsers, under names that only this host can have given.

Over TLS their names begin with `__Host-`. Browsers take such a cookie from this very host alone,
and only over TLS: none that a neighbour below the same domain has planted. Plain HTTP, as on
localhost, knows no such names.
"""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from storage.accounts.sessions import TOKEN_PREFIX

SESSION: Final = "voicepost_session"
NOTICE: Final = "voicepost_notice"
HOST: Final = "__Host-"


def read(request: Request, name: str) -> str | None:
    """The cookie's value; None if there is none."""
    return request.cookies.get(_full(name, is_safe=_is_safe(request)))


def give(
    request: Request, response: Response, name: str, value: str, *, seconds: int | None = None
) -> None:
    """Have the browser keep a value: for so many seconds, or until it is closed."""
    response.headers.append("set-cookie", _written(name, value, seconds, _is_safe(request)))


def drop(request: Request, response: Response, name: str) -> None:
    """Have the browser forget it, under whichever name it knows it."""
    for is_safe in {False, _is_safe(request)}:
        response.headers.append("set-cookie", _written(name, "", 0, is_safe))


def session_token(request: Request) -> str | None:
    """The token of the session that the browser says it has; None if it names none."""
    return read(request, SESSION) or _earlier_token(request)


def _earlier_token(request: Request) -> str | None:
    """The token of a session that began before cookies had their names of today.

    Newer sessions are told by their tokens: from a cookie of the old name none of them is taken.
    """
    token = request.cookies.get(SESSION) if _is_safe(request) else None
    return token if token and not token.startswith(TOKEN_PREFIX) else None


class SessionRenewal:
    """Gives the cookie of a session from before its name of today, at the first page it opens."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        request = Request(scope) if scope["type"] == "http" else None
        token = None
        if request is not None and read(request, SESSION) is None:
            token = _earlier_token(request)
        if request is None or token is None:
            await self._app(scope, receive, send)
            return

        async def send_renewed(message: Message) -> None:
            if message["type"] == "http.response.start" and hasattr(request.state, "user"):
                headers = MutableHeaders(scope=message)
                if not any(SESSION in given for given in headers.getlist("set-cookie")):
                    headers.append("set-cookie", _written(SESSION, token, None, is_safe=True))
                    headers.append("set-cookie", _written(SESSION, "", 0, is_safe=False))
            await send(message)

        await self._app(scope, receive, send_renewed)


def _is_safe(request: Request) -> bool:
    return request.url.scheme == "https"


def _full(name: str, *, is_safe: bool) -> str:
    return f"{HOST}{name}" if is_safe else name


def _written(name: str, value: str, seconds: int | None, is_safe: bool) -> str:
    """The header that sets a cookie; with no seconds left it is forgotten."""
    full = _full(name, is_safe=is_safe)
    cookie = SimpleCookie({full: value})[full]
    cookie["path"], cookie["samesite"] = "/", "lax"
    cookie["httponly"], cookie["secure"] = True, is_safe
    if seconds is not None:
        cookie["max-age"] = seconds
    return cookie.OutputString()

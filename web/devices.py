"""The cookie by which a browser is known in which somebody has logged in before.

It lets nobody in, and outlasts the session: see `storage.accounts.devices`.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from storage.accounts.devices import KEPT

COOKIE: Final = "voicepost_device"


def device_in(request: Request) -> str:
    """What the browser keeps, be it ours or not; "" for nothing."""
    return request.cookies.get(_name(request), "")


def keep_device(request: Request, response: Response, secret: str) -> None:
    """Give the browser what it is known by from now on."""
    response.set_cookie(
        _name(request),
        secret,
        max_age=int(KEPT.total_seconds()),
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def _name(request: Request) -> str:
    """Over TLS one that no other host and no page without TLS can set."""
    return f"__Host-{COOKIE}" if request.url.scheme == "https" else COOKIE

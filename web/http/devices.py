"""The cookie by which a browser is known in which somebody has logged in before.

It lets nobody in, and outlasts the session: see `storage.accounts.devices`.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from storage.accounts.devices import KEPT
from web.http import cookies

COOKIE: Final = "voicepost_device"


def device_in(request: Request) -> str:
    """What the browser keeps, be it ours or not; "" for nothing."""
    return cookies.read(request, COOKIE) or ""


def keep_device(request: Request, response: Response, secret: str) -> None:
    """Give the browser what it is known by from now on."""
    cookies.give(request, response, COOKIE, secret, seconds=int(KEPT.total_seconds()))

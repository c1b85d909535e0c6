"""`/health` and `/metrics`: for who watches over the service. Nobody logs in for them.

Metrics, and what exactly is wrong, are told on this machine only: to a request that came straight
to us, from here, for here. What a proxy passes on is a visitor's.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-proto", "x-real-ip", "via")
EXPOSITION: Final = "text/plain; version=1.0.0; charset=utf-8; escaping=underscores"


@dataclass(frozen=True)
class Health:
    """Whether all is well; ``details`` says of each part whether it is, and what was found."""

    is_well: bool
    details: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True)
class Watch:
    """What there is to see; both are synchronous, and take a few seconds at most."""

    metrics: Callable[[], bytes]
    health: Callable[[], Health]


def routes(watch: Watch) -> Sequence[Route]:
    """The two addresses, over what there is to see."""

    async def metrics(request: Request) -> Response:
        if not is_direct(request):
            return PlainTextResponse("Not Found", 404)
        return Response(await run_in_threadpool(watch.metrics), media_type=EXPOSITION)

    async def health(request: Request) -> Response:
        found = await run_in_threadpool(watch.health)
        told: dict[str, object] = {"status": "ok" if found.is_well else "failing"}
        if is_direct(request):
            told["checks"] = found.details
        return JSONResponse(told, 200 if found.is_well else 503)

    metrics.access = health.access = "anybody"  # type: ignore[attr-defined]
    return (Route("/metrics", metrics), Route("/health", health))


def is_direct(request: Request) -> bool:
    """Whether a request was made on this machine, and passed on by nobody.

    The server has put a visitor's address in the place of a trusted proxy's; but a proxy may
    say nothing of the visitor, or be told a loopback address by it. None says nothing at all,
    and asks for a loopback address itself, the way somebody on this machine does.
    """
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        asked = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return False
    client = request.client.host if request.client else ""
    return _is_loopback(client) and (asked == "localhost" or _is_loopback(asked))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False

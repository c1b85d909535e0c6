"""The names under which the pages are served, and the address that links begin with.

Another name in a request's `Host` is no mistake of typing: it is that of a site which has its
visitors' browsers talk to this server, or which wants to be named in a link that we write.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from storage.machine import is_ours
from storage.text import printable

ANY: Final = "*"
"""The name that stands for all of them."""
STATUS: Final = 421
"""Misdirected Request (RFC 9110): this server does not answer for that name."""
_HOST: Final = re.compile(r"(?P<host>[\w-]+(\.[\w-]+)*\.?|\[[0-9A-Fa-f:.]+\])(:[0-9]{0,5})?")
"""`\\w` is also what names in other alphabets are written with."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Hosts:
    """Which names are served, whatever the port: those of the settings `web.hosts` and `web.url`.

    This machine itself may always ask for its loopback addresses, as whatever watches it does.
    Without ``names`` what ``listens`` and all addresses of this machine are served too; without a
    ``url`` as well any name is.
    """

    names: frozenset[str] = frozenset()
    url: str = ""
    listens: str = ""

    @classmethod
    def of(cls, names: str, url: str, listens: str) -> Hosts:
        """Of the settings; ``names`` are parted by commas."""
        listed = frozenset(_plain(name) for name in names.split(",") if name.strip())
        return cls(listed, url.rstrip("/"), _plain(listens))

    @property
    def is_open(self) -> bool:
        """Whether any name is served."""
        return ANY in self.names or not (self.names or self.url)

    def serve(self, host: str) -> bool:
        """Whether a request with this `Host` is served; "" is one without."""
        name = _plain(_host_in(host))
        if not host:
            return True
        if not name:
            return False  # nor can a link be made of it
        if self.is_open or name in ("localhost", *self.names, self._name_of_url):
            return True
        address = _address(name)
        if address is None:
            return not self.names and name == self.listens
        return address.is_loopback or (not self.names and is_ours(address))

    @property
    def _name_of_url(self) -> str:
        return _plain(host_of(self.url))


class KnownHosts:
    """Refuses requests for a name that is not served, before anything else is done about them."""

    def __init__(
        self,
        app: ASGIApp,
        hosts: Hosts,
        refuse: Callable[[Request, Exception], Awaitable[Response]],
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer that it is somebody else's."""
        if scope["type"] != "http" or self._hosts.serve(Headers(scope=scope).get("host", "")):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        log.info("refused: a host that is not served", host=printable(request.headers["host"]))
        response = await self._refuse(request, HTTPException(STATUS, "no such host is served here"))
        await response(scope, receive, send)


def own_address(request: Request, hosts: Hosts) -> str:
    """What links to pages of ours begin with: `web.url`, or else what the request names."""
    return hosts.url or str(request.base_url).rstrip("/")


def host_of(address: str) -> str:
    """The host in a URL, or in what is written without `https://`; "" where there is none."""
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        return "" if "@" in parts.netloc else _host_in(parts.netloc)
    except ValueError:
        return ""


def _host_in(authority: str) -> str:
    """The host in a `Host`: a name or an address, with a port or without; "" for anything else."""
    found = _HOST.fullmatch(authority)
    return found["host"].strip("[]") if found else ""


def _plain(name: str) -> str:
    """A name as it is compared: in the letters that browsers send."""
    text = name.strip().strip("[]").rstrip(".").lower()
    try:
        return text if text.isascii() else text.encode("idna").decode()
    except UnicodeError:
        return text


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None

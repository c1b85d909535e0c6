"""requests as apprise gets it: it reaches nothing that webhooks may not, and reads no end of it.

Services of chats are told by apprise, which asks by requests, in a thread. What it asks there goes
by the rules of the `Attempt` that the thread makes: names are looked up once, and what is connected
to is the address that was looked at. Redirects are not followed, and no proxy is asked, which
would get everywhere. Without an attempt there are no connections at all.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache, partial
from io import BytesIO
from threading import Lock
from types import ModuleType
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.connection import create_connection

from notifications.outcome import Refused
from notifications.webhooks import check
from storage.settings_sections import WebhookSettings
from storage.words.hosts import may_connect

TIMEOUTS: Final = (5.0, 10.0)
"""Seconds for a connection, and for each piece of an answer."""
LARGEST_ANSWER: Final = 1_000_000
"""Bytes of an answer that are read, after they are unpacked."""
_METHODS: Final = ("get", "options", "head", "post", "put", "patch", "delete")


class Attempt:
    """What one thread asks to tell one chat: by which rules, and what came of it."""

    def __init__(self, settings: WebhookSettings) -> None:
        self.settings = settings
        self.status = 0
        """Of the last answer; 0 where there was none."""
        self.refused = ""
        """Why it may not be asked, where it may not."""
        self.for_good = False
        """Whether it will never be, as long as the settings are those."""
        self.said: list[str] = []
        """What apprise said about it."""
        self.reason = ""
        """Why there was no answer to the last request; "" where there was one."""
        self._lock = Lock()
        self._sockets: list[socket.socket] = []
        self._is_over = False

    @contextmanager
    def here(self) -> Iterator[None]:
        """Have what this thread asks go by its rules."""
        token = _ATTEMPT.set(self)
        try:
            yield
        finally:
            _ATTEMPT.reset(token)
            self.end()
            with self._lock:
                while self._sockets:
                    self._sockets.pop().close()

    def check(self, url: str) -> None:
        """See that it may be asked. Raises ConnectionError of requests."""
        try:
            check(url, self.settings, of_chat=True)
        except Refused as error:
            self.refused, self.for_good = str(error), True
            raise requests.ConnectionError(self.refused) from None

    def connect(self, connection: HTTPConnection) -> socket.socket:
        """Connect to an address that may be connected to. Raises OSError."""
        host, port = connection.host.strip("[]"), connection.port
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        allowed = [each for each in addresses if may_connect(each, self.settings)]
        if not allowed:
            self.refused = "the chat's host has no address that may be asked (webhooks.allow)"
            raise PermissionError(self.refused)
        for number, address in enumerate(allowed, start=1):
            try:
                made = create_connection(
                    (address, port), TIMEOUTS[0], socket_options=connection.socket_options
                )
                break
            except OSError:
                if number == len(allowed):
                    raise
        made.settimeout(TIMEOUTS[1])
        with self._lock:
            if self._is_over:
                made.close()
                raise TimeoutError("it has taken too long")
            # TLS takes the socket over; by a second one to the same end it is ended in time.
            self._sockets.append(made.dup())
        return made

    def end(self) -> None:
        """End it, from whichever thread: whoever waits for an answer waits no more."""
        with self._lock:
            self._is_over = True
            for each in self._sockets:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)


_ATTEMPT: ContextVar[Attempt] = ContextVar("attempt")


def attempt() -> Attempt:
    """The attempt that this thread makes; ConnectionError of requests where there is none."""
    try:
        return _ATTEMPT.get()
    except LookupError:
        raise requests.ConnectionError("nobody is to be told") from None


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return attempt().connect(self)


class _Tls(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return attempt().connect(self)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _Tls


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        # The machine's certificates too, as for webhooks: a company's own are among them.
        super().init_poolmanager(*args, ssl_context=ssl.create_default_context(), **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}


class CheckedSession(requests.Session):
    """A session that goes by the attempt that the thread makes."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter())

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Redirects lead nowhere."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send a request, and read the beginning of its answer."""
        attempt().check(request.url or "")
        fixed = {"stream": True, "timeout": TIMEOUTS, "verify": True, "proxies": {}}
        attempt().reason = ""
        try:
            response = super().send(request, **{**options, **fixed})
        except requests.RequestException as error:
            attempt().reason = _reason(error)
            raise
        attempt().status = response.status_code
        try:
            beginning = response.raw.read(LARGEST_ANSWER, decode_content=True)
        except HTTPError as error:
            raise requests.ConnectionError(type(error).__name__) from None
        finally:
            response.close()
        response.raw = BytesIO(beginning)
        return response


def _reason(error: BaseException) -> str:
    """What went wrong in the first place."""
    while error.__context__ is not None:
        error = error.__context__
    return str(error) or type(error).__name__


def _request(method: str, url: str, **options: Any) -> requests.Response:
    with CheckedSession() as session:
        return session.request(method=method, url=url, **options)


@cache
def checked_requests() -> ModuleType:
    """What stands in the place of requests, and has all of its names."""
    module = ModuleType("requests")
    vars(module).update(vars(requests))
    own: dict[str, object] = {each: partial(_request, each) for each in _METHODS}
    own |= {"request": _request, "Session": CheckedSession, "session": CheckedSession}
    vars(module).update(own)
    return module

"""The door of the AGI server: who may come in, and who has to go when it is full.

Anybody on an allowed machine can connect and then say nothing. Such a stranger has a place only
until somebody else needs it; Asterisk proves itself within milliseconds, by telling the secret or,
where there is none, by answering a command. Strangers take no places of calls, and the crowd that
comes from one address makes room itself.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

import structlog

from telephony.agi.protocol import SafeAgi, hang_up

MAX_CALLS = 200
"""Calls at once of one address; further ones go to the dialplan's last layer, which needs no
thread."""
MAX_ALL_CALLS = 250
"""Of all addresses: without a secret somebody may play Asterisk, and others find a place still."""
MAX_STRANGERS = 50
"""Connections at once that have proved nothing so far."""
SELDOM_SECONDS = 60.0

Network = IPv4Network | IPv6Network

log = structlog.get_logger()


class Door:
    """Counts who is inside. Safe to use from many threads."""

    def __init__(self, allow: Sequence[Network]) -> None:
        self._allow = allow
        self._changed = threading.Condition()
        # Both oldest first, with their addresses. A stranger has proved nothing so far.
        self._strangers: dict[socket.socket, str] = {}
        self._calls: dict[socket.socket, tuple[str, SafeAgi]] = {}
        self._refused = Seldom("an AGI connection from an address not in agi.allow")
        self._full = Seldom("too many AGI calls at once")
        self._displaced = Seldom("an AGI connection that proved nothing gave way to another")

    def let_in(self, connection: socket.socket, address: str) -> bool:
        """Whether there is a place for a connection from that address; it takes it."""
        if not any(ip_address(address) in network for network in self._allow):
            self._refused.warn(address=address)
            return False
        with self._changed:
            of_one = sum(address == each for each, _ in self._calls.values())
            if of_one >= MAX_CALLS or len(self._calls) >= MAX_ALL_CALLS:
                self._full.warn(address=address, calls=len(self._calls))
                return False
            if len(self._strangers) >= MAX_STRANGERS:
                self._make_room()
            self._strangers[connection] = address
        return True

    def _make_room(self) -> None:
        """The oldest stranger of the address that most of them come from has to go."""
        ((crowd, _),) = Counter(self._strangers.values()).most_common(1)
        oldest = next(each for each, address in self._strangers.items() if address == crowd)
        del self._strangers[oldest]
        hang_up(oldest)
        self._displaced.warn(address=crowd, limit=MAX_STRANGERS)

    def prove(self, connection: socket.socket, agi: SafeAgi) -> None:
        """This one is Asterisk, and keeps its place until it leaves by itself."""
        with self._changed:
            address = self._strangers.pop(connection, None)
            if address is not None:  # not displaced meanwhile
                self._calls[connection] = address, agi

    def leave(self, connection: socket.socket) -> None:
        """The connection has ended."""
        with self._changed:
            self._strangers.pop(connection, None)
            self._calls.pop(connection, None)
            self._changed.notify_all()

    def dismiss_strangers(self) -> None:
        """Break off with everybody who is no call."""
        with self._changed:
            for connection in self._strangers:
                hang_up(connection)

    def break_off_calls(self) -> None:
        """Break off the calls, too: the dialplan goes on with them."""
        with self._changed:
            for _, agi in self._calls.values():
                agi.break_off()

    def wait_until_empty(self, seconds: float) -> bool:
        """Whether everybody has left, at the latest after so long."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._strangers and not self._calls, timeout=seconds
            )


class Seldom:
    """A line of the log that strangers can cause: written at most once a minute, with how often
    it came up."""

    def __init__(self, event: str) -> None:
        self._event = event
        self._lock = threading.Lock()
        self._times = 0
        self._next = 0.0

    def warn(self, **values: object) -> None:
        """It has happened again."""
        with self._lock:
            self._times += 1
            if time.monotonic() < self._next:
                return
            self._next = time.monotonic() + SELDOM_SECONDS
            times, self._times = self._times, 0
        log.warning(self._event, times=times, **values)

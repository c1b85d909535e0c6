"""This machine's addresses in its networks: which are its own, and at which one others find it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_ELSEWHERE: Final = {4: "192.0.2.1", 6: "2001:db8::1"}
"""Nobody's addresses (RFC 5737, RFC 3849). A socket that is to send there has one of ours; nothing
is sent."""


def is_ours(address: Address) -> bool:
    """Whether it is an address of this machine: then a socket can be bound to it."""
    if address.is_unspecified or address.is_multicast:
        return False
    try:
        with socket.socket(_family(address), socket.SOCK_DGRAM) as trial:
            trial.bind((str(address), 0))
    except OSError:
        return False
    return True


def reachable_host(listens: str) -> str:
    """The host by which others find what listens there; as it is, unless that is at all addresses.

    Then it is the first address of this machine's, or where it is in no network what it is called.
    """
    try:
        everywhere = ipaddress.ip_address(listens)
    except ValueError:
        return listens
    if not everywhere.is_unspecified:
        return listens
    found = (
        each
        for each in _candidates(everywhere)
        if not each.is_loopback and not each.is_link_local and is_ours(each)
    )
    return str(next(found, socket.gethostname()))


def _candidates(everywhere: Address) -> Iterator[Address]:
    """What may be addresses of ours, of the same kind."""
    family = _family(everywhere)
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as trial:
            trial.connect((_ELSEWHERE[everywhere.version], 9))
            yield ipaddress.ip_address(trial.getsockname()[0])
    except OSError:
        pass  # no way leads out
    try:
        known = socket.getaddrinfo(socket.gethostname(), None, family)
    except OSError:
        return
    yield from (ipaddress.ip_address(str(place[0])) for *_, place in known)


def _family(address: Address) -> socket.AddressFamily:
    return socket.AF_INET if address.version == 4 else socket.AF_INET6

"""Ports that are free until whoever is meant to listen there does so.

The system chooses ports from 32768 on, and may give any of them to somebody's connection in the
meantime; these are below, and no two processes of tests are given the same one.
"""

from __future__ import annotations

import random
import socket
from itertools import count, islice

FIRST, MANY = 11_000, 9_000  # browsers refuse 10080
_TURNS = count(random.SystemRandom().randrange(MANY))


def free_tcp() -> int:
    """For a server of ours."""
    return _free(socket.SOCK_STREAM)


def free_udp() -> int:
    """For SIP."""
    return _free(socket.SOCK_DGRAM)


def _free(kind: socket.SocketKind) -> int:
    for turn in islice(_TURNS, MANY):
        port = FIRST + turn % MANY
        if _is_free(kind, port) and _is_ours(port):
            return port
    raise AssertionError("no port is free")


def _is_free(kind: socket.SocketKind, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _is_ours(port: int) -> bool:
    """Claim a port until this process ends, by a name that only one socket can have."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0voicepost-tests-{port}")
    except OSError:
        claim.close()
        return False
    claim.detach()
    return True

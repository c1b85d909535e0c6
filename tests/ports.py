"""Ports that are free until whoever is meant to listen there does so.

The system chooses ports from 32768 on, and may give any of them to somebody's connection in the
meantime; each process of tests takes those below from a range of its own.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from itertools import count, islice

EACH = 1000
"""Ports of one process of tests."""
_FIRST = 10_000 + EACH * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 10)
_TURNS = count(os.getpid())


def free_tcp() -> int:
    """For a server of ours."""
    return _free(socket.SOCK_STREAM)


def free_udp() -> int:
    """For SIP."""
    return _free(socket.SOCK_DGRAM)


def _free(kind: socket.SocketKind) -> int:
    for turn in islice(_TURNS, EACH):
        port = _FIRST + turn % EACH
        with socket.socket(socket.AF_INET, kind) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")

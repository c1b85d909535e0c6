"""The web server's socket."""

from __future__ import annotations

import socket

from commands.processes.web_server import listening
from tests.ports import free_tcp


def test_no_answer_waits_for_an_acknowledgement() -> None:
    with (
        listening("127.0.0.1", free_tcp()) as listener,
        socket.create_connection(listener.getsockname()),
    ):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

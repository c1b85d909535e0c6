"""The FastAGI server, on real sockets, with Asterisk and with others who find its port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

import pytest

import telephony.agi.call
import telephony.agi.door
import telephony.agi.protocol
from telephony.agi.call import AgiCall
from telephony.agi.protocol import MAX_LINE, MAX_LINES
from telephony.agi.server import AgiServer, Take
from telephony.errors import TelephonyError
from tests.waiting import until

GREETING = b"agi_request: agi://127.0.0.1/call\nagi_uniqueid: 17.1\nagi_callerid: 7916\n"


@dataclass
class Calls:
    """The calls that the server has taken, and what is to be done with each."""

    flow: Callable[[AgiCall], Awaitable[object]]
    taken: list[AgiCall] = field(default_factory=list)

    async def __call__(self, call: AgiCall) -> None:
        self.taken.append(call)
        await self.flow(call)


async def _nothing(_: AgiCall) -> None:
    return


@contextmanager
def listening(
    flow: Callable[[AgiCall], Awaitable[object]] = _nothing,
) -> Iterator[tuple[AgiServer, Calls]]:
    """An AGI server on a free port."""
    calls = Calls(flow)
    with agi_server(calls) as server:
        yield server, calls


def agi_server(
    take: Take,
    *,
    port: int = 0,
    allow: str = "127.0.0.1",
    secret: str = "",
    shutdown_seconds: float = 5,
) -> AgiServer:
    """One that is not started yet."""
    return AgiServer(
        "127.0.0.1",
        port,
        take,
        allow=[ip_network(allow)],
        secret=secret,
        recordings=Path("/recordings"),
        call_seconds=60,
        shutdown_seconds=shutdown_seconds,
    )


@contextmanager
def connected(server: AgiServer) -> Iterator[socket.socket]:
    """Somebody who connects."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        yield connection


def read_all(connection: socket.socket) -> str:
    """What the server says until it closes the connection."""
    received = b""
    try:
        while data := connection.recv(4096):
            received += data
    except ConnectionResetError:
        pass
    return received.decode()


def serve_one(server: AgiServer) -> str:
    """A call as Asterisk places it; what the server said."""
    with connected(server) as connection:
        connection.sendall(GREETING + b"\n200 result=1\n")
        return read_all(connection)


FROM = 'GET VARIABLE "VOICEPOST_FROM"\n'
DONE = 'SET VARIABLE "VOICEPOST_DONE" "1"\n'


def test_a_call_is_served_and_the_dialplan_is_told() -> None:
    with listening() as (server, calls):
        assert serve_one(server) == DONE
    (call,) = calls.taken
    assert (call.id, call.caller.number) == ("17.1", "7916")


def test_a_flow_that_fails_leaves_the_caller_to_the_dialplan() -> None:
    async def fail(_: AgiCall) -> None:
        raise RuntimeError("a mistake of ours")

    with listening(fail) as (server, calls):
        assert serve_one(server) == ""
        assert serve_one(server) == ""
    assert len(calls.taken) == 2


def test_a_caller_who_hangs_up_ends_only_that_call() -> None:
    async def listen(call: AgiCall) -> None:
        await call.play("welcome")

    with listening(listen) as (server, calls):
        with connected(server) as connection:
            connection.sendall(GREETING + b"\nHANGUP\n")
            connection.shutdown(socket.SHUT_WR)
            assert read_all(connection) == 'STREAM FILE "welcome" "" 0\n'
        with connected(server) as connection:
            connection.sendall(GREETING + b"\n200 result=0\n200 result=1\n")
            assert read_all(connection).endswith(DONE)
    assert len(calls.taken) == 2


def test_forged_lines_change_nothing_that_was_said_before() -> None:
    """A line feed in a caller's name makes lines of its own: the first of each key counts."""
    forged = GREETING + b"agi_calleridname: Bob\nagi_uniqueid: 99.9\nagi_callerid: 112\n\n"
    with listening() as (server, calls), connected(server) as connection:
        connection.sendall(forged + b"200 result=1\n")
        read_all(connection)
    (call,) = calls.taken
    assert (call.id, call.caller.number, call.caller.name) == ("17.1", "7916", "Bob")


@pytest.mark.parametrize(
    "environment",
    [
        b"agi_calleridname: \xff\xfe\xd0 broken\n",
        b"agi_calleridname: " + b"x" * 5000 + b"\n",
        b"no colon at all\n: no key\nagi_calleridname:no blank\n",
        b"agi_calleridname: <script>'; DROP TABLE messages; --\n",
        b"agi_calleridname: \x00\x01\x1b[2J\n",
        b"agi_calleridname: crlf\r\n",
    ],
    ids=["broken UTF-8", "long", "no colons", "SQL", "control characters", "CRLF"],
)
def test_hostile_environments_are_only_text(environment: bytes) -> None:
    with listening() as (server, calls), connected(server) as connection:
        # The first answer is for who has a name that is no UTF-8.
        connection.sendall(GREETING + environment + b"\n200 result=0\n200 result=1\n")
        assert read_all(connection).removeprefix(FROM) == DONE
    (call,) = calls.taken
    assert call.id == "17.1"


@pytest.mark.parametrize(
    "sent",
    [
        b"x" * (MAX_LINE + 1),
        b"agi_key: value\n" * (MAX_LINES + 1),
        GREETING,
        b"agi_half: a li",
        b"",
    ],
    ids=["endless line", "endless greeting", "no end of the greeting", "half a line", "nothing"],
)
def test_who_does_not_speak_agi_is_dropped_and_others_are_served(sent: bytes) -> None:
    with listening() as (server, calls):
        with connected(server) as stranger:
            stranger.sendall(sent)
            with suppress(OSError):  # dropped already
                stranger.shutdown(socket.SHUT_WR)
            assert read_all(stranger) == ""
        assert calls.taken == []
        assert serve_one(server) == DONE


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\n", b"\xff\xff\xff\n", b"result=0\n"])
def test_garbage_instead_of_an_answer_ends_the_call(garbage: bytes) -> None:
    async def listen(call: AgiCall) -> None:
        await call.play("welcome")

    with listening(listen) as (server, _):
        with connected(server) as connection:
            connection.sendall(GREETING + b"\n" + garbage)
            assert DONE not in read_all(connection)
        with connected(server) as connection:
            connection.sendall(GREETING + b"\n200 result=0\n200 result=1\n")
            assert read_all(connection).endswith(DONE)


def test_a_dead_channel_ends_the_call() -> None:
    async def listen(call: AgiCall) -> None:
        await call.play("welcome")
        raise AssertionError("nothing is played on a dead channel")

    with listening(listen) as (server, _), connected(server) as connection:
        connection.sendall(GREETING + b"\n511 Command Not Permitted on a dead channel\n")
        assert DONE not in read_all(connection)


def test_who_connects_and_says_nothing_is_dropped_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telephony.agi.protocol, "GREETING_SECONDS", 0.1)
    with listening() as (server, calls), connected(server) as stranger:
        assert read_all(stranger) == ""
    assert calls.taken == []


def test_a_connection_that_dies_in_a_call_ends_it_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half open: Asterisk's machine is gone, and nobody has told us."""
    for limit in ("COMMAND_SECONDS", "PLAY_SECONDS"):
        monkeypatch.setattr(telephony.agi.call, limit, 0.05)

    async def listen(call: AgiCall) -> None:
        await call.play("welcome")

    with listening(listen) as (server, calls), connected(server) as connection:
        connection.sendall(GREETING + b"\n")
        assert read_all(connection) == 'STREAM FILE "welcome" "" 0\n'
    assert len(calls.taken) == 1


def test_too_many_calls_at_once_go_to_the_dialplan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telephony.agi.door, "MAX_CALLS", 1)

    async def listen(call: AgiCall) -> None:
        await call.digit(5)
        await call.digit(6)

    with listening(listen) as (server, _), connected(server) as first:
        first.sendall(GREETING + b"\n")
        assert first.recv(4096) == b"WAIT FOR DIGIT 5000\n"
        first.sendall(b"200 result=0\n")
        assert first.recv(4096) == b"WAIT FOR DIGIT 6000\n"
        assert serve_one(server) == "", "there is no place for a second one"
        first.sendall(b"200 result=0\n200 result=1\n")
        assert read_all(first) == DONE


async def test_calls_in_progress_are_waited_for_at_the_end() -> None:
    async def listen(call: AgiCall) -> None:
        await call.digit(5)
        await call.digit(6)

    server = agi_server(Calls(listen))
    with server, socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(GREETING + b"\n")
        assert connection.recv(4096) == b"WAIT FOR DIGIT 5000\n"
        connection.sendall(b"200 result=0\n")
        assert connection.recv(4096) == b"WAIT FOR DIGIT 6000\n"
        ending = asyncio.create_task(asyncio.to_thread(server.__exit__, None, None, None))
        await until(lambda: not server._thread.is_alive())
        assert not ending.done()
        connection.sendall(b"200 result=0\n200 result=1\n")
        await ending


def test_a_port_that_is_taken_is_said_in_one_sentence() -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(TelephonyError, match=rf"cannot listen on 127.0.0.1:{port}"):
            agi_server(_nothing, port=port)

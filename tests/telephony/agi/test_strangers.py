"""Who connects to the AGI port and is not Asterisk: real connections, many of them at once."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import pytest
import structlog

import telephony.agi.protocol
from telephony.agi.call import AgiCall
from telephony.agi.door import MAX_CALLS, Seldom
from telephony.agi.server import AgiServer
from telephony.call import RecordingLimits
from telephony.errors import CallLost
from tests.ports import free_tcp
from tests.telephony.agi.test_protocol import (
    DONE,
    GREETING,
    Calls,
    agi_server,
    listening,
    read_all,
    serve_one,
)

STALLERS: dict[str, tuple[bytes, bytes]] = {
    "says nothing": (b"", b""),
    "half a line": (b"agi_uniqueid: 17", b""),
    "half a greeting": (GREETING, b""),
    "never answers": (GREETING + b"\n", b""),
    "garbage": (os.urandom(4096).replace(b"\n", b""), b"\0\xff"),
    "a browser": (b"GET / HTTP/1.1\r\nHost: voicepost\r\n\r\n", b""),
    "an endless greeting": (b"", b"agi_key: value\n"),
    "an endless line": (b"agi_callerid: ", b"7" * 1000),
    "endless usage": (GREETING + b"\n", b"520-Invalid command syntax.\n"),
    "endless hang-ups": (GREETING + b"\n", b"HANGUP\n" * 100),
    "nonsense for an answer": (GREETING + b"\n", b"200 result=99999999999999999999\n"),
}
"""What each says at first, and then again and again."""


async def stall(port: int, kind: str) -> None:
    """Connect, and go on for as long as the server bears with it."""
    first, again = STALLERS[kind]
    with suppress(ConnectionError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(first)
            await writer.drain()
            while again:
                writer.write(again)
                await writer.drain()
                await asyncio.sleep(0)
            while await reader.read(4096):
                pass
        finally:
            writer.close()


@asynccontextmanager
async def strangers(port: int, count: int) -> AsyncIterator[None]:
    """So many at once, of every kind."""
    kinds = list(STALLERS)
    tasks = [asyncio.create_task(stall(port, kinds[n % len(kinds)])) for n in range(count)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def a_real_call(port: int) -> bytes:
    """What Asterisk would be told for a call; it answers everything at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with closing(writer):
        writer.write(GREETING + b"\n")
        commands = b""
        while line := await reader.readline():
            commands += line
            writer.write(b"200 result=0\n")
        return commands


async def play(call: AgiCall) -> None:
    await call.play("welcome")


@pytest.mark.parametrize("kind", STALLERS)
async def test_real_callers_are_served_while_a_stranger_is_on_the_line(kind: str) -> None:
    with listening(play) as (server, _):
        stranger = asyncio.create_task(stall(server.port, kind))
        served = await asyncio.wait_for(a_real_call(server.port), 10)
        assert served.decode().endswith(DONE)
        stranger.cancel()
        await asyncio.gather(stranger, return_exceptions=True)


async def test_three_hundred_strangers_keep_no_caller_out() -> None:
    before = threading.active_count()
    with listening(play) as (server, _):
        async with strangers(server.port, 300):
            for _ in range(20):
                served = await asyncio.wait_for(a_real_call(server.port), 10)
                assert served.decode().endswith(DONE)
                assert threading.active_count() - before <= MAX_CALLS + 20
        # Ending does not wait for those who say nothing either.
    assert threading.active_count() - before < 20


async def test_drop_by_drop_is_not_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is that of the whole greeting, not of each byte."""
    monkeypatch.setattr(telephony.agi.protocol, "GREETING_SECONDS", 0.2)
    with listening() as (server, calls):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        with closing(writer):
            gone = asyncio.create_task(reader.read())
            with suppress(ConnectionError):
                while not gone.done():
                    writer.write(b"a")
                    await writer.drain()
                    await asyncio.wait((gone,), timeout=0.02)
            await asyncio.wait((gone,))
    assert calls.taken == []


def test_only_configured_addresses_are_served() -> None:
    calls = Calls(play)
    with (
        structlog.testing.capture_logs() as lines,
        agi_server(calls, allow="127.0.0.2/31") as server,
    ):
        assert [serve_one(server) for _ in range(50)] == [""] * 50
        address = ("127.0.0.1", server.port)
        with socket.create_connection(address, 5, source_address=("127.0.0.3", 0)) as neighbour:
            neighbour.sendall(GREETING + b"\n200 result=0\n200 result=1\n")
            assert read_all(neighbour).endswith(DONE)
    assert len(calls.taken) == 1
    refused = [line for line in lines if line.get("address") == "127.0.0.1"]
    assert len(refused) == 1, "one line, not fifty"


def test_what_strangers_cause_is_logged_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    seldom = Seldom("nonsense")
    with structlog.testing.capture_logs() as lines:
        for _ in range(5):
            seldom.warn(why="x")
        monkeypatch.setattr(seldom, "_next", 0.0)
        seldom.warn(why="y")
    assert [(line["times"], line["why"]) for line in lines] == [(1, "x"), (5, "y")]


def recording_call(server: AgiServer) -> socket.socket:
    """A caller whose recording goes on and on."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    connection.sendall(GREETING + b"\n200 result=0\n")
    received = b""
    while b"RECORD" not in received:
        received += connection.recv(4096)
    return connection


def test_a_call_that_does_not_end_is_broken_off_at_the_end() -> None:
    """It is lost, not hung up: Asterisk may be recording still."""
    ended: list[BaseException] = []

    async def record(call: AgiCall) -> None:
        await call.play("welcome")
        try:
            await call.record("0192", RecordingLimits(max_seconds=600, silence_seconds=5))
        except BaseException as error:
            ended.append(error)
            raise

    with agi_server(Calls(record), shutdown_seconds=0.1) as server:
        connection = recording_call(server)
    with connection:
        assert DONE not in read_all(connection)
    assert isinstance(ended[0], CallLost)


async def test_the_role_ends_in_order_whoever_is_connected(tmp_path: Path) -> None:
    """`voicepost agi` as a process, with 300 strangers on its hands, told to end."""
    port = free_tcp()
    environment = os.environ | {"VOICEPOST_AGI__PORT": str(port)}
    role = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "--home", str(tmp_path), "agi"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    assert role.stdout is not None
    assert await role.stdout.readline() == b"ready\n"
    before = _kilobytes(role.pid)
    async with strangers(port, 300):
        for _ in range(3):
            commands = await asyncio.wait_for(a_real_call(port), 10)
            assert commands.startswith(b"STREAM FILE"), "nobody has that number"
        assert _kilobytes(role.pid) - before < 100_000
        role.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            _, log = await role.communicate()
    assert role.returncode == 0
    assert b"Traceback" not in log, log.decode()
    assert log.count(b"AGI connection dropped") <= 2
    assert len(log) < 100_000


def _kilobytes(pid: int) -> int:
    """The memory that a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

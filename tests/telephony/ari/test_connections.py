"""Connections to Asterisk: kept, one request after the other, and never an answer for another's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

import telephony.ari.connections
from telephony.ari.connections import LIMIT, Answer, Connections
from tests.waiting import until

SECONDS = 10.0
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Serve = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def saying(answer: bytes) -> Serve:
    """Says the same to every request."""

    async def say(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return say


answer_ok = saying(OK)


async def answer_number(request: bytes, writer: asyncio.StreamWriter) -> None:
    """With the status that the path asks for."""
    status = request.split(b"/")[2].split()[0]
    writer.write(b"HTTP/1.1 %s Said\r\nContent-Length: 0\r\n\r\n" % status)


class Later:
    """Answers everybody once it is told to go on."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    async def __call__(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        await self.go_on.wait()
        await answer_ok(request, writer)


@dataclass
class Server:
    """Takes requests without a body, and does with each what ``serve`` says."""

    serve: Serve = answer_ok
    connections: list[asyncio.StreamWriter] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(writer)
        try:
            while not writer.is_closing():
                request = await reader.readuntil(b"\r\n\r\n")
                self.requests.append(request)
                await self.serve(request, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@pytest.fixture
async def server() -> Server:
    return Server()


@pytest.fixture
async def connections(server: Server) -> AsyncIterator[Connections]:
    """Those to the server."""
    listening = await asyncio.start_server(server.take, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    connections = Connections(f"http://127.0.0.1:{port}/ari", "Basic secret")
    yield connections
    connections.retire()
    listening.close()
    for writer in server.connections:
        writer.close()
    await listening.wait_closed()


async def ask(connections: Connections, path: str = "/bridges") -> Answer:
    (answer,) = await connections.ask([connections.request("GET", path)], SECONDS)
    return answer


async def test_a_connection_is_kept(server: Server, connections: Connections) -> None:
    assert [await ask(connections) for _ in range(3)] == [Answer(200, b"ok")] * 3
    assert len(server.connections) == 1
    assert server.requests[0].startswith(b"GET /ari/bridges HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nAuthorization: Basic secret\r\n" in server.requests[0]


async def test_what_is_asked_at_once_is_answered_in_its_order(
    server: Server, connections: Connections
) -> None:
    server.serve = answer_number
    requests = [connections.request("POST", path) for path in ("/201", "/404")]
    answers = await connections.ask(requests, SECONDS)
    assert answers == [Answer(201, b""), Answer(404, b"")]
    assert len(server.connections) == 1


async def test_an_answer_may_come_in_pieces(server: Server, connections: Connections) -> None:
    async def crumble(_: bytes, writer: asyncio.StreamWriter) -> None:
        for place in range(len(OK)):
            writer.write(OK[place : place + 1])
            await writer.drain()
            await asyncio.sleep(0)

    server.serve = crumble
    assert await ask(connections) == Answer(200, b"ok")


@pytest.mark.parametrize(
    "empty", [b"204 No Content\r\n\r\n", b"204 No\r\nContent-Length: 0\r\n\r\n"]
)
async def test_an_answer_without_content(
    server: Server, connections: Connections, empty: bytes
) -> None:
    server.serve = saying(b"HTTP/1.1 " + empty)
    assert [await ask(connections), await ask(connections)] == [Answer(204, b"")] * 2
    assert len(server.connections) == 1


async def test_a_connection_that_the_server_ends_is_not_used_again(
    server: Server, connections: Connections
) -> None:
    server.serve = saying(OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert [await ask(connections), await ask(connections)] == [Answer(200, b"ok")] * 2
    assert len(server.connections) == 2


async def test_a_connection_that_was_closed_while_it_waited(
    server: Server, connections: Connections
) -> None:
    await ask(connections)
    server.connections[0].close()
    await until(lambda: not connections._idle[0].is_open)
    assert await ask(connections) == Answer(200, b"ok")


async def test_a_connection_that_waited_too_long_is_replaced(
    server: Server, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asterisk might close it in the moment in which the request is sent."""
    await ask(connections)
    monkeypatch.setattr(telephony.ari.connections, "KEPT_SECONDS", -1)
    await ask(connections)
    assert len(server.connections) == 2


async def close(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def close_within(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(OK[:-1])
    writer.close()


@pytest.mark.parametrize(
    "trouble",
    [close, close_within, saying(b"\0 nonsense\r\n\r\n")],
    ids=["closed", "closed within an answer", "nonsense"],
)
async def test_no_answer_but_trouble(
    server: Server, connections: Connections, trouble: Serve
) -> None:
    server.serve = trouble
    with pytest.raises(ConnectionError):
        await ask(connections)
    server.serve = answer_ok
    assert await ask(connections) == Answer(200, b"ok")


async def test_an_answer_that_comes_too_late_is_nobodys(
    server: Server, connections: Connections
) -> None:
    """Neither of who gave up, nor of who asks next."""
    server.serve = late = Later()
    with pytest.raises(TimeoutError):
        await connections.ask([connections.request("GET", "/late")], 0.05)
    server.serve = answer_number
    late.go_on.set()
    assert await ask(connections, "/201") == Answer(201, b"")
    assert len(server.connections) == 2


async def test_no_more_connections_than_asterisk_has_for_us(
    server: Server, connections: Connections
) -> None:
    server.serve = everybody = Later()
    asking = asyncio.gather(*(ask(connections) for _ in range(2 * LIMIT)))
    await until(lambda: len(server.requests) == LIMIT)
    everybody.go_on.set()
    assert await asking == [Answer(200, b"ok")] * (2 * LIMIT)
    assert len(server.connections) == LIMIT


async def test_those_that_retire_are_closed_when_what_is_under_way_was_answered(
    server: Server, connections: Connections
) -> None:
    server.serve = late = Later()
    asking = asyncio.create_task(ask(connections))
    await until(lambda: server.requests)
    connections.retire()
    late.go_on.set()
    assert await asking == Answer(200, b"ok")
    assert not connections._idle
    await until(server.connections[0].is_closing)


@pytest.mark.parametrize("path", ["/channels/a b", "/channels/a\r\nX-Evil: 1", "/channels/Ж#?"])
async def test_a_path_can_add_nothing_to_a_request(
    server: Server, connections: Connections, path: str
) -> None:
    assert await ask(connections, path) == Answer(200, b"ok")
    (request,) = server.requests
    assert b"\r\nX-Evil" not in request
    assert request.split(b"\r\n")[0].count(b" ") == 2

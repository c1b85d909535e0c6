"""Who knows the secret and who does not, at the door of the AGI server: real connections."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack
from threading import Event

import pytest
import structlog

import telephony.agi.protocol
from telephony.agi.call import AgiCall
from telephony.agi.door import MAX_CALLS, MAX_STRANGERS
from telephony.agi.ping import ping
from telephony.agi.server import AgiServer
from tests.telephony.agi.test_protocol import DONE, GREETING, Calls, agi_server, read_all
from tests.telephony.agi.test_strangers import strangers
from tests.waiting import until

SECRET = "f2b84f0e5f7f4a5bb0a3"
ASKED = 'GET VARIABLE "VOICEPOST_AGI_SECRET"\n'
ASTERISK, NEIGHBOUR = "127.0.0.1", "127.0.0.2"


async def play(call: AgiCall) -> None:
    await call.play("welcome")


def served(server: AgiServer, secret: str | None, address: str = ASTERISK) -> str:
    """What the server says to an Asterisk that knows this secret; None knows no such variable."""
    told = "0" if secret is None else f"1 ({secret})"
    with connect(server, address) as connection:
        connection.sendall(GREETING + f"\n200 result={told}\n".encode() + b"200 result=0\n" * 5)
        return read_all(connection)


def connect(server: AgiServer, address: str = ASTERISK) -> socket.socket:
    return socket.create_connection((ASTERISK, server.port), 10, source_address=(address, 0))


def test_who_knows_the_secret_is_served() -> None:
    calls = Calls(play)
    with agi_server(calls, secret=SECRET) as server:
        said = served(server, SECRET)

    assert said.startswith(ASKED)
    assert said.endswith(DONE)
    assert len(calls.taken) == 1


@pytest.mark.parametrize("known", [None, "", SECRET[:-1], SECRET + "0", SECRET.upper(), "секрет"])
def test_who_does_not_is_left_to_the_dialplan(known: str | None) -> None:
    calls = Calls(play)
    with structlog.testing.capture_logs() as lines, agi_server(calls, secret=SECRET) as server:
        assert served(server, known) == ASKED

    assert calls.taken == []
    (line,) = lines
    assert line["event"] == "an AGI connection that does not know agi.secret"
    assert line["address"] == ASTERISK
    assert SECRET not in str(line)
    assert not known or known not in str(line)


def test_the_secret_is_asked_for_only_where_there_is_one() -> None:
    """Dialplans of earlier versions know none."""
    calls = Calls(play)
    with agi_server(calls) as server:
        said = served(server, None)

    assert "VARIABLE" not in said.removesuffix(DONE)
    assert said.endswith(DONE)


@pytest.mark.parametrize(
    "answer", [b"520 Invalid command syntax\n", b"200 result=-1\n", b"511 dead\n", b"no AGI\n"]
)
def test_other_answers_to_the_question_are_no_secret(answer: bytes) -> None:
    calls = Calls(play)
    with agi_server(calls, secret=SECRET) as server, connect(server) as connection:
        connection.sendall(GREETING + b"\n" + answer * 5)
        assert read_all(connection) == ASKED
    assert calls.taken == []


def test_who_does_not_answer_has_not_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telephony.agi.protocol, "SECRET_SECONDS", 0.1)
    with agi_server(Calls(play), secret=SECRET) as server, connect(server) as connection:
        connection.sendall(GREETING + b"\n")
        assert read_all(connection) == ASKED


def test_whether_it_is_there_is_told_without_the_secret() -> None:
    with agi_server(Calls(play), secret=SECRET) as server:
        ping(ASTERISK, server.port)


async def test_a_flood_from_asterisks_own_address_keeps_no_caller_out() -> None:
    """Of those who answer as Asterisk does, too: all but the secret."""
    calls = Calls(play)
    with agi_server(calls, secret=SECRET) as server:
        async with strangers(server.port, 300):
            with ExitStack() as stack:
                for _ in range(MAX_CALLS + 50):
                    liar = stack.enter_context(connect(server))
                    liar.sendall(GREETING + b"\n200 result=0\n" * 3)
                for _ in range(20):
                    said = await asyncio.to_thread(served, server, SECRET)
                    assert said.endswith(DONE)
    assert len(calls.taken) == 20


async def test_calls_that_are_taken_are_not_displaced_by_a_flood() -> None:
    go_on = Event()

    async def wait(call: AgiCall) -> None:
        await asyncio.to_thread(go_on.wait)
        await call.play("welcome")

    calls = Calls(wait)
    with agi_server(calls, secret=SECRET) as server:
        caller = asyncio.create_task(asyncio.to_thread(served, server, SECRET))
        await until(lambda: calls.taken)
        async with strangers(server.port, 300):
            said = await asyncio.to_thread(served, server, None)
            assert said == ASKED
        go_on.set()
        assert (await caller).endswith(DONE)


async def test_a_flood_from_one_address_leaves_places_for_others() -> None:
    """Without a secret who answers commands is a call: so many of one address, and no more."""
    go_on = Event()
    waiting: list[AgiCall] = []

    async def wait(call: AgiCall) -> None:
        await call.play("welcome")
        waiting.append(call)
        await asyncio.to_thread(go_on.wait)

    def playing() -> int:
        return len(waiting)

    with agi_server(wait, allow="127.0.0.0/30") as server, ExitStack() as stack:
        stack.callback(go_on.set)
        for number in range(MAX_CALLS):
            liar = stack.enter_context(connect(server, NEIGHBOUR))
            liar.sendall(GREETING + b"\n" + b"200 result=0\n" * 5)
            await until(lambda number=number: playing() > number)  # type: ignore[misc]
        with connect(server, NEIGHBOUR) as one_more:
            one_more.sendall(GREETING + b"\n")
            assert read_all(one_more) == ""
        caller = asyncio.create_task(asyncio.to_thread(served, server, None))
        await until(lambda: playing() > MAX_CALLS)
        go_on.set()
        assert (await caller).endswith(DONE)


async def test_the_silent_of_one_address_make_room_themselves() -> None:
    """An Asterisk that is slow to speak keeps its place, however many of another come."""
    with (
        agi_server(Calls(play), allow="127.0.0.0/30") as server,
        connect(server) as slow,
        ExitStack() as stack,
    ):
        silent = [stack.enter_context(connect(server, NEIGHBOUR)) for _ in range(2 * MAX_STRANGERS)]
        assert await asyncio.to_thread(read_all, silent[0]) == ""
        slow.sendall(GREETING + b"\n" + b"200 result=0\n" * 5)
        assert (await asyncio.to_thread(read_all, slow)).endswith(DONE)

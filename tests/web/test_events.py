"""News of messages, told to pages that are open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest

from storage.actor import User
from storage.errors import DatabaseUnavailable
from storage.messages.events import Item
from tests.web.api.front import API
from tests.web.conftest import NOBODY, PASSWORD, Front
from web import events as news_of
from web.events import Events
from web.guard import COOKIE


@asynccontextmanager
async def passing_on(front: Front) -> AsyncIterator[Events]:
    """The events of a server, running."""
    events = Events(front.services.news, front.services.messages)
    task = asyncio.create_task(events.run())
    try:
        yield events
    finally:
        events.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Listener:
    """An open page of somebody's."""

    def __init__(self, front: Front, events: Events, login: str, after: int | None = None) -> None:
        self._stream = events.stream(
            partial(front.services.sessions.find, front.tokens[login]), after
        )

    async def begin(self) -> None:
        assert "retry" in await anext(self._stream)

    async def next(self) -> dict[str, str]:
        async with asyncio.timeout(30):
            lines = (await anext(self._stream)).splitlines()
        assert lines[1] == "event: news"
        told: dict[str, str] = json.loads(lines[2].removeprefix("data: "))
        return told

    async def end(self) -> None:
        await self._stream.aclose()


async def test_a_message_is_told_to_those_who_may_see_it(front: Front) -> None:
    async with passing_on(front) as events:
        olga, anna, boris = (Listener(front, events, who) for who in ("olga", "anna", "boris"))
        for listener in (olga, anna, boris):
            await listener.begin()
        waiting = asyncio.create_task(boris.next())
        first = await asyncio.to_thread(front.receive, front.box_of("101"))

        assert await anna.next() == {"kind": "kept", "id": first}
        assert await olga.next() == {"kind": "kept", "id": first}
        second = await asyncio.to_thread(front.receive, front.box_of("102"))
        assert await waiting == {"kind": "kept", "id": second}
        for listener in (olga, anna, boris):
            await listener.end()


async def test_what_came_between_the_page_and_its_stream_is_not_missed(front: Front) -> None:
    seen = front.services.news.newest()
    message = front.receive()
    async with passing_on(front) as events:
        olga = Listener(front, events, "olga", after=seen)
        await olga.begin()
        assert await olga.next() == {"kind": "kept", "id": message}
        await olga.end()


async def test_what_comes_before_the_first_look_at_the_news_is_not_missed(front: Front) -> None:
    """Whoever reads the news may be late: between a listener's beginning and that, all counts."""
    events = Events(front.services.news, front.services.messages)
    olga, anna = Listener(front, events, "olga"), Listener(front, events, "anna", after=0)
    await olga.begin()
    await anna.begin()
    message = await asyncio.to_thread(front.receive, front.box_of("101"))
    reading = asyncio.create_task(events.run())

    for listener in (olga, anna):
        assert await listener.next() == {"kind": "kept", "id": message}
        await listener.end()
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


async def test_what_came_while_the_database_was_away_is_told_once(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    news, away = front.services.news, asyncio.Event()
    since, loop = news.since, asyncio.get_running_loop()

    def unavailable(seq: int) -> list[Item]:
        loop.call_soon_threadsafe(away.set)
        raise DatabaseUnavailable("it is locked")

    async with passing_on(front) as events:
        olga = Listener(front, events, "olga")
        await olga.begin()
        first = await asyncio.to_thread(front.receive)
        assert await olga.next() == {"kind": "kept", "id": first}
        with monkeypatch.context() as patch:
            patch.setattr(news, "since", unavailable)
            await away.wait()
            second = await asyncio.to_thread(front.receive)
        assert news.since == since
        third = await asyncio.to_thread(front.receive)
        assert [await olga.next(), await olga.next()] == [
            {"kind": "kept", "id": second},
            {"kind": "kept", "id": third},
        ]
        await olga.end()


async def test_streams_end_with_the_server(front: Front) -> None:
    async with passing_on(front) as events:
        olga = Listener(front, events, "olga")
        await olga.begin()
        waiting = asyncio.create_task(olga.next())
        await asyncio.sleep(0)
        events.close()
        with pytest.raises(StopAsyncIteration):
            await waiting


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news_of, "STILL_HERE_SECONDS", 0.05)


@pytest.mark.parametrize(
    "change", ["disabled", "logged out", "ended elsewhere", "another password", "removed"]
)
async def test_the_stream_of_somebody_who_may_not_come_in_any_more_ends(
    change: str, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so, and at once: not when something is to be sent anyway."""
    monkeypatch.setattr(news_of, "STILL_HERE_SECONDS", 1000.0)
    services, anna = front.services, front.user("anna")
    async with passing_on(front) as events:
        stream = events.stream(partial(services.sessions.find, front.tokens["anna"]))
        other = events.stream(partial(services.sessions.find, front.tokens["olga"]))
        assert "retry" in await anext(stream)
        assert "retry" in await anext(other)

        def end() -> None:
            match change:
                case "disabled":
                    services.users.disable(anna.id, by=NOBODY)
                case "logged out":
                    services.sessions.end(front.tokens["anna"])
                case "ended elsewhere":
                    services.sessions.end_all(anna.id, by=NOBODY)
                case "removed":
                    services.users.remove(anna.id, by=NOBODY)
                case _:
                    services.users.set_password(anna.id, "many green pears", by=NOBODY)

        await asyncio.to_thread(end)
        async with asyncio.timeout(30):
            assert [told async for told in stream] == ["event: ended\ndata: {}\n\n"]
        message = await asyncio.to_thread(front.receive)
        async with asyncio.timeout(30):
            assert message in await anext(other)
        await other.aclose()


async def test_another_session_of_the_same_user_goes_on_listening(front: Front) -> None:
    services = front.services
    _, token = services.sessions.log_in("anna", PASSWORD, address="192.0.2.7", agent="tests")
    async with passing_on(front) as events:
        anna = Listener(front, events, "anna")
        await anna.begin()
        await asyncio.to_thread(services.sessions.end, token)
        message = await asyncio.to_thread(front.receive, front.box_of("101"))
        assert await anna.next() == {"kind": "kept", "id": message}
        await anna.end()


async def test_the_stream_of_a_token_that_is_revoked_ends(front: Front) -> None:
    services, anna = front.services, front.user("anna")
    token, secret = services.tokens.make(anna.id, "listener", by=NOBODY)

    def find() -> User | None:
        found = services.tokens.find(secret)
        return found.user if found else None

    async with passing_on(front) as events:
        stream = events.stream(find)
        assert "retry" in await anext(stream)
        await asyncio.to_thread(partial(services.tokens.revoke, anna.id, token.id, by=NOBODY))
        async with asyncio.timeout(30):
            assert [told async for told in stream] == ["event: ended\ndata: {}\n\n"]


@pytest.mark.usefixtures("quick")
async def test_what_is_told_is_what_may_be_seen_just_then(front: Front) -> None:
    events = Events(front.services.news, front.services.messages)
    passing_on = asyncio.create_task(events.run())
    stream = events.stream(partial(front.services.sessions.find, front.tokens["anna"]))
    await anext(stream)
    change = partial(front.services.users.change, front.user("anna").id, by=NOBODY)
    await asyncio.to_thread(change, extensions=("102",))
    hers_no_more = await asyncio.to_thread(front.receive, front.box_of("101"))
    # By the next sign of life, the stream knows.
    assert hers_no_more not in await anext(stream)
    message = await asyncio.to_thread(front.receive, front.box_of("102"))
    async with asyncio.timeout(30):
        told = await anext(stream)
        while told.startswith(":"):
            told = await anext(stream)
    assert message in told
    await stream.aclose()
    passing_on.cancel()
    await asyncio.gather(passing_on, return_exceptions=True)


def test_nobody_hears_nothing(front: Front) -> None:
    nobody = front.visitor()
    assert nobody.get("/events").status_code == 401
    assert nobody.get(f"{API}/events").status_code == 401
    nobody.cookies.set(COOKIE, "x" * 43)
    assert nobody.get("/events").status_code == 401

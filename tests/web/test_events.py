"""News of messages, told to pages that are open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.web.conftest import Front
from web.events import Events


@asynccontextmanager
async def passing_on(front: Front) -> AsyncIterator[Events]:
    """The events of a server, running."""
    events = Events(front.services.news, front.services.inbox)
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
        user = front.services.users.find(login)
        assert user is not None
        self._stream = events.stream(user, after)

    async def begin(self) -> None:
        assert "retry" in await anext(self._stream)

    async def next(self) -> dict[str, str]:
        async with asyncio.timeout(5):
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


async def test_streams_end_with_the_server(front: Front) -> None:
    async with passing_on(front) as events:
        olga = Listener(front, events, "olga")
        await olga.begin()
        waiting = asyncio.create_task(olga.next())
        await asyncio.sleep(0)
        events.close()
        with pytest.raises(StopAsyncIteration):
            await waiting


def test_nobody_hears_nothing(front: Front) -> None:
    assert front.visitor().get("/events").status_code == 401

"""What happens to messages, told to the pages that are open, as server-sent events.

The calls are served by another process: news come from the database, which is asked for them as
long as anybody listens.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from typing import Final

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from storage.actor import Scope, User
from storage.errors import DatabaseUnavailable
from storage.messages.events import Item, News
from storage.messages.repository import MessageRepository

POLL_SECONDS: Final = 0.25
STILL_HERE_SECONDS: Final = 20.0
"""Something is sent this often, so that nothing on the way takes the stream for dead."""
STREAM_SECONDS: Final = 300.0
"""Then the browser asks again."""
MOST_WAITING: Final = 100
"""News that a listener may be behind; one that is slower misses the rest, and reloads anyway."""

ENDED: Final = "event: ended\ndata: {}\n\n"
"""Told last, to who may not come in any more: nothing that is open should look as if they might."""

DIGITS: Final = 19
"""Of the largest number a database can count to, and one more."""

log = structlog.get_logger()


class Events:
    """One reader of the news, and any number of listeners."""

    def __init__(self, news: News, repository: MessageRepository) -> None:
        self._news = news
        self._repository = repository
        self._listeners: dict[asyncio.Queue[Item | None], tuple[str, Scope]] = {}
        self._newest: dict[asyncio.Queue[Item | None], int] = {}
        """Of each listener: the item up to which nothing is left to tell."""
        self._somebody = asyncio.Event()
        self._closed = False

    async def run(self) -> None:
        """Pass the news on, until cancelled."""
        while True:
            await self._somebody.wait()
            await self._pass_on()

    async def _pass_on(self) -> None:
        """What is new to any of those who listen, while anybody does.

        From where they began to listen, or from where the database went away: nothing may fall
        between that and the first look at the news.
        """
        try:
            # Who began to listen may be gone by now.
            seq = min((self._newest[queue] for queue in self._listeners), default=0)
            while self._listeners:
                for item in await run_in_threadpool(self._news.since, seq):
                    seq = max(seq, item.seq)
                    self._tell(item)
                await asyncio.sleep(POLL_SECONDS)
        except DatabaseUnavailable as error:
            log.warning("no news from the database", reason=error)
            await asyncio.sleep(1)

    def _tell(self, item: Item) -> None:
        for queue, (user_id, scope) in self._listeners.items():
            if item.seq <= self._newest[queue]:
                continue
            self._newest[queue] = item.seq
            if item.concerns(user_id, scope) and not queue.full():
                queue.put_nowait(item)

    async def stream(
        self, find: Callable[[], User | None], after: int | None = None
    ) -> AsyncGenerator[str, None]:
        """The news that concern a user, as the text of an event stream.

        ``find`` tells who listens. It is asked anew whenever something is sent, and as soon as a
        session of that user ends: with a user who may not come in any more the stream ends, and
        says so; what a user may see is what it is just then.
        ``after`` is the number of the newest item that the listener knows of: what came since
        comes first, so that nothing falls between a page and its stream.
        """
        queue: asyncio.Queue[Item | None] = asyncio.Queue(MOST_WAITING)
        end = asyncio.get_running_loop().time() + STREAM_SECONDS
        try:
            self._newest[queue] = await run_in_threadpool(self._news.newest)
            listener = await self._listener(queue, find)
            yield "retry: 2000\n: listening\n\n"
            for one in await self._missed(listener, after, self._newest[queue]):
                yield _event(one)
            while listener and not self._closed and asyncio.get_running_loop().time() < end:
                try:
                    item = await asyncio.wait_for(queue.get(), STILL_HERE_SECONDS)
                    if item is None:
                        return
                except TimeoutError:
                    item = None
                listener = await self._listener(queue, find)
                if item is None:
                    yield ": still here\n\n"
                elif listener and item.kind != "session" and item.concerns(*listener):
                    yield _event(item)
            if listener is None:
                yield ENDED
        except DatabaseUnavailable as error:
            # Nobody is known now: the stream ends, and is asked for again.
            log.warning("a stream of news ends without the database", reason=error)
        finally:
            self._listeners.pop(queue, None)
            self._newest.pop(queue, None)
            if not self._listeners:
                self._somebody.clear()

    async def _listener(
        self, queue: asyncio.Queue[Item | None], find: Callable[[], User | None]
    ) -> tuple[str, Scope] | None:
        """Who listens and what that user may see, from now on also for the news; None: nobody."""
        user = await run_in_threadpool(find)
        if user is None:
            return None
        listener = user.id, await run_in_threadpool(self._repository.scope_of, user)
        self._listeners[queue] = listener
        self._somebody.set()
        return listener

    async def _missed(
        self, listener: tuple[str, Scope] | None, after: int | None, newest: int
    ) -> list[Item]:
        """What came since that number and concerns the listener.

        What is newer than ``newest`` comes by itself.
        """
        if after is None or listener is None:
            return []
        items = await run_in_threadpool(self._news.since, after)
        return [
            item
            for item in items
            if item.seq <= newest and item.kind != "session" and item.concerns(*listener)
        ]

    def close(self) -> None:
        """End every stream: the service is about to."""
        self._closed = True
        for queue in self._listeners:
            if not queue.full():
                queue.put_nowait(None)


def last_known(request: Request) -> int | None:
    """The newest item that a listener knows of: by its page's word, or its last stream's."""
    told = request.headers.get("last-event-id") or request.query_params.get("after", "")
    return int(told) if told.isdecimal() and len(told) < DIGITS else None


def _event(item: Item) -> str:
    told = json.dumps({"kind": item.kind, "id": item.message_id})
    return f"id: {item.seq}\nevent: news\ndata: {told}\n\n"

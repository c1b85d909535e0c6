"""Hearing everything that happens on one Asterisk, and waiting for a part of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from telephony.ari.client import AriAccess, Event, HttpAri
from telephony.errors import AriUnavailable
from telephony.sandbox.asterisk import USER, Asterisk


class Ears:
    """Every event of one Asterisk, in order, with a way to wait for one."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Condition()

    async def listen(self, ari: HttpAri) -> None:
        """Collect events until the connection ends."""
        try:
            async for event in ari.events():
                await self.hear(event or {"type": "Connected"})
        except AriUnavailable:
            return

    async def hear(self, event: Event) -> None:
        """Take in one event, also one that ARI does not send."""
        async with self._news:
            self.events.append(event)
            self._news.notify_all()

    async def wait(
        self, matches: Callable[[Event], bool], *, after: int = 0, seconds: float = 30
    ) -> Event:
        """The first matching event from the ``after``-th on, past or to come."""
        async with asyncio.timeout(seconds), self._news:
            while True:
                # Each is looked at once: with many who wait, there are very many looks.
                while after < len(self.events):
                    if matches(event := self.events[after]):
                        return event
                    after += 1
                await self._news.wait()


@asynccontextmanager
async def hearing_all(asterisk: Asterisk, app: str) -> AsyncIterator[tuple[HttpAri, Ears]]:
    """An ARI application on ``asterisk`` and all that it hears."""
    access = AriAccess(asterisk.ari_url, USER, asterisk.ari_secret, app)
    ears = Ears()
    async with HttpAri.connect(access) as ari:
        task = asyncio.create_task(ears.listen(ari))
        await ears.wait(lambda e: e["type"] == "Connected")
        try:
            yield ari, ears
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

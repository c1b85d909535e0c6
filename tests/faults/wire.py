"""Every event of one Asterisk, told at once as it comes, for as long as the harness runs.

Unlike `telephony.sandbox.telephones.Ears` it keeps nothing, comes back when Asterisk does, and
costs the same for one call and for two hundred.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from telephony.ari.client import AriAccess, Event, HttpAri
from telephony.errors import AriError
from telephony.sandbox.asterisk import USER, Asterisk

EVERYTHING: dict[str, list[str]] = {"eventSource": ["channel:", "bridge:"]}
RETRY_SECONDS = 0.1

Hear = Callable[[Event], None]


@asynccontextmanager
async def wire(
    asterisk: Asterisk, app: str, hear: Hear, *, everything: bool = False
) -> AsyncIterator[HttpAri]:
    """An ARI application whose events go to ``hear``; with ``everything``, those of all calls."""
    access = AriAccess(asterisk.ari_url, USER, asterisk.ari_secret, app)
    async with HttpAri.connect(access) as ari:
        connected = asyncio.Event()
        task = asyncio.create_task(_listen(ari, hear, connected, everything))
        async with asyncio.timeout(30):
            await connected.wait()
        try:
            yield ari
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _listen(ari: HttpAri, hear: Hear, connected: asyncio.Event, everything: bool) -> None:
    while True:
        with suppress(AriError):  # Asterisk was killed: it comes back
            async for event in ari.events():
                if event:
                    hear(event)
                    continue
                if everything:
                    path = f"/applications/{ari.access.app}/subscription"
                    await ari.request("POST", path, EVERYTHING)
                connected.set()
        await asyncio.sleep(RETRY_SECONDS)

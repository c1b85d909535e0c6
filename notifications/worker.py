"""The worker: makes deliveries of what happened, and sends each until it has arrived.

What hangs holds up its own destination alone. Any number of workers may run: what one has in hand
no other takes, and what a dead one had in hand the others take after a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from aiohttp import ClientSession

from notifications import webhooks
from notifications.outcome import NotWanted, NotYet, Refused, TryAgain
from notifications.sending import Sending
from storage.companies.store import Offices
from storage.database.engine import Database
from storage.errors import StorageError
from storage.notifications.delivery import Delivery
from storage.notifications.digests import make_digests
from storage.notifications.outbox import AT_ONCE, read_on
from storage.notifications.queue import AT_A_TIME, Deliveries
from web.language.problems import whole

LOOK_SECONDS: Final = 0.25
"""Between two looks at the news, and at what is due: reading one number each."""
AWAY_SECONDS: Final = 5.0
"""While the database is away."""
END_SECONDS: Final = 1.0
"""For what is nearly sent when the worker ends."""
HOLD_SECONDS: Final = 5.0
"""So often the others are told what is in hand still: well before they would take it over."""

log = structlog.get_logger()


@dataclass
class Worker:
    """Reads the news and works off the queue, until cancelled."""

    database: Database
    offices: Offices
    queue: Deliveries
    sending: Sending
    beat: Callable[[], None] = lambda: None
    """Called with every look, for whoever watches."""

    async def run(self) -> None:
        """Work until cancelled; what is being sent then is sent to its end, up to a second."""
        busy: dict[str, asyncio.Task[None]] = {}
        in_hand: dict[str, Delivery] = {}
        held, clock = 0.0, asyncio.get_running_loop()
        async with webhooks.client(self.sending.webhooks) as session:
            try:
                while True:
                    self.beat()
                    pause = LOOK_SECONDS
                    try:
                        if busy and clock.time() - held > HOLD_SECONDS:
                            held = clock.time()
                            still = [in_hand[each] for each in busy]
                            await asyncio.to_thread(self.queue.renew, still)
                        more = await asyncio.to_thread(self._read_news)
                        taken = await asyncio.to_thread(
                            partial(self.queue.take, AT_A_TIME - len(busy), busy=list(busy))
                        )
                    except StorageError as error:
                        log.warning("notifications wait for the database", why=error)
                        more, taken, pause = False, [], AWAY_SECONDS
                    for delivery in taken:
                        task = asyncio.create_task(self._deliver(session, delivery))
                        busy[delivery.destination] = task
                        in_hand[delivery.destination] = delivery
                        task.add_done_callback(partial(_no_longer, busy, delivery.destination))
                    if not more:
                        await self._pause(pause, busy)
            finally:
                if busy:
                    await asyncio.wait(busy.values(), timeout=END_SECONDS)
                for task in busy.values():
                    task.cancel()
                await asyncio.gather(*busy.values(), return_exceptions=True)

    async def _pause(self, seconds: float, busy: dict[str, asyncio.Task[None]]) -> None:
        """Wait, or until something was sent: its destination may have more."""
        if busy:
            await asyncio.wait(busy.values(), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(seconds)

    def _read_news(self) -> bool:
        """Make deliveries; whether there are more news than were read at once."""
        directory = self.offices.snapshot()
        make_digests(self.database, directory)
        return read_on(self.database, directory) >= AT_ONCE

    async def _deliver(self, session: ClientSession, delivery: Delivery) -> None:
        settle: Callable[[], object]
        try:
            sent = await self.sending.send(session, delivery, self.offices, self.queue)
        except TryAgain as error:
            settle = partial(self._failed, delivery, str(error), error.after)
            log.warning("not delivered", **_told(delivery), why=str(error))
        except Refused as error:
            settle = partial(self.queue.refused, delivery, str(error))
            log.warning("delivery refused", **_told(delivery), why=str(error))
        except NotWanted as error:
            settle = partial(self.queue.cancelled, delivery, str(error))
        except NotYet as error:
            settle = partial(self.queue.put_off, delivery, error.until)
        except StorageError as error:  # the message or its audio is not to be had just now
            settle = partial(self._failed, delivery, whole(error))
            log.warning("not delivered", **_told(delivery), why=error)
        except Exception as error:
            # Whatever nobody foresaw in one must not end the others.
            log.exception("delivering failed", **_told(delivery))
            settle = partial(self._failed, delivery, type(error).__name__)
        else:
            settle = partial(self.queue.sent, delivery, sent.answer, sent.then)
            log.info("delivered", **_told(delivery))
        with suppress(StorageError):  # then it is sent again, with the same id
            await asyncio.to_thread(settle)

    def _failed(self, delivery: Delivery, answer: str, after: float = 0) -> None:
        tried_for = self.sending.tried_for(delivery, self.offices, self.queue)
        self.queue.failed(delivery, answer, after=after, tried_for=tried_for)


def _told(delivery: Delivery) -> dict[str, object]:
    return {"delivery": delivery.id, "kind": delivery.kind, "tries": delivery.tries}


def _no_longer(busy: dict[str, asyncio.Task[None]], key: str, _: asyncio.Task[None]) -> None:
    del busy[key]

"""Lamps: what phones are told of new messages follows what is in the mailboxes.

The process that serves an Asterisk's calls does it: each Asterisk has lamps of its own, and exactly
one serves it. A lamp's state is a count that replaces the last one: after a restart of ours or of
Asterisk's all are set again.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

import structlog

from commands.context import App
from dialplan.keeping.worker_threads import WorkerThreads
from storage.companies.directory import Directory
from storage.errors import StorageError
from storage.messages.events import MOST, Item
from storage.notifications.lamps import Box, Count, Lamp
from telephony.ari.client import Ari
from telephony.ari.lamps import set_lamp, try_lamp
from telephony.ari.router import Router
from telephony.errors import AriError

LOOK_SECONDS: Final = 0.25
"""Between two looks at the news, each of which reads two numbers."""
AGAIN_SECONDS: Final = 60.0
"""Between two counts of everything: accounts that come and go are in no news. And so often is tried
whether lamps can be set by now."""
AWAY_SECONDS: Final = 5.0
"""While the database is away, and after what nobody foresaw."""
CALLERS_FIRST_SECONDS: Final = 2.0
"""Callers of a service that died are taken up before lamps are set."""

log = structlog.get_logger()


async def keep_lamps(app: App, ari: Ari, router: Router) -> None:
    """Set lamps whenever something changes, until cancelled. What fails is tried again."""
    board = Board(app)
    connection = 0
    while True:
        await router.connected.wait()
        pause = LOOK_SECONDS
        try:
            if connection != router.connections:  # Asterisk may have been restarted
                if router.live_calls:
                    await asyncio.sleep(CALLERS_FIRST_SECONDS)
                connection = router.connections
                board.forget()
                await _until_they_can_be_set(ari, board, router)
            for lamp, count in await board.look():
                await set_lamp(ari, lamp.mailbox, new=count.new, old=count.old)
                board.shown[lamp.mailbox] = count
        except StorageError as error:
            log.warning("lamps wait for the database", why=error)
            pause = AWAY_SECONDS
        except AriError as error:  # those that were not set are set with the next look
            if error.status:
                log.warning("a lamp cannot be set", why=error)
                pause = AWAY_SECONDS
        except Exception:
            # Whatever nobody foresaw here must not end the calls of this process.
            log.exception("setting lamps failed")
            pause = AWAY_SECONDS
        await asyncio.sleep(pause)


async def _until_they_can_be_set(ari: Ari, board: Board, router: Router) -> None:
    """Try one: where Asterisk lacks what lamps need, its log need not have it for each of them.

    Returns also when there is another connection, to an Asterisk that may have it.
    """
    connection, told = router.connections, False
    while changed := await board.look():
        lamp, count = changed[0]
        why = await try_lamp(ari, lamp.mailbox, new=count.new, old=count.old)
        if not why:
            board.shown[lamp.mailbox] = count
            return
        if not told:
            log.warning("lamps cannot be set", why=why)
            told = True
        again = time.monotonic() + AGAIN_SECONDS
        while time.monotonic() < again:
            await asyncio.sleep(LOOK_SECONDS)
            if router.connections != connection:
                return


@dataclass
class Board:
    """What all lamps should show, and what Asterisk was told of them (``shown``)."""

    app: App
    shown: dict[str, Count] = field(default_factory=dict)
    _threads: WorkerThreads = field(default_factory=lambda: WorkerThreads("lamps", 1))
    _lamps: dict[str, Lamp] = field(default_factory=dict)
    _counts: dict[Box, Count] = field(default_factory=dict)
    _directory: Directory | None = None
    _seq: int = 0
    _counted_at: float | None = None
    """When all were counted last, by the monotonic clock; None where they have to be."""

    def forget(self) -> None:
        """Asterisk knows nothing: count and set all anew."""
        self.shown.clear()
        self._counted_at = None

    async def look(self) -> list[tuple[Lamp, Count]]:
        """As `changed`, in a thread of its own: a database that hangs holds up nothing else."""
        return await self._threads.do(self.changed)

    def changed(self) -> list[tuple[Lamp, Count]]:
        """The lamps that have to show something else, lit ones first. Raises StorageError.

        One whose mailbox is no more shows nothing.
        """
        try:
            self._look()
        except StorageError:
            self._counted_at = None
            raise
        wanted = [(lamp, lamp.count(self._counts)) for lamp in self._lamps.values()]
        found = [(lamp, count) for lamp, count in wanted if self.shown.get(lamp.mailbox) != count]
        found += [
            (Lamp(mailbox, "", "", "", ()), Count())
            for mailbox, count in self.shown.items()
            if mailbox not in self._lamps and count != Count()
        ]
        return sorted(found, key=lambda each: each[1].new == 0)

    def _look(self) -> None:
        directory = self.app.offices.snapshot()
        if directory is not self._directory:
            self._lamps = {lamp.mailbox: lamp for lamp in self.app.lamps.all(directory)}
            self._directory, self._counted_at = directory, None
        if self._counted_at is None or time.monotonic() - self._counted_at > AGAIN_SECONDS:
            self._seq = self.app.news.newest()  # first: what comes meanwhile is counted again
            self._counts = self.app.lamps.counts()
            self._counted_at = time.monotonic()
        elif items := self.app.news.since(self._seq):
            self._count_of(items)

    def _count_of(self, items: list[Item]) -> None:
        boxes = {(item.company_id, item.employee_id) for item in items if item.company_id}
        self._seq = items[-1].seq
        if len(items) == MOST:  # there are more: all of them, then
            self._counted_at = None
            self._look()
        elif boxes:
            counts = self.app.lamps.counts(boxes)
            self._counts |= {box: counts.get(box, Count()) for box in boxes}

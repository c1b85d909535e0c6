"""Housekeeping: uploads and retention, which one process of a home does.

`voicepost worker` does it where one runs, and of several workers one. `voicepost calls` does it
where none has for a while: older installations with units of their own have no worker. Who does is
told by a lease in the database, one for each home: what waits to be uploaded is in files of the
home, and no other machine has them.

A worker takes the lease from calls at once. Two may do it for a moment, then; uploading has a lock
of its own (`storage.audio.upload_queue`), and what both find to be removed goes once.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Literal

import structlog

from commands.context import App
from commands.loops.calls_lock import owner, was_served
from commands.loops.retention import keep_retention
from commands.loops.uploading import keep_uploading
from storage.database.lease import Entry, Lease
from storage.errors import StorageError
from storage.settings import Settings

LOOK_SECONDS: Final = 3.0
"""Between two looks at the lease, which renew it where it is ours."""
STALE_SECONDS: Final = 15.0
"""Five renewals missed: a worker is dead or frozen, and another one takes over."""
CALLS_WAIT_SECONDS: Final = 30.0
"""For so long no worker was there: time enough for one that is started anew."""
FIRST_CALLS_SECONDS: Final = 15.0
"""Between two looks whether calls are served in this home."""

HousekeepingRole = Literal["worker", "calls"]

log = structlog.get_logger()


def lease_name(settings: Settings) -> str:
    """The lease of this home."""
    return f"housekeeping {owner(settings)}"


async def keep_housekeeping(app: App, role: HousekeepingRole) -> None:
    """Do it whenever it is this role's, until cancelled.

    While the database is away everybody goes on as before.
    """
    place = f"{socket.gethostname()}, process {os.getpid()}"
    claim = Claim(Lease(app.database, lease_name(app.settings), role=role, place=place), role)
    work: list[asyncio.Task[None]] = []
    try:
        while True:
            await _look(claim)
            if claim.is_ours and not work:
                log.info("uploads and retention are done here")
                work = [
                    asyncio.create_task(keep_uploading(app.audio), name="uploading"),
                    asyncio.create_task(_keep_retention(app), name="retention"),
                ]
            elif work and not claim.is_ours:
                log.info("uploads and retention are done by another process")
                await _end(work)
                work = []
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        await _end(work)
        if claim.is_ours and role == "worker":  # calls need not: workers never wait for them
            with suppress(StorageError):
                await asyncio.to_thread(claim.give_back)


class Claim:
    """A role's claim to the lease. ``clock`` tells seconds, and is never set back."""

    def __init__(
        self, lease: Lease, role: HousekeepingRole, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lease = lease
        self._role = role
        self._clock = clock
        self._seen: Entry | None = None
        self._changed = self._looked = clock()
        self.is_ours = False

    def look(self) -> None:
        """Renew the lease, or take it where it is free for us. Raises DatabaseUnavailable."""
        now = self._clock()
        # What stood still while we did ourselves, with the whole machine, was not let go.
        self._changed += max(0.0, now - self._looked - 2 * LOOK_SECONDS)
        self._looked = now
        if self.is_ours:
            self.is_ours = self._lease.renew()
            return
        try:
            seen = self._lease.read()
        except StorageError:
            self._changed = now  # what was not seen did not stand still
            raise
        if seen != self._seen:
            self._seen, self._changed = seen, now
        if now - self._changed >= self._wait(seen):
            self.is_ours = self._lease.take(seen)

    def give_back(self) -> None:
        """Let another worker have it at once. Raises DatabaseUnavailable."""
        self._lease.give_back()

    def _wait(self, seen: Entry | None) -> float:
        """For how many seconds the lease has to stand still before we take it."""
        if self._role == "calls":
            return CALLS_WAIT_SECONDS
        is_a_workers = seen is not None and not seen.is_free and seen.role == "worker"
        return STALE_SECONDS if is_a_workers else 0.0


async def _look(claim: Claim) -> None:
    try:
        await asyncio.to_thread(claim.look)
    except StorageError as error:
        log.debug("who uploads and removes cannot be told", why=error)
    except Exception:
        # Whatever nobody foresaw here must not end the calls, or the letters, of this process.
        log.exception("looking after uploads and retention failed")


async def _keep_retention(app: App) -> None:
    """Remove what is old where calls are served: their recordings are in reach there.

    A worker of another machine may see the database and not the files: rows would go, and
    recordings stay.
    """
    while not was_served(app.home):  # noqa: ASYNC110 - another process, which sends no event
        await asyncio.sleep(FIRST_CALLS_SECONDS)
    await keep_retention(app)


async def _end(work: list[asyncio.Task[None]]) -> None:
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)

"""What notifications meet: a worker that dies, servers that are away or hang, no database."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from storage.intake.mailboxes import company_mailbox
from tests.faults import databases
from tests.faults.company import NUMBER
from tests.faults.fault import Blow, Fault, Limits, Strike
from tests.faults.installation import Installation
from tests.faults.told import (
    ANNA,
    OFFICE,
    OTHER,
    WELL,
    all_are_told,
    installation_that_tells,
    leave_more,
    listeners,
    slowest,
)

AWAY_SECONDS = {"short": 60.0, "long": 600.0}
KILLS = {"short": 6, "long": 20}
APART_SECONDS = (0.2, 3.0)
"""From one kill of the worker to the next, at random."""
BURST_SECONDS = 5.0
SOON_SECONDS = 300.0
"""All is told so soon after a fault that leaves nothing to be tried again much later: a busy
machine sends some three a second to each."""
RETRIED_SECONDS = {"short": 150.0, "long": 1200.0}
"""After ten minutes the pauses between tries are as long: up to 15 minutes, and a fifth more."""
PROMPT_SECONDS = 5.0
"""Whoever is well is told of a message so soon after it is kept, whoever else is not."""

Break = Callable[[Blow], Awaitable[None]]


def telling(
    strike: Break, more_within: dict[str, float], soon: dict[str, float], well: frozenset[str]
) -> Strike:
    """The fault, while messages are on their way; and the account of what was told.

    ``more_within`` are the seconds in which messages are kept beside those of the callers; all has
    to be told within ``soon``, and to those who are ``well`` at once.
    """

    async def struck(blow: Blow) -> None:
        app, since = blow.installation.app, datetime.now(UTC)
        box = company_mailbox(app.offices.site(), NUMBER)
        leaving = asyncio.to_thread(leave_more, app, box, more_within[blow.size])
        more = asyncio.create_task(leaving)
        await strike(blow)
        await more
        await blow.installation.all_are_gone()
        await all_are_told(blow, soon[blow.size])
        if well:
            took = await asyncio.to_thread(slowest, app, set(well), since)
            blow.measure("others_told_seconds_max", took)
            if took > PROMPT_SECONDS:
                blow.broken.append(f"somebody who was well was told after {took:.1f} s")

    return struck


async def kill_worker(blow: Blow) -> None:
    """kill -9 of the worker, again and again; the supervisor starts another."""
    killed = 0
    while killed < KILLS[blow.size]:
        await asyncio.sleep(blow.chance.uniform(*APART_SECONDS))
        try:
            os.kill(blow.installation.pid("worker"), signal.SIGKILL)
        except (LookupError, ProcessLookupError):
            continue  # between two lives
        killed += 1
    blow.add("kills", killed)


async def smtp_away(blow: Blow) -> None:
    """Connections to the mail server are refused."""
    server = listeners().mail
    await server.close()
    await asyncio.sleep(AWAY_SECONDS[blow.size])
    await server.open()


async def webhook_hangs(blow: Blow) -> None:
    """One receiver takes requests, and never answers."""
    hooks = listeners().hooks
    hooks.hangs.add(OTHER)
    await asyncio.sleep(AWAY_SECONDS[blow.size])
    # What it took and never answered does not count as told.
    hooks.asked[:] = [asked for asked in hooks.asked if asked.path != OTHER or asked.answered]
    hooks.hangs.clear()


@asynccontextmanager
async def telling_on_postgresql() -> AsyncIterator[Installation]:
    """The same on a PostgreSQL of its own."""
    async with installation_that_tells(databases.installation_on_postgresql) as installation:
        yield installation


def _same(seconds: float) -> dict[str, float]:
    return {"short": seconds, "long": seconds}


KILL_WORKER = Fault(
    "worker-killed",
    telling(kill_worker, _same(BURST_SECONDS), _same(SOON_SECONDS), frozenset()),
    Limits(),
    installation_that_tells,
    rounds=20,
    after=10.0,
)
FAULTS = (
    KILL_WORKER,
    Fault(
        "smtp-away",
        telling(
            smtp_away,
            {size: 0.8 * seconds for size, seconds in AWAY_SECONDS.items()},
            RETRIED_SECONDS,
            frozenset((WELL, OTHER)),
        ),
        Limits(),
        installation_that_tells,
        rounds=1,
        after=30.0,
        long_after=560.0,
        late=0.8,
    ),
    Fault(
        "webhook-hangs",
        telling(
            webhook_hangs,
            {size: 0.8 * seconds for size, seconds in AWAY_SECONDS.items()},
            RETRIED_SECONDS,
            frozenset((WELL, OFFICE, ANNA)),
        ),
        Limits(),
        installation_that_tells,
        rounds=1,
        after=30.0,
        long_after=560.0,
        late=0.8,
    ),
    Fault(
        "told-postgresql-killed",
        telling(
            databases.kill_postgresql,
            {size: seconds / 2 for size, seconds in databases.AWAY_SECONDS.items()},
            _same(SOON_SECONDS),
            frozenset(),
        ),
        Limits(),
        telling_on_postgresql,
        rounds=20,
        after=15.0,
    ),
)

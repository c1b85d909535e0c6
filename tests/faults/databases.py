"""The database goes away: PostgreSQL is killed, SQLite is locked by somebody else."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from tests.faults.fault import Blow, Fault
from tests.faults.installation import Installation, open_installation
from tests.storage.postgresql import Server, running_server

AWAY_SECONDS = {"short": 10.0, "long": 60.0}


async def lock_sqlite(blow: Blow) -> None:
    """Somebody holds the database's only lock for writing."""
    path = blow.installation.app.settings.home / "voicepost.db"
    with closing(sqlite3.connect(path, timeout=30)) as database:
        database.execute("BEGIN EXCLUSIVE")
        await asyncio.sleep(AWAY_SECONDS[blow.size])
        database.rollback()


_servers: list[Server] = []


@asynccontextmanager
async def installation_on_postgresql(settings: str = "") -> AsyncIterator[Installation]:
    """An installation whose database is a PostgreSQL of its own."""
    with running_server() as server:
        _servers.append(server)
        url = f"postgresql://postgres@/postgres?host={server.folder}"
        async with open_installation(f'{settings}[database]\nurl = "{url}"') as installation:
            yield installation
        _servers.remove(server)


async def kill_postgresql(blow: Blow) -> None:
    """The database's processes die, and are started again later."""
    (server,) = _servers
    server.stop(signal.SIGKILL)
    await asyncio.sleep(AWAY_SECONDS[blow.size] / 2)
    await asyncio.to_thread(server.start)
    blow.installation.app.database.close()  # the onlooker's own connections are dead, too


FAULTS = (
    Fault(
        "postgresql-killed",
        kill_postgresql,
        arrange=installation_on_postgresql,
        rounds=20,
        after=15.0,
    ),
    Fault(
        "sqlite-locked",
        lock_sqlite,
        rounds=20,
        after=15.0,
        long_after=60.0,
    ),
)

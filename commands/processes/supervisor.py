"""The supervisor: starts the roles, restarts those that die, ends them in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import structlog

from commands.processes.fork_server import Child, FirstForkServer, ForkServer
from commands.processes.systemd import SUPERVISED

FIRST_RESTART_SECONDS = 0.1
LAST_RESTART_SECONDS = 10.0
STEADY_SECONDS = 2.0
"""A role that was ready, and lived this long, died of something new: it is back without delay."""
SILENT_SECONDS = 45.0
"""A role is to be heard of every five seconds. A machine may stand still for a while."""

log = structlog.get_logger()


def fork_server(home: Path, first: FirstForkServer | None = None) -> ForkServer:
    """The fork server of a home's roles, to be run; ``first`` if it is there already."""
    command = (sys.executable, "-m", "cli", "--home", str(home), "fork-server")
    return ForkServer(command, os.environ | {SUPERVISED: "1"}, first)


class Role:
    """One of our processes, kept alive by `run` until cancelled or told to `end`."""

    def __init__(self, name: str, fork_server: ForkServer) -> None:
        self.name = name
        self.ready = asyncio.Event()
        """Set when the role has said so, cleared when it died."""
        self._fork_server = fork_server
        self._child: Child | None = None
        self._heard = 0.0
        self._ending = False

    @property
    def is_well(self) -> bool:
        """Whether the process was heard of lately; one that is starting, or ended, is well."""
        silence = asyncio.get_running_loop().time() - self._heard
        return self._child is None or not self.ready.is_set() or silence < SILENT_SECONDS

    @property
    def pid(self) -> int | None:
        """The process, None while there is none."""
        return self._child.pid if self._child else None

    async def run(self) -> None:
        """Start the process, again and again."""
        delay = FIRST_RESTART_SECONDS
        clock = asyncio.get_running_loop()
        while not self._ending:
            started = clock.time()
            code = await self._live()
            if self.ready.is_set() and clock.time() - started > STEADY_SECONDS:
                delay = FIRST_RESTART_SECONDS
            self.ready.clear()
            if self._ending:
                return
            log.warning("a role died and is restarted", role=self.name, code=code, seconds=delay)
            await asyncio.sleep(delay)
            delay = min(delay * 2, LAST_RESTART_SECONDS)

    async def end(self, seconds: float) -> None:
        """Have the process end in order; after ``seconds`` it is killed."""
        self._ending = True
        if self._child is None:
            return
        child = self._child
        child.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(seconds):
                await child.ended.wait()
        except TimeoutError:
            log.error("a role does not end and is killed", role=self.name)
            child.signal(signal.SIGKILL)
            await child.ended.wait()

    async def _live(self) -> int | None:
        """One life of the process; its exit code, where it is known."""
        try:
            self._child = child = await self._fork_server.fork(self.name)
        except OSError:
            return None
        if self._ending:
            child.signal(signal.SIGTERM)
        telling = asyncio.create_task(self._hear(child))
        try:
            await child.ended.wait()
            return await self._fork_server.exit_code(child)
        finally:
            self._child = None
            telling.cancel()
            child.close()

    async def _hear(self, child: Child) -> None:
        async for line in child.output:
            self._heard = asyncio.get_running_loop().time()
            if line.strip() == b"ready":
                self.ready.set()

"""The supervisor: starts the roles, restarts those that die, ends them in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from commands.roles import SUPERVISED

FIRST_RESTART_SECONDS = 0.2
LAST_RESTART_SECONDS = 10.0
STEADY_SECONDS = 10.0
"""A role that lived this long died of something new: it is restarted without delay."""

log = structlog.get_logger()


class Role:
    """One of our processes, kept alive by `run` until cancelled or told to `end`."""

    def __init__(self, name: str, home: Path) -> None:
        self.name = name
        self.ready = asyncio.Event()
        """Set when the role has said so, cleared when it died."""
        self._home = home
        self._process: asyncio.subprocess.Process | None = None
        self._ending = False

    async def run(self) -> None:
        """Start the process, again and again."""
        delay = FIRST_RESTART_SECONDS
        clock = asyncio.get_running_loop()
        while not self._ending:
            started = clock.time()
            code = await self._live()
            self.ready.clear()
            if self._ending:
                return
            if clock.time() - started > STEADY_SECONDS:
                delay = FIRST_RESTART_SECONDS
            log.warning("a role died and is restarted", role=self.name, code=code, seconds=delay)
            await asyncio.sleep(delay)
            delay = min(delay * 2, LAST_RESTART_SECONDS)

    async def end(self, seconds: float) -> None:
        """Have the process end in order; after ``seconds`` it is killed."""
        self._ending = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(seconds):
                await process.wait()
        except TimeoutError:
            log.error("a role does not end and is killed", role=self.name)
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _live(self) -> int:
        self._process = process = await asyncio.create_subprocess_exec(
            *self._argv(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {SUPERVISED: "1"},
            # Ctrl-C in the terminal is for the supervisor, who ends the roles in order.
            start_new_session=True,
        )
        assert process.stdout is not None
        async for line in process.stdout:
            if line.strip() == b"ready":
                self.ready.set()
        return await process.wait()

    def _argv(self) -> Sequence[str]:
        return (sys.executable, "-m", "cli", "--home", str(self._home), self.name)

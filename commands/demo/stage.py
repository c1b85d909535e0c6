"""What the demo runs: the service in this home, and a second Asterisk full of telephones."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import click

from storage.settings import Settings
from telephony.errors import TelephonyError
from telephony.sandbox.asterisk import Asterisk, Ports

START_SECONDS = 60.0
END_SECONDS = 90.0
POLL_SECONDS = 0.1


class Service:
    """`voicepost serve --sandbox`, as a process of its own, and the other commands beside it."""

    def __init__(self, settings: Settings, asterisk: Asterisk) -> None:
        self.asterisk = asterisk
        self.environment: dict[str, str] = {}
        """More settings, for the service alone."""
        self.log = settings.home / "demo.log"
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """The service, from its "ready" to its end. Raises TelephonyError where it cannot start."""
        click.echo("$ voicepost serve --sandbox")
        with self.log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command("serve", "--sandbox"),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=os.environ | self.environment,
                # Ctrl-C is for the demo, which ends the calls first and the service then.
                start_new_session=True,
            )
        try:
            click.echo(await self._ready_line())
            yield
        finally:
            await self._end()

    async def ended(self) -> None:
        """Wait until the service is over."""
        assert self._process is not None
        await self._process.wait()

    async def voicepost(self, *words: str) -> None:
        """Run a command in this home, and show it as one would type it."""
        click.echo(f"$ voicepost {' '.join(words)}")
        process = await asyncio.create_subprocess_exec(*self._command(*words))
        if await process.wait():
            raise TelephonyError(f"The demo cannot go on without `voicepost {words[0]}`.")

    def _command(self, *words: str) -> tuple[str, ...]:
        return (sys.executable, "-m", "cli", "--home", os.fspath(self._settings.home), *words)

    async def _ready_line(self) -> str:
        """What the service says when calls can come in.

        Raises TelephonyError with the service's own complaint where it has one: a role that
        cannot start is restarted for ever.
        """
        assert self._process is not None and self._process.stdout is not None
        line = asyncio.create_task(self._process.stdout.readline())
        complaint = ""
        with suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                while not (line.done() or complaint):
                    await asyncio.sleep(POLL_SECONDS)
                    complaint = self._complaint()
        if line.done() and line.result():
            return line.result().decode().rstrip()
        line.cancel()
        raise TelephonyError(
            complaint or self._complaint() or f"The service does not start: see {self.log}"
        )

    def _complaint(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        errors = [line for line in lines if line.startswith("Error: ")]
        return errors[0].removeprefix("Error: ") if errors else ""

    async def _end(self) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                # Not by its terminate(): of one that has just ended, that takes the end away from
                # asyncio, which complains on stderr.
                os.kill(self._process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), END_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            await self.asterisk.stop()  # which the service does itself, unless it is killed


@asynccontextmanager
async def telephones(server: Asterisk) -> AsyncIterator[Asterisk]:
    """The second Asterisk, on free ports, in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="voicepost-demo-") as folder:
        # The ranges of sound may overlap: Asterisk passes over ports in use.
        ports = Ports(
            _free(socket.SOCK_DGRAM), _free(socket.SOCK_STREAM), rtp_start=20000, rtp_end=20999
        )
        phones = Asterisk(server.site.build, Path(folder) / "phones", ports, role="phones")
        await phones.start()
        try:
            yield phones
        finally:
            await phones.stop()


def _free(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

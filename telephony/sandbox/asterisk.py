"""A private Asterisk: one process, all its state in one folder, nothing outside it.

It runs in a session of its own and so outlives the process that started it: when the service is
killed, calls go on, and the next service finds this Asterisk by its pid file and takes it over.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import socket
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import IO

import aiohttp

from telephony.errors import SandboxError
from telephony.sandbox.build import Build
from telephony.sandbox.configuration import USER, Ports, Role, Site, write
from telephony.sandbox.process import end, has_ended, runs_with, spawn

__all__ = ["USER", "Asterisk", "Ports", "Role"]

START_SECONDS = 30.0
"""After this long an Asterisk that does not answer has failed to start."""

COMMAND_SECONDS = 10.0

# A log that outgrew this, in bytes, is set aside at the next start; one older one is kept.
LOG_BYTES = 10_000_000

# What cannot be changed in a running Asterisk.
_FIXED_AT_START = {"asterisk.conf", "http.conf", "modules.conf", "pjsip.conf", "rtp.conf"}


class Asterisk:
    """An Asterisk of our own in ``folder``, listening on 127.0.0.1 only.

    ``agi`` is host:port of the fallback service, and ``agi_secret`` what that asks for ("": one is
    made). ``language`` is spoken when neither service is there. ``max_seconds`` ends any call. Two
    objects for one folder are the same Asterisk.
    """

    def __init__(
        self,
        build: Build,
        folder: Path,
        ports: Ports,
        agi: str = "127.0.0.1:4573",
        *,
        role: Role = "server",
        language: str = "en",
        max_seconds: int = 14400,
        agi_secret: str = "",
    ) -> None:
        place = folder.expanduser().resolve()
        self.site = Site(build, place, ports, role, agi, language, max_seconds, agi_secret)
        self._spawned: int | None = None

    @property
    def folder(self) -> Path:
        return self.site.folder

    @property
    def spool(self) -> Path:
        """Holds ``recording`` (made over ARI) and ``voicepost`` (made by Asterisk alone)."""
        return self.site.folder / "spool"

    @property
    def sip(self) -> str:
        """The address callers call, as ``127.0.0.1:5060``."""
        return f"127.0.0.1:{self.site.ports.sip}"

    @property
    def ari_url(self) -> str:
        """Base address of the HTTP server; ARI is at ``/ari`` under it."""
        return f"http://127.0.0.1:{self.site.ports.http}"

    @property
    def ari_secret(self) -> str:
        """The password of the ARI user ``voicepost``."""
        return self.site.secret()

    def write_configuration(self) -> set[str]:
        """Write the folder's files; returns the names of those that changed."""
        return write(self.site)

    def pid(self) -> int | None:
        """The process that runs this very Asterisk, None where there is none."""
        # Our own child is known before it has written its pid file, even before its name is set.
        if self._spawned is not None and not has_ended(self._spawned):
            return self._spawned
        self._spawned = None
        try:
            pid = int((self.folder / "run/asterisk.pid").read_text())
        except (OSError, ValueError):
            return None
        return pid if runs_with(pid, *self._identity) else None

    def running(self) -> bool:
        return self.pid() is not None

    async def start(self) -> bool:
        """Start it, or take over the one that runs in this folder, and wait until it is ready.

        True where it was started. A running one is told of changed configuration, and restarted
        where its ports changed. Raises SandboxError, naming the setting where a port is in use.
        """
        async with _locked(self.folder):
            changed = self.write_configuration()
            if self.running() and changed & _FIXED_AT_START:
                await self.stop()
            if self.running():
                await self.wait_ready()
                if changed:
                    await self.rx("core reload")
                return False
            self._check_ports()
            self._spawn()
            try:
                await self.wait_ready()
            except BaseException:
                await self.stop()
                raise
            return True

    async def wait_ready(self, timeout: float = START_SECONDS) -> None:  # noqa: ASYNC109
        """Wait until calls can come in. Raises SandboxError after ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        credentials = {"Authorization": aiohttp.encode_basic_auth(USER, self.ari_secret)}
        async with aiohttp.ClientSession(headers=credentials) as session:
            while not await self._answers(session):
                if not self.running():
                    raise SandboxError(f"Asterisk ended as it started: {self._last_words()}")
                if time.monotonic() > deadline:
                    raise SandboxError(
                        f"Asterisk did not answer within {timeout:.0f} s: {self._last_words()}"
                    )
                await asyncio.sleep(0.05)
        await self.rx("core waitfullybooted")
        if "transport-udp" not in await self.rx("pjsip show transports"):
            raise SandboxError(f"Asterisk does not listen on {self.sip}: {self._last_words()}")

    async def stop(self) -> None:
        """End it and all its calls; nothing happens where it does not run."""
        pid = self.pid()
        try:
            pidfd = os.pidfd_open(pid) if pid else None
        except ProcessLookupError:
            pidfd = None
        if pid is None or pidfd is None:
            return
        try:
            # Held by its pidfd, it cannot be mistaken for another process any more: look again.
            if self.pid() != pid:
                return
            with contextlib.suppress(SandboxError):
                await self.rx("core stop now")
            if not await end(pidfd):
                raise SandboxError(f"Asterisk (process {pid}) cannot be ended.")
        finally:
            os.close(pidfd)
            has_ended(pid)
        self._spawned = None

    async def rx(self, command: str) -> str:
        """Run one command of Asterisk's own command line; returns what it printed.

        Raises SandboxError where Asterisk cannot be reached.
        """
        process = await asyncio.create_subprocess_exec(
            *self.site.build.command, "-C", str(self.site.file), "-rx", command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=_environment(self.folder),
        )  # fmt: skip
        try:
            printed, _ = await asyncio.wait_for(process.communicate(), COMMAND_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise SandboxError(f"Asterisk did not answer the command: {command}") from None
        text = printed.decode(errors="replace")
        if process.returncode != 0:
            raise SandboxError(f"Asterisk refused the command {command}: {text.strip()}")
        return text

    def _spawn(self) -> None:
        for log in (self.folder / "log").glob("*.log"):
            if log.stat().st_size > LOG_BYTES:
                log.replace(log.with_suffix(".log.old"))
        self._spawned = spawn(
            (*self.site.build.command, *self._identity),
            self.folder / "log/console.log",
            _environment(self.folder),
        )

    @property
    def _identity(self) -> tuple[str, ...]:
        """The arguments by which its process is known: no other has them all."""
        return ("-f", "-C", str(self.site.file))

    def _check_ports(self) -> None:
        """Raise SandboxError with the setting's name where somebody listens already."""
        ports = self.site.ports
        for setting, port, kind in (
            ("sip_port", ports.sip, socket.SOCK_DGRAM),
            ("http_port", ports.http, socket.SOCK_STREAM),
        ):
            with socket.socket(socket.AF_INET, kind) as probe:
                if kind == socket.SOCK_STREAM:
                    # As Asterisk does: connections of the last one may still be closing.
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    raise SandboxError(
                        f"Port {port} of 127.0.0.1 is in use: set sandbox.{setting} to another."
                    ) from None

    async def _answers(self, session: aiohttp.ClientSession) -> bool:
        limit = aiohttp.ClientTimeout(total=2)
        try:
            async with session.get(f"{self.ari_url}/ari/asterisk/ping", timeout=limit) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    def _last_words(self) -> str:
        for name in ("asterisk.log", "console.log"):
            with contextlib.suppress(OSError):
                said = (self.folder / "log" / name).read_text(errors="replace").strip()
                if said:
                    return said.splitlines()[-1]
        return "it left no log."


def _environment(folder: Path) -> Mapping[str, str]:
    """What Asterisk is told of our environment: no more than it needs, and none of our secrets."""
    inherited = {name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ}
    return {"LANG": "C.UTF-8", "HOME": str(folder), "TERM": "dumb", **inherited}


@contextlib.asynccontextmanager
async def _locked(folder: Path) -> AsyncIterator[None]:
    """Only one process at a time starts the Asterisk of a folder."""
    with _lock_file(folder) as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        yield


def _lock_file(folder: Path) -> IO[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return (folder / "start.lock").open("w")
    except OSError as error:
        raise SandboxError(f"Asterisk's folder cannot be written: {error.strerror}.") from error

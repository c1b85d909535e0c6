"""A private Asterisk: one process, all its state in one folder, nothing outside it.

It runs in a session of its own and so outlives the process that started it: when the service is
killed, calls go on, and the next service finds this Asterisk by its pid file and takes it over.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import resource
import signal
import socket
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import IO

import aiohttp

from telephony.errors import SandboxError
from telephony.sandbox.build import Build
from telephony.sandbox.configuration import USER, Ports, Role, Site, write

__all__ = ["USER", "Asterisk", "Ports", "Role"]

START_SECONDS = 30.0
"""After this long an Asterisk that does not answer has failed to start."""

STOP_SECONDS = 5.0
"""How long each way of stopping it is given before a harder one."""

COMMAND_SECONDS = 10.0

# A log that outgrew this, in bytes, is set aside at the next start; one older one is kept.
LOG_BYTES = 10_000_000

# What cannot be changed in a running Asterisk.
_FIXED_AT_START = {"asterisk.conf", "http.conf", "modules.conf", "pjsip.conf", "rtp.conf"}


class Asterisk:
    """An Asterisk of our own in ``folder``, listening on 127.0.0.1 only.

    ``agi`` is host:port of the fallback service. ``language`` is spoken when neither service is
    there. ``max_seconds`` ends any call. Two objects for one folder are the same Asterisk.
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
        max_seconds: int = 7200,
    ) -> None:
        self.site = Site(
            build, folder.expanduser().resolve(), ports, role, agi, language, max_seconds
        )
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
        if self._spawned is not None and not _reap(self._spawned):
            return self._spawned
        self._spawned = None
        try:
            pid = int((self.folder / "run/asterisk.pid").read_text())
        except (OSError, ValueError):
            return None
        return pid if self._is_ours(pid) else None

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
            process = os.pidfd_open(pid) if pid else None
        except ProcessLookupError:
            process = None
        if pid is None or process is None:
            return
        try:
            # Held by its pidfd, it cannot be replaced by another process any more: look again.
            if self.pid() != pid:
                return
            with contextlib.suppress(SandboxError):
                await self.rx("core stop now")
            for harder in (signal.SIGTERM, signal.SIGKILL, None):
                if await _ended(process, STOP_SECONDS):
                    break
                if harder is None:
                    raise SandboxError(f"Asterisk (process {pid}) cannot be ended.")
                signal.pidfd_send_signal(process, harder)
        finally:
            os.close(process)
            _reap(pid)
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
        """Start the process in a session of its own, tied to ours by nothing."""
        for log in (self.folder / "log").glob("*.log"):
            if log.stat().st_size > LOG_BYTES:
                log.replace(log.with_suffix(".log.old"))
        console = str(self.folder / "log/console.log")
        command = (*self.site.build.command, "-f", "-C", str(self.site.file))
        # Not subprocess: its objects complain, and asyncio's kill, when they go before the process.
        self._spawned = os.posix_spawn(
            "/bin/sh",
            ("sh", "-c", 'umask 077; ulimit -n "$0"; exec "$@"', str(_open_files()), *command),
            _environment(self.folder),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, console, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
            setsigmask=(),
            setsigdef=(signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE),
        )

    def _is_ours(self, pid: int) -> bool:
        """Whether a process is this folder's Asterisk: a pid alone may be anybody's by now."""
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return b"-f" in arguments and os.fsencode(self.site.file) in arguments

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


def _open_files() -> int:
    """How many files it may have open: each call needs a few."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 65536 if most == resource.RLIM_INFINITY else min(most, 65536)


def _reap(child: int) -> bool:
    """Let go of a child of ours that ended; True where it has ended, or was not ours."""
    try:
        ended, _ = os.waitpid(child, os.WNOHANG)
    except ChildProcessError:
        return True
    return ended != 0


async def _ended(process: int, seconds: float) -> bool:
    """Wait for the end of a process, given its pidfd; False after ``seconds``."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(process, ended.set)
    try:
        await asyncio.wait_for(ended.wait(), seconds)
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(process)
    return True


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

"""A whole installation under test: `voicepost serve --sandbox` in a home of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storage.audio.store import LocalAudio
from storage.companies.store import Offices
from storage.database.engine import Database
from storage.messages.repository import MessageRepository
from storage.office.prompts import PromptLibrary
from telephony.sandbox.asterisk import Asterisk, Ports
from tests.asterisk.rig import build, free_ports
from tests.forkserver import run_command
from tests.ports import free_tcp
from tests.processes import command, descendants, everybody

START_SECONDS = 90.0

Process = asyncio.subprocess.Process


class House:
    """One home with its service. Commands are run as a person would, as processes."""

    def __init__(
        self, home: Path, settings: str = "", asterisk: Callable[..., Asterisk] = Asterisk
    ) -> None:
        self.home = home
        self._asterisk = asterisk
        self.ports: Ports = free_ports()
        self.agi_port = free_tcp()
        self.web_port = free_tcp()
        self._processes: list[asyncio.subprocess.Process] = []
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o750)
        (home / "voicepost.toml").touch(mode=0o600)
        (home / "voicepost.toml").write_text(
            f"""
            [sandbox]
            sip_port = {self.ports.sip}
            http_port = {self.ports.http}
            rtp_start = {self.ports.rtp_start}
            rtp_end = {self.ports.rtp_end}
            [agi]
            port = {self.agi_port}
            [web]
            port = {self.web_port}
            {settings.replace("{home}", str(home))}
            """,
            encoding="utf-8",
        )

    async def __aenter__(self) -> House:
        return self

    async def __aexit__(self, *_: object) -> None:
        """End what a failed test has left running."""
        for process in self._processes:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if self.asterisk.running():
            await self.asterisk.stop()

    @property
    def asterisk(self) -> Asterisk:
        """The house's own Asterisk, for looking at."""
        agi = f"127.0.0.1:{self.agi_port}"
        return self._asterisk(build(), self.home / "asterisk", self.ports, agi)

    @property
    def log(self) -> str:
        """What the service, or each of its roles, has logged so far."""
        return "".join(log.read_text(encoding="utf-8") for log in self.home.glob("*.log"))

    async def voicepost(self, *args: str, code: int = 0, said: str = "") -> str:
        """Run a command in this home; its stdout. The exit code must be ``code``.

        Of one that fails, what it said on stderr, if anything.
        ``said`` is what it is told on its standard input.
        """
        done = await run_command("--home", str(self.home), *args, said=said)
        assert done.code == code, (args, done.code, done.err)
        return done.out if code == 0 else done.err or done.out

    async def json(self, *args: str) -> Any:
        return json.loads(await self.voicepost(*args, "--json"))

    async def messages(self) -> list[dict[str, Any]]:
        """`messages list --json`, newest first."""
        result: list[dict[str, Any]] = await self.json("messages", "list")
        return result

    async def apply(self, office: str) -> None:
        """Make this text the configuration of the company it names."""
        file = self.home / "office.toml"
        file.write_text(office, encoding="utf-8")
        await self.voicepost("config", "apply", str(file))

    async def audio(self, message: dict[str, Any]) -> Path:
        """Download a message's audio."""
        path = self.home / f"{message['id']}.wav"
        await self.voicepost("messages", "download", message["id"], "--out", str(path))
        return path

    async def start(self, role: str, *args: str, home: Path | None = None) -> Process:
        """Start `voicepost ROLE`, here or in another home, without waiting for anything."""
        home = home or self.home
        with (home / f"{role}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *_command(home), role, *args, stdout=asyncio.subprocess.PIPE, stderr=log
            )
        self._processes.append(process)
        return process

    async def serve(self, role: str = "serve", *args: str) -> Process:
        """Start `voicepost ROLE`; returns when it has said that it is ready."""
        process = await self.start(role, *args)
        await self.ready(process, role)
        return process

    async def ready(self, process: Process, role: str) -> None:
        """Wait until a role that was started has said that it is ready."""
        assert process.stdout is not None
        try:
            async with asyncio.timeout(START_SECONDS):
                line = (await process.stdout.readline()).decode()
        except TimeoutError:
            line = "(nothing in time)"
        assert line.startswith("ready"), (line, (self.home / f"{role}.log").read_text())

    @property
    def pids(self) -> list[int]:
        """Every process that was started here and runs, and those that it has started."""
        running = [each.pid for each in self._processes if each.returncode is None]
        return [pid for first in running for pid in (first, *descendants(first))]

    @property
    def repository(self) -> MessageRepository:
        """The house's messages, as its commands see them."""
        return MessageRepository(Database(self._database_url), LocalAudio(self.home / "audio"))

    @property
    def offices(self) -> Offices:
        """The house's companies, as its commands see them."""
        return Offices(Database(self._database_url), PromptLibrary(self.home / "prompts"))

    @property
    def _database_url(self) -> str:
        return f"sqlite:///{self.home / 'voicepost.db'}"

    async def kill_role(self, service: Process, role: str) -> None:
        """kill -9 one of the service's processes."""
        os.kill(self.role_pid(service, role), signal.SIGKILL)

    def role_pid(self, service: Process, role: str) -> int:
        """The process of one of the service's roles. Raises LookupError where it is not there."""
        for pid in descendants(service.pid):
            if command(pid).endswith(role):
                return pid
        # One whose fork server was killed lives on, as nobody's child.
        for pid in everybody():
            if command(pid).endswith(f"--home {self.home} {role}"):
                return pid
        raise LookupError(f"{role} does not run")

    def calls_with_drafts(self) -> set[str]:
        """Channels of callers who speak, or have spoken into drafts not settled yet."""
        with sqlite3.connect(f"file:{self.home}/voicepost.db?mode=ro", uri=True) as database:
            rows = database.execute("select call_id from messages where state='recording'")
            return {str(row[0]) for row in rows}


async def end(process: asyncio.subprocess.Process, code: int = 0) -> None:
    """SIGTERM, and wait for the end."""
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(60):
        assert await process.wait() == code


async def until_async(condition: Any, seconds: float = 30) -> Any:
    """As `until`, for a condition that has to be awaited."""
    async with asyncio.timeout(seconds):
        while not (value := await condition()):
            await asyncio.sleep(0.1)
        return value


def seconds_of(path: Path) -> float:
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()


def _command(home: Path) -> list[str]:
    return [sys.executable, "-m", "cli", "--home", str(home)]

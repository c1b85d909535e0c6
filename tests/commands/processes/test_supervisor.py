"""The supervisor keeps its roles alive, and ends them in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from commands.processes import supervisor
from commands.processes.fork_server import ForkServer
from commands.processes.supervisor import Role
from tests.ports import free_tcp
from tests.waiting import until

STEADY = """
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
print("ready", flush=True)
signal.sigwait([signal.SIGTERM])
log("ended in order")
"""
"""A role that lives until it is told to end."""
STUBBORN = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
while True: signal.pause()
"""
"""A role that does not listen."""
ORPHAN_WATCHER = """
print("ready", flush=True)
import sys
sys.stdin.read()
log("my supervisor is gone")
"""
"""A role that ends with its standard input, as ours do."""


class Toy(Role):
    """A role that runs a few lines of Python; each run writes its pid into a diary."""

    def __init__(self, folder: Path, program: str) -> None:
        self._diary = folder / "diary"
        lines = (
            "import os, signal\n"
            f"def log(line): open({str(self._diary)!r}, 'a').write(line + '\\n')\n"
            f"log(str(os.getpid()))\n{program}"
        )
        live = f"lambda _: exec({lines!r})"
        fork_server = (
            f"from commands.processes.fork_server import raise_children; raise_children({live})"
        )
        self.fork_server = ForkServer((sys.executable, "-c", fork_server), os.environ)
        super().__init__("toy", self.fork_server)

    @property
    def diary(self) -> list[str]:
        return self._diary.read_text().splitlines() if self._diary.exists() else []

    @property
    def pids(self) -> list[int]:
        return [int(line) for line in self.diary if line.isdigit()]


@asynccontextmanager
async def running(role: Role, fork_server: ForkServer) -> AsyncIterator[asyncio.Task[None]]:
    """The role under supervision; ended, whatever the test did."""
    raising = asyncio.create_task(fork_server.run())
    task = asyncio.create_task(role.run())
    try:
        yield task
    finally:
        await role.end(5)
        task.cancel()
        raising.cancel()
        await asyncio.gather(task, raising, return_exceptions=True)


async def ready(role: Role) -> None:
    async with asyncio.timeout(20):
        await role.ready.wait()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_role_that_dies_is_restarted(tmp_path: Path) -> None:
    role = Toy(tmp_path, STEADY)
    async with running(role, role.fork_server):
        await ready(role)
        (first,) = role.pids
        assert role.pid == first
        os.kill(first, signal.SIGKILL)
        await until(lambda: len(role.pids) == 2)
        await ready(role)
        assert not alive(first)
        assert alive(role.pids[1])


async def test_a_role_comes_back_also_when_the_fork_server_died(tmp_path: Path) -> None:
    role = Toy(tmp_path, STEADY)
    async with running(role, role.fork_server):
        await ready(role)
        (first,) = role.pids
        os.kill(parent_of(first), signal.SIGKILL)
        os.kill(first, signal.SIGKILL)
        await until(lambda: len(role.pids) == 2)
        await ready(role)
        assert parent_of(role.pids[1]) != os.getpid()


async def test_a_role_lives_on_when_the_fork_server_dies(tmp_path: Path) -> None:
    role = Toy(tmp_path, STEADY)
    async with running(role, role.fork_server):
        await ready(role)
        (first,) = role.pids
        fork_server = parent_of(first)
        os.kill(fork_server, signal.SIGKILL)
        await until(lambda: not alive(fork_server))
        assert alive(first)
        assert role.ready.is_set()
        await role.end(20)
        assert role.diary == [str(first), "ended in order"]


async def test_a_dead_role_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "FIRST_RESTART_SECONDS", 60)
    role = Toy(tmp_path, STEADY)
    async with running(role, role.fork_server):
        await ready(role)
        os.kill(role.pids[0], signal.SIGKILL)
        await until(lambda: not role.ready.is_set())
        assert role.pid is None
    assert len(role.pids) == 1


async def test_one_that_keeps_dying_is_restarted_ever_more_slowly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    real_sleep = asyncio.sleep

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await real_sleep(0)

    monkeypatch.setattr("commands.processes.supervisor.asyncio.sleep", sleep)
    role = Toy(tmp_path, "raise SystemExit(3)")
    async with running(role, role.fork_server):
        while len(waits) < 9:
            await real_sleep(0.01)
    growing = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    assert [round(wait, 1) for wait in waits[:9]] == growing


async def test_how_a_role_ended_is_logged(tmp_path: Path) -> None:
    role = Toy(tmp_path, "raise SystemExit(3)")
    with capture_logs() as logs:
        async with running(role, role.fork_server):
            await until(lambda: logs)
    assert (logs[0]["event"], logs[0]["code"]) == ("a role died and is restarted", 3)


async def test_ending_is_asked_for_and_waited_for(tmp_path: Path) -> None:
    role = Toy(tmp_path, STEADY)
    async with running(role, role.fork_server) as task:
        await ready(role)
        await role.end(20)
        assert role.diary == [str(role.pids[0]), "ended in order"]
        await task
    assert len(role.pids) == 1, "what is ended is not restarted"


async def test_a_role_that_does_not_end_is_killed(tmp_path: Path) -> None:
    role = Toy(tmp_path, STUBBORN)
    async with running(role, role.fork_server) as task:
        await ready(role)
        await role.end(0.1)
        await task
        assert not alive(role.pids[0])


async def test_ending_twice_or_a_dead_role_is_no_mistake(tmp_path: Path) -> None:
    role = Toy(tmp_path, STEADY)
    await role.end(1)
    async with running(role, role.fork_server) as task:
        await task
        await role.end(1)
    assert role.pids == []


async def test_a_role_notices_that_its_supervisor_is_gone(tmp_path: Path) -> None:
    role = Toy(tmp_path, ORPHAN_WATCHER)
    async with running(role, role.fork_server) as task:
        await ready(role)
        task.cancel()  # which lets go of the role, as dying does
        await until(lambda: "my supervisor is gone" in role.diary)


async def test_a_real_role_under_supervision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`voicepost agi`: ready, killed, ready again, ended in order."""
    monkeypatch.setenv("VOICEPOST_AGI__PORT", str(free_tcp()))
    fork_server = supervisor.fork_server(tmp_path)
    role = Role("agi", fork_server)
    with capture_logs() as logs:
        async with running(role, fork_server) as task:
            await ready(role)
            first = role.pid
            assert first
            title = Path(f"/proc/{first}/cmdline").read_bytes().rstrip(b"\0")
            assert title == f"voicepost --home {tmp_path} agi".encode()
            os.kill(first, signal.SIGKILL)
            await until(lambda: not role.ready.is_set())
            await ready(role)
            assert role.pid != first
            await role.end(20)
            await task
    assert [entry["code"] for entry in logs] == [-signal.SIGKILL]


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])

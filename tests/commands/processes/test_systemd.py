"""Each process tells systemd how it is; a socket of the tests stands for systemd."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from commands.processes import supervisor
from commands.processes.systemd import Watcher
from tests.commands.processes.test_supervisor import Toy, ready, running
from tests.ports import free_tcp
from tests.telephony.fake_ari import FakeAri
from tests.waiting import until

READY = "READY=1"
WATCHDOG = "WATCHDOG=1"
STOPPING = "STOPPING=1"
START_SECONDS = 90.0
"""For loading a program, on a busy machine."""

BEATING = """
import time
print("ready", flush=True)
while True:
    print("well", flush=True)
    time.sleep(0.02)
"""
"""A role that is heard of all the time."""


class Systemd:
    """Listens on a datagram socket, as systemd does."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.heard: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(address.replace("@", "\0", 1))

    def close(self) -> None:
        self._socket.close()

    def hears(self, line: str) -> bool:
        """Whether the line was told by now."""
        while True:
            try:
                self.heard += self._socket.recv(4096).decode().split("\n")
            except BlockingIOError:
                return line in self.heard

    def forget(self) -> None:
        """Go by what is told from now on."""
        self.hears("")
        self.heard.clear()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    listener = Systemd(str(tmp_path / "notify"))
    yield listener
    listener.close()


@asynccontextmanager
async def process(home: Path, role: str, systemd: Systemd, **settings: str) -> AsyncIterator[int]:
    """A process of ours that systemd started and watches every 0.2 seconds; its pid."""
    own = {f"VOICEPOST_{name}": value for name, value in settings.items()}
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "--home", str(home), role),
        env=os.environ | own | {"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "200000"},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield started.pid
        await started.wait()
        assert started.returncode == 0
    finally:
        if started.returncode is None:
            started.kill()
            await started.wait()


async def is_watched_over(systemd: Systemd, pid: int) -> None:
    """It is ready by now: it says that it lives while it does, and tells when it ends."""
    systemd.forget()
    await until(lambda: systemd.hears(WATCHDOG))
    os.kill(pid, signal.SIGSTOP)
    await until(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")
    systemd.forget()
    await asyncio.sleep(0.5)
    assert not systemd.hears(WATCHDOG)
    os.kill(pid, signal.SIGCONT)
    await until(lambda: systemd.hears(WATCHDOG))
    assert STOPPING not in systemd.heard
    os.kill(pid, signal.SIGTERM)
    await until(lambda: systemd.hears(STOPPING))


def asterisk_at(asterisk: FakeAri) -> dict[str, str]:
    return {
        "ASTERISK__URL": asterisk.access.url,
        "ASTERISK__PASSWORD": asterisk.access.password,
        "CALLS__SHUTDOWN_SECONDS": "0",
    }


async def test_calls_is_ready_when_asterisk_is_reached(tmp_path: Path, systemd: Systemd) -> None:
    port = free_tcp()
    nobody = {"ASTERISK__URL": f"http://127.0.0.1:{port}", "ASTERISK__PASSWORD": "secret"}
    async with process(tmp_path, "calls", systemd, **nobody) as pid:
        await until(lambda: systemd.hears(WATCHDOG), START_SECONDS)
        assert READY not in systemd.heard
        os.kill(pid, signal.SIGTERM)
    async with FakeAri(tmp_path / "recording") as asterisk:
        systemd.forget()
        async with process(tmp_path, "calls", systemd, **asterisk_at(asterisk)) as pid:
            await until(lambda: systemd.hears(READY), START_SECONDS)
            assert asterisk.connected
            assert "STATUS=connected to Asterisk, serving calls" in systemd.heard
            await is_watched_over(systemd, pid)


async def test_agi_is_ready_when_it_listens(tmp_path: Path, systemd: Systemd) -> None:
    port = free_tcp()
    async with process(tmp_path, "agi", systemd, AGI__PORT=str(port)) as pid:
        await until(lambda: systemd.hears(READY), START_SECONDS)
        socket.create_connection(("127.0.0.1", port)).close()
        await is_watched_over(systemd, pid)


async def test_web_is_ready_when_pages_can_be_asked_for(tmp_path: Path, systemd: Systemd) -> None:
    port = free_tcp()
    async with process(tmp_path, "web", systemd, WEB__PORT=str(port)) as pid:
        await until(lambda: systemd.hears(READY), START_SECONDS)
        socket.create_connection(("127.0.0.1", port)).close()
        await is_watched_over(systemd, pid)


async def test_serve_is_ready_when_all_its_roles_are(tmp_path: Path, systemd: Systemd) -> None:
    agi, web = free_tcp(), free_tcp()
    async with FakeAri(tmp_path / "recording") as asterisk:
        ports = {"AGI__PORT": str(agi), "WEB__PORT": str(web)}
        settings = asterisk_at(asterisk) | ports
        async with process(tmp_path, "serve", systemd, **settings) as pid:
            await until(lambda: systemd.hears(READY), START_SECONDS)
            assert asterisk.connected
            for port in (agi, web):
                socket.create_connection(("127.0.0.1", port)).close()
            assert systemd.heard.count(READY) == 1, "the roles tell serve, and serve tells systemd"
            await is_watched_over(systemd, pid)


async def test_an_event_loop_that_stands_still_says_nothing(systemd: Systemd) -> None:
    watcher = Watcher(systemd.address, patience=0.02)
    telling = asyncio.create_task(watcher.keep_telling())
    await until(lambda: systemd.hears(WATCHDOG))
    systemd.forget()
    for _ in range(1000):  # no other task has its turn
        assert not systemd.hears(WATCHDOG)
    await until(lambda: systemd.hears(WATCHDOG))
    telling.cancel()


async def test_nothing_is_said_while_not_all_is_well(systemd: Systemd) -> None:
    asked: list[bool] = []

    def is_well() -> bool:
        asked.append(len(asked) >= 3)
        return asked[-1]

    telling = asyncio.create_task(Watcher(systemd.address, patience=0.02).keep_telling(is_well))
    await until(lambda: systemd.hears(WATCHDOG))
    assert asked[:4] == [False, False, False, True]
    telling.cancel()


async def test_a_role_that_is_silent_is_not_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "SILENT_SECONDS", 1.0)
    role = Toy(tmp_path, BEATING)
    async with running(role, role.fork_server):
        await ready(role)
        assert role.is_well
        os.kill(role.pids[0], signal.SIGSTOP)
        await until(lambda: not role.is_well)
        os.kill(role.pids[0], signal.SIGCONT)
        await until(lambda: role.is_well)
        os.kill(role.pids[0], signal.SIGKILL)
        await until(lambda: len(role.pids) == 2)
        assert role.is_well, "what died is the supervisor's affair"


def test_sockets_without_a_file() -> None:
    systemd = Systemd(f"@voicepost-{os.getpid()}")
    Watcher(systemd.address).tell(READY)
    assert systemd.hears(READY)
    systemd.close()


def test_what_is_for_us_is_not_for_the_processes_that_we_start() -> None:
    environment = {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "3000000", "HOME": "/"}
    assert Watcher.taken_from(environment) == Watcher("/run/x", 3.0)
    assert environment == {"HOME": "/"}
    assert Watcher.taken_from(environment) == Watcher()


def test_a_watchdog_of_another_process_is_not_ours() -> None:
    environment = {"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}
    assert Watcher.taken_from(environment).patience is None


def test_a_systemd_that_does_not_listen_disturbs_nothing(tmp_path: Path) -> None:
    with capture_logs() as logs:
        Watcher(str(tmp_path / "nobody")).tell(READY)
    assert [entry["event"] for entry in logs] == ["systemd cannot be told"]

"""kill -9: of the process that serves calls, of the supervisor, of everything of ours."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from tests.faults.fault import Blow, Fault, Limits
from tests.processes import descendants

BACK_SECONDS = 30.0
"""Longer is not waited for what died to come back."""
POLL_SECONDS = 0.02


async def kill_calls(blow: Blow) -> None:
    """The process that serves calls; the supervisor starts another."""
    await kill_role(blow, "calls")


async def kill_role(blow: Blow, role: str) -> None:
    old = blow.installation.pid(role)
    os.kill(old, signal.SIGKILL)
    await comes_back(blow, old)


async def comes_back(blow: Blow, old: int) -> None:
    """Measure until another `calls` than the ``old`` one talks to Asterisk."""
    clock = asyncio.get_running_loop()
    port = blow.installation.house.ports.http
    deadline = clock.time() + BACK_SECONDS
    while clock.time() < deadline:
        try:
            new = blow.installation.pid("calls")
            if new != old and is_connected(new, port):
                blow.measure("back_seconds_max", clock.time() - blow.at)
                return
        except (LookupError, OSError):
            pass  # between two lives
        await asyncio.sleep(POLL_SECONDS)
    blow.broken.append("calls did not come back")


def is_connected(pid: int, port: int) -> bool:
    """Whether a process has a TCP connection to a port of this machine."""
    sockets = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            sockets.add(str(entry.readlink()))
        except OSError:
            continue  # closed meanwhile
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        _, _, remote, state, *_, inode = line.split()[:10]
        established = state == "01" and int(remote.partition(":")[2], 16) == port
        if established and f"socket:[{inode}]" in sockets:
            return True
    return False


async def kill_supervisor(blow: Blow) -> None:
    """The supervisor; somebody starts the next one at once, as systemd would."""
    service = blow.installation.processes["serve"]
    old = blow.installation.pid("calls")
    service.kill()
    await service.wait()
    await begins_again(blow, old)


async def kill_all(blow: Blow) -> None:
    """The supervisor and every process that it has started, but not Asterisk."""
    installation = blow.installation
    service, old = installation.processes["serve"], installation.pid("calls")
    spared = installation.house.asterisk.pid()
    for pid in [service.pid, *descendants(service.pid)]:
        if pid != spared:
            os.kill(pid, signal.SIGKILL)
    await service.wait()
    await begins_again(blow, old)


async def begins_again(blow: Blow, old: int) -> None:
    """The next service; its calls are there before its pages, which it waits for, too."""
    async with asyncio.TaskGroup() as group:
        group.create_task(blow.installation.start())
        group.create_task(comes_back(blow, old))


async def kill_fork_server(blow: Blow) -> None:
    """The process that roles are forked from: those that live serve on, and it is there again."""
    installation = blow.installation
    old, calls = installation.pid("fork-server"), installation.pid("calls")
    os.kill(old, signal.SIGKILL)
    clock = asyncio.get_running_loop()
    deadline = clock.time() + BACK_SECONDS
    while clock.time() < deadline:
        try:
            new = installation.pid("fork-server")
        except LookupError:
            new = old
        if new != old:
            blow.measure("fork_server_back_seconds_max", clock.time() - blow.at)
            break
        await asyncio.sleep(POLL_SECONDS)
    else:
        blow.broken.append("the fork server did not come back")
    try:
        serves = is_connected(calls, installation.house.ports.http)
    except OSError:
        serves = False
    if not serves:
        blow.broken.append("calls did not live on")


KILL_CALLS = Fault("kill-calls", kill_calls, Limits(back=2.0))
KILL_EVERYTHING = Fault("kill-everything", kill_all)
FAULTS = (
    KILL_CALLS,
    Fault("kill-fork-server", kill_fork_server),
    Fault("kill-supervisor", kill_supervisor),
    KILL_EVERYTHING,
)

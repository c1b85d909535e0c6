"""A process that outlives the one that started it, and how to end one by somebody else."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

STOP_SECONDS = 5.0
"""How long a process is given to end by itself, and again after SIGTERM and after SIGKILL."""


def spawn(command: Sequence[str], output: Path, environment: Mapping[str, str]) -> int:
    """Start a process in a session of its own, tied to ours by nothing; returns its pid.

    What it prints goes to the file ``output``. Its files are its owner's alone.
    """
    # Not subprocess: its objects complain, and asyncio's kill, when they go before the process.
    return os.posix_spawn(
        "/bin/sh",
        ("sh", "-c", 'umask 077; ulimit -n "$0"; exec "$@"', str(_open_files()), *command),
        environment,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(output), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
        setsigmask=(),
        setsigdef=(signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE),
    )


def has_ended(child: int) -> bool:
    """Whether a process we spawned has ended (then it is let go of) or was never our child."""
    try:
        ended, _ = os.waitpid(child, os.WNOHANG)
    except ChildProcessError:
        return True
    return ended != 0


def runs_with(pid: int, *arguments: str) -> bool:
    """Whether a process runs whose command line has all these arguments.

    A pid in a file may be anybody's by now; what it runs tells.
    """
    try:
        actual = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return all(os.fsencode(argument) in actual for argument in arguments)


async def end(pidfd: int) -> bool:
    """Wait for a process to end, then help, ever harder; False where nothing helps."""
    for harder in (signal.SIGTERM, signal.SIGKILL):
        if await _ends(pidfd):
            return True
        signal.pidfd_send_signal(pidfd, harder)
    return await _ends(pidfd)


async def _ends(pidfd: int) -> bool:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(pidfd, ended.set)
    try:
        await asyncio.wait_for(ended.wait(), STOP_SECONDS)
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(pidfd)
    return True


def _open_files() -> int:
    """How many files it may have open: each call needs a few."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 65536 if most == resource.RLIM_INFINITY else min(most, 65536)

"""How a process is, told to who watches it: to systemd (sd_notify(3)), or to our supervisor.

systemd says in the environment where it listens. What it has to know: that the process is ready,
in one line what it is doing, that it is ending, and from time to time that it is alive: a process
whose event loop stands still says nothing, and is killed and started again.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass

import structlog

SUPERVISED = "VOICEPOST_SUPERVISED"
"""Set in the environment of roles that the supervisor started."""

WELL = b"well\n"
"""What a role says to the supervisor every few seconds."""
WELL_SECONDS = 5.0
STANDARD_OUTPUT = 1

log = structlog.get_logger()


@dataclass(frozen=True)
class Watcher:
    """Who watches this process: systemd, the supervisor, or nobody.

    ``address`` is systemd's socket, "" without one; ``patience`` is for how many seconds systemd
    bears silence, None where it bears any.
    """

    address: str = ""
    patience: float | None = None
    supervised: bool = False

    @classmethod
    def taken_from(cls, environment: MutableMapping[str, str]) -> Watcher:
        """What the environment says, and says no longer: the processes we start are our affair."""
        address = environment.pop("NOTIFY_SOCKET", "")
        seconds = float(environment.pop("WATCHDOG_USEC", 0)) / 1e6
        pid = environment.pop("WATCHDOG_PID", "")
        ours = pid in ("", str(os.getpid()))
        return cls(address, seconds if seconds and ours else None, SUPERVISED in environment)

    def ready(self, doing: str) -> None:
        """Say that the process does what it is for; ``doing`` is one line for people."""
        self.tell("READY=1", f"STATUS={doing}")

    def stopping(self) -> None:
        """Say that the process is ending on purpose."""
        self.tell("STOPPING=1", "STATUS=ending, calls in progress first")

    def tell(self, *lines: str) -> None:
        """Send a message to systemd. Being watched must disturb nothing: failing is only logged."""
        if not self.address:
            return
        # Linux's names without a file begin with a NUL, which systemd writes as "@".
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as ours:
                ours.setblocking(False)
                ours.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            log.warning("systemd cannot be told", why=error.strerror)

    async def keep_telling(self, is_well: Callable[[], bool] = lambda: True) -> None:
        """Say again and again that the event loop turns, while all ``is_well``, until cancelled."""
        while True:
            if is_well():
                self.tell("WATCHDOG=1")
                self._tell_supervisor()
            await asyncio.sleep(self.patience / 2 if self.patience else WELL_SECONDS)

    def _tell_supervisor(self) -> None:
        if self.supervised:
            with suppress(OSError):  # it is gone, and calls are served on for a while
                os.write(STANDARD_OUTPUT, WELL)

"""Two real Asterisks for a test: the server under test, and one that plays everybody else."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from telephony.errors import SandboxError
from telephony.sandbox.asterisk import Asterisk, Ports, Role
from telephony.sandbox.build import DEFAULT_CACHE, Build, find_build
from tests.ports import free_tcp, free_udp

NOBODY = "127.0.0.1:1"
"""An address where no AGI service listens."""


@dataclass(frozen=True)
class Asterisks:
    """``server`` takes the calls; ``phones`` plays callers and employees' phones."""

    server: Asterisk
    phones: Asterisk

    def dial(self, number: str) -> str:
        """The endpoint by which ``phones`` calls a number of the server's."""
        return f"PJSIP/trunk/sip:{number}@{self.server.sip}"

    def employee(self, extension: str) -> str:
        """The endpoint by which the server rings an employee's phone."""
        return f"PJSIP/trunk/sip:{extension}@{self.phones.sip}"


@asynccontextmanager
async def two_asterisks(
    folder: Path, *, agi: str = NOBODY, language: str = "en", max_seconds: int = 7200
) -> AsyncIterator[Asterisks]:
    """Both, running on free ports, with all their state in ``folder``; ended afterwards."""
    async with AsyncExitStack() as stack:
        server, phones = [
            await stack.enter_async_context(
                one_asterisk(
                    folder / role, role, agi=agi, language=language, max_seconds=max_seconds
                )
            )
            for role in ("server", "phones")
        ]
        yield Asterisks(server, phones)


@asynccontextmanager
async def one_asterisk(
    folder: Path,
    role: Role = "server",
    *,
    agi: str = NOBODY,
    language: str = "en",
    max_seconds: int = 7200,
) -> AsyncIterator[Asterisk]:
    """One of them, running on free ports."""
    for attempt in range(5):
        asterisk = Asterisk(
            build(),
            folder,
            free_ports(),
            agi,
            role=role,
            language=language,
            max_seconds=max_seconds,
        )
        try:
            await asterisk.start()
            break
        except SandboxError:
            # Another test may have taken the port since it was found free.
            if attempt == 4:
                raise
    try:
        yield asterisk
    finally:
        await asterisk.stop()


def build() -> Build:
    """The Asterisk the tests run, installed at the first test on a machine."""
    return find_build(DEFAULT_CACHE, print)


def free_ports() -> Ports:
    """Ports nobody uses now. RTP ranges may overlap: Asterisk passes over ports in use."""
    rtp = random.SystemRandom().randrange(20000, 32000, 200)  # no other process of tests has it
    return Ports(free_udp(), free_tcp(), rtp, rtp + 400)

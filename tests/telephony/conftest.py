"""A fake Asterisk, and the service that is connected to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from telephony.ari.call import AriCall
from telephony.ari.client import HttpAri
from telephony.ari.router import Router, Take
from tests.dialplan.conftest import company, found, patient
from tests.telephony.fake_ari import FakeAri

__all__ = ["company", "found", "patient"]


@pytest.fixture
async def asterisk(tmp_path: Path) -> AsyncIterator[FakeAri]:
    """A fake Asterisk that records where the `company` expects it."""
    async with FakeAri(tmp_path / "company" / "recording") as fake:
        yield fake


@asynccontextmanager
async def serving(
    asterisk: FakeAri, take: Take, *, call_seconds: float = 60
) -> AsyncIterator[Router]:
    """The router, connected to the fake Asterisk; whatever it dies of is raised here."""
    async with HttpAri.connect(asterisk.access) as ari:
        router = Router(ari, asterisk.access.app, take, owner="us", call_seconds=call_seconds)
        running = asyncio.create_task(router.run())
        connecting = asyncio.create_task(router.connected.wait())
        try:
            await asyncio.wait((running, connecting), return_when=asyncio.FIRST_COMPLETED)
            yield router
        finally:
            for task in (running, connecting):
                task.cancel()
            results = await asyncio.gather(running, connecting, return_exceptions=True)
        error = results[0]
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if isinstance(error, Exception):
            raise error


async def no_flow(call: AriCall, args: Sequence[str]) -> None:
    """A call flow that does nothing: the caller is hung up at once."""

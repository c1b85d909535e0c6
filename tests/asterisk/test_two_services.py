"""Two services on one Asterisk: exactly one acts, and the other when it cannot."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from telephony.ari.lease import STALE_SECONDS, Entry, read
from telephony.sandbox.asterisk import USER, Asterisk
from tests.asterisk.conftest import Telephony
from tests.asterisk.house import House, end
from tests.asterisk.lonely import telephony_alone
from tests.asterisk.stage import Stage
from tests.asterisk.states import BOX, COMPANY, LEAVE
from tests.scenarios import Scenario
from tests.waiting import until

pytestmark = pytest.mark.asterisk

TAKEN_OVER_SECONDS = 8.0
"""Five seconds, on a machine that does nothing else."""


class Holders:
    """Who held the lease, and from when to when, by our clock."""

    def __init__(self, telephony: Telephony) -> None:
        self._telephony = telephony
        self.terms: list[tuple[str, float, float]] = []

    async def watch(self) -> None:
        clock, seen = asyncio.get_running_loop(), Entry("", "", "")
        while True:
            entry = await read(self._telephony.ari)
            if entry is not None and entry != seen:
                began = self.terms.pop()[1] if entry.instance == seen.instance else clock.time()
                self.terms.append((entry.owner, began, clock.time()))
                seen = entry
            await asyncio.sleep(0.05)


@asynccontextmanager
async def watched(telephony: Telephony) -> AsyncIterator[Holders]:
    holders = Holders(telephony)
    watching = asyncio.create_task(holders.watch())
    yield holders
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


def same_asterisk(house: House) -> str:
    """Settings of a service that is to serve this house's Asterisk."""
    asterisk = house.asterisk
    return f"""[asterisk]
        url = "{asterisk.ari_url}"
        user = "{USER}"
        password = "{asterisk.ari_secret}"
        spool = "{asterisk.spool}"
    """


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
async def test_the_second_service_acts_when_the_first_cannot(
    blow: signal.Signals, short_folder: Path, phones_asterisk: Asterisk
) -> None:
    folder = short_folder / f"two-{blow.value}"
    async with telephony_alone(folder / "1", phones_asterisk) as telephony:
        first = telephony.house
        async with (
            House(folder / "2", same_asterisk(first)) as second,
            watched(telephony) as holders,
        ):
            acting = await first.serve("calls")
            waiting = await second.start("calls")
            await until(lambda: "standing by" in second.log)
            await Stage(telephony, Scenario("", (*BOX, *LEAVE), COMPANY), 700).play()
            assert "call over" not in second.log

            acting.send_signal(blow)
            async with asyncio.timeout(TAKEN_OVER_SECONDS):
                await second.ready(waiting, "calls")
            other_telephony = Telephony(second, telephony.phones, telephony.inside, telephony.ari)
            await Stage(other_telephony, Scenario("", (*BOX, *LEAVE), COMPANY), 701).play()
            if blow is signal.SIGSTOP:
                acting.send_signal(signal.SIGCONT)
            await Stage(other_telephony, Scenario("", (*BOX, *LEAVE), COMPANY), 702).play()
            assert await acting.wait() != 0  # it found out, and has not touched anything

            (_, _, last), (_, begins, _) = holders.terms
            assert begins - last > STALE_SECONDS - 1
            assert first.log.count("message kept") == 1
            assert second.log.count("message kept") == 2
            await end(waiting)

"""The lease: of all services on one Asterisk exactly one acts, and another takes over from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

import telephony.ari.lease
from telephony.ari import LEASE_VARIABLE
from telephony.ari.client import AriAccess, HttpAri
from telephony.ari.lease import Lease, Watch
from telephony.ari.rescue import rescue_stranded
from telephony.ari.router import Router
from telephony.errors import AriUnavailable, LeaseLost
from tests.telephony.conftest import no_flow
from tests.telephony.exchange import APP
from tests.telephony.fake_ari import FakeAri
from tests.waiting import until


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second lasts a fiftieth of one."""
    for name in ("RENEW_SECONDS", "STALE_SECONDS", "LOOKS_SECONDS", "SETTLE_SECONDS"):
        seconds = getattr(telephony.ari.lease, name)
        monkeypatch.setattr(telephony.ari.lease, name, seconds / 50)
    monkeypatch.setattr("telephony.ari.rescue.RENEW_SECONDS", 0.02)


@pytest.fixture
async def ari(asterisk: FakeAri) -> AsyncIterator[HttpAri]:
    async with HttpAri.connect(asterisk.access) as ari:
        yield ari


@asynccontextmanager
async def kept(lease: Lease) -> AsyncIterator[asyncio.Task[None]]:
    """The lease, renewed meanwhile."""
    keeping = asyncio.create_task(lease.keep())
    try:
        yield keeping
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def renewals(asterisk: FakeAri, count: int) -> None:
    """Let the holder renew the lease so many times."""
    renewed = int(asterisk.variables[LEASE_VARIABLE].split()[2])
    await until(lambda: int(asterisk.variables[LEASE_VARIABLE].split()[2]) >= renewed + count)


async def test_a_free_lease_is_taken_and_renewed(asterisk: FakeAri, ari: HttpAri) -> None:
    lease = Lease(ari, "us")
    await lease.take()
    taken = asterisk.variables[LEASE_VARIABLE]
    async with kept(lease):
        await until(lambda: asterisk.variables[LEASE_VARIABLE] != taken)
    assert not lease.lost


async def test_one_stands_by_until_the_other_is_dead(asterisk: FakeAri, ari: HttpAri) -> None:
    first, second = Lease(ari, "first"), Lease(ari, "second")
    await first.take()
    async with kept(first):
        waiting = asyncio.create_task(second.take())
        await renewals(asterisk, 10)
        assert not waiting.done()
    await waiting
    assert asterisk.variables[LEASE_VARIABLE].startswith("second ")


async def test_who_stood_still_themselves_take_nothing(
    asterisk: FakeAri, ari: HttpAri, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that was suspended and goes on: the holder had no time to renew it either."""
    asterisk.variables[LEASE_VARIABLE] = "first 0 7"
    watch, clock = Watch(ari), asyncio.get_running_loop().time
    await watch.look()
    monkeypatch.setattr(watch, "_clock", SimpleNamespace(time=lambda: clock() + 3600))
    await watch.look()
    assert not watch.is_stale
    while not watch.is_stale:  # the holder is dead after all
        await asyncio.sleep(0.001)
        await watch.look()


async def test_of_two_who_take_a_stale_lease_at_once_one_has_it(
    asterisk: FakeAri, ari: HttpAri
) -> None:
    asterisk.variables[LEASE_VARIABLE] = "dead 0 7"
    leases = [Lease(ari, f"standby-{n}") for n in range(4)]
    tasks = [asyncio.create_task(lease.take()) for lease in leases]
    done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    (winner,) = [leases[tasks.index(task)] for task in done]
    async with kept(winner):
        owner = asterisk.variables[LEASE_VARIABLE].split()[0]
        assert owner == f"standby-{leases.index(winner)}"
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_successor_of_the_same_installation_does_not_wait(
    asterisk: FakeAri, ari: HttpAri
) -> None:
    old, new = Lease(ari, "us"), Lease(ari, "us")
    await old.take()
    async with kept(old) as keeping:
        await new.take()
        with pytest.raises(LeaseLost):
            await keeping
    assert old.lost


async def test_a_renewal_that_crosses_the_takeover_takes_nothing_back(
    asterisk: FakeAri, ari: HttpAri
) -> None:
    old, new = Lease(ari, "us"), Lease(ari, "us")
    await old.take()
    renewal = asterisk.variables[LEASE_VARIABLE]
    await new.take()
    asterisk.variables[LEASE_VARIABLE] = renewal  # was on its way: had looked before, wrote after
    async with kept(new):
        await until(lambda: asterisk.variables[LEASE_VARIABLE] != renewal)
        with pytest.raises(LeaseLost):
            await old.keep()
    assert not new.lost


async def test_an_asterisk_that_was_restarted_forgot_it(asterisk: FakeAri, ari: HttpAri) -> None:
    lease = Lease(ari, "us")
    await lease.take()
    async with kept(lease):
        asterisk.variables.clear()
        await until(lambda: LEASE_VARIABLE in asterisk.variables)


async def test_who_lost_the_lease_asks_nothing_of_asterisk_any_more(asterisk: FakeAri) -> None:
    async with HttpAri.connect(asterisk.access) as ari:
        router = Router(ari, APP, no_flow, owner="us", call_seconds=60)
        running = asyncio.create_task(router.run())
        await router.connected.wait()
        asterisk.variables[LEASE_VARIABLE] = "them 1 1"
        with pytest.raises(ExceptionGroup) as raised:
            await running
        assert raised.group_contains(LeaseLost)
        with pytest.raises(AriUnavailable, match="Another service"):
            await router._ari.request("GET", "/channels")


async def test_what_stands_in_the_variable_may_be_anything(asterisk: FakeAri, ari: HttpAri) -> None:
    for text in ("", "x", "a b c d", "\n"):
        asterisk.variables[LEASE_VARIABLE] = text
        lease = Lease(ari, "us")
        await lease.take()
        assert asterisk.variables[LEASE_VARIABLE].startswith("us ")


# -- callers of a dead service -----------------------------------------------------------------


@asynccontextmanager
async def rescuing(access: AriAccess) -> AsyncIterator[None]:
    async with HttpAri.connect(access) as ari:
        task = asyncio.create_task(rescue_stranded(ari, APP))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_callers_of_a_dead_service_are_moved_on(asterisk: FakeAri, ari: HttpAri) -> None:
    await Lease(ari, "dead").take()
    exchange = asterisk.exchange
    caller, other = exchange.call(), exchange.call()
    talking = [exchange.call(), exchange.call()]
    exchange.bridge("talk")
    exchange.join("talk", talking)
    exchange.originate("leg-1", {"originator": caller, "appArgs": "leg", "endpoint": "PJSIP/101"})
    exchange.answer_phone("leg-1")
    asterisk.application_stays = True
    async with rescuing(asterisk.access):
        await until(lambda: {caller, other} <= set(exchange.in_dialplan))
        await until(lambda: "leg-1" in exchange.ended)
        later = exchange.call()
        await until(lambda: later in exchange.in_dialplan)
    assert sorted(exchange.in_dialplan) == sorted([caller, other, later]), "each is moved once"


async def test_callers_of_a_living_service_are_left_to_it(asterisk: FakeAri, ari: HttpAri) -> None:
    asterisk.application_stays = True
    lease = Lease(ari, "alive")
    await lease.take()
    asterisk.exchange.call()
    async with kept(lease), rescuing(asterisk.access):
        await renewals(asterisk, 10)
    assert asterisk.exchange.in_dialplan == []

"""Connections that went dead without a word: what comes later goes over new ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

import telephony.ari.client
from telephony.ari.client import HttpAri
from telephony.errors import AriError, AriUnavailable
from tests.faults.sockets import Proxy
from tests.telephony.fake_ari import FakeAri

POOLED = 5
"""Connections that were used, and wait for further requests."""
SOON = 2.0
"""Seconds: sooner than any request gives up."""


@pytest.fixture
async def proxy(asterisk: FakeAri) -> AsyncIterator[Proxy]:
    """The network between the client and Asterisk."""
    proxy = Proxy()
    proxy.target = int(asterisk.access.url.rpartition(":")[2])
    await proxy.start()
    yield proxy
    await proxy.stop()


@pytest.fixture
async def ari(asterisk: FakeAri, proxy: Proxy) -> AsyncIterator[HttpAri]:
    """A client that has some connections open."""
    access = replace(asterisk.access, url=f"http://127.0.0.1:{proxy.port}")
    async with HttpAri.connect(access) as ari:
        await asyncio.gather(*(ask(ari) for _ in range(POOLED)))
        yield ari


async def ask(ari: HttpAri) -> object:
    return await ari.request("GET", "/bridges")


async def test_after_one_request_without_an_answer_none_waits_for_the_others(
    ari: HttpAri, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy.go_deaf()
    monkeypatch.setattr(telephony.ari.client, "REQUEST_SECONDS", 0.2)
    with pytest.raises(AriUnavailable, match="no answer within"):
        await ask(ari)
    monkeypatch.undo()
    async with asyncio.timeout(SOON):
        for _ in range(POOLED):
            assert await ask(ari) == []


async def test_when_the_events_stop_requests_do_not_wait_for_dead_connections(
    ari: HttpAri, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telephony.ari.client, "HEARTBEAT_SECONDS", 0.2)
    events = ari.events()
    assert await anext(events) == {}
    proxy.go_deaf()
    with pytest.raises(AriUnavailable, match="closed the event connection"):
        await anext(events)
    async with asyncio.timeout(SOON):
        for _ in range(POOLED):
            assert await ask(ari) == []


async def test_what_is_under_way_is_still_answered(ari: HttpAri, proxy: Proxy) -> None:
    proxy.delay = 0.5
    slow = asyncio.create_task(ask(ari))
    await asyncio.sleep(0)
    ari._renew(ari._connections)
    assert await slow == []


async def test_a_refusal_is_an_answer(ari: HttpAri) -> None:
    before = ari._connections
    with pytest.raises(AriError, match="not found"):
        await ari.request("GET", "/channels/nobody")
    assert ari._connections is before

"""A page that stays open while the web server goes away and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, expect

from tests.ports import free_tcp
from tests.web.browser import Visitors, serving
from tests.web.conftest import Front

LOST = "Нет связи с сервером: новые сообщения пока не появляются"
BACK = 40_000
"""Milliseconds: the longest pause between two attempts, and some more."""


@pytest.fixture
def port() -> int:
    """A port that is free, for both servers in turn."""
    return free_tcp()


@asynccontextmanager
async def served(front: Front, port: int) -> AsyncIterator[None]:
    """The web server of that home, as a process that is started anew would be."""
    async with serving(front, port):
        yield
    del front.__dict__["app"]


@pytest.mark.timeout(150)
async def test_what_came_while_the_server_was_away_is_shown_when_it_is_back(
    browser: Browser, front: Front, port: int
) -> None:
    async with served(front, port):
        page = await Visitors(browser, front, f"http://127.0.0.1:{port}").come_in("olga")
        await page.goto("/messages")
        first = await asyncio.to_thread(front.receive)
        await expect(page.locator(f"#message-{first}")).to_be_visible()
    bar = page.locator("#connection")
    await expect(bar).to_have_text(LOST)
    missed = await asyncio.to_thread(front.receive)

    async with served(front, port):
        await expect(page.locator(f"#message-{missed}")).to_be_visible(timeout=BACK)
        await expect(bar).to_be_empty()
        last = await asyncio.to_thread(front.receive)
        await expect(page.locator(f"#message-{last}")).to_be_visible()
        await page.context.close()

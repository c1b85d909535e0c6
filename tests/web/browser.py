"""A real browser (Debian's Chromium) before the real web server, which listens on a free port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    ViewportSize,
    async_playwright,
    expect,
)

from tests.web.conftest import Front
from web.guard import COOKIE

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--mute-audio"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
AXE = Path(__file__).parents[2] / ".venv/npm/node_modules/axe-core/axe.min.js"
DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)

PATIENCE = 30.0
"""Seconds after which what has not come will not come, however busy the machine is."""
expect.set_options(timeout=PATIENCE * 1000)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The browser, without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()


class _Server(uvicorn.Server):
    """uvicorn, which leaves the signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Any:
        yield


@dataclass
class Visitors:
    """A browser and a web server that it can reach."""

    browser: Browser
    front: Front
    url: str

    async def come_in(
        self,
        login: str | None = None,
        *,
        size: ViewportSize = DESKTOP,
        **options: Any,
    ) -> Page:
        """A tab of a browser in which that person has logged in; its own cookies and storage."""
        context = await self.browser.new_context(base_url=self.url, viewport=size, **options)
        if login:
            await context.add_cookies(
                [{"name": COOKIE, "value": self.front.tokens[login], "url": self.url}]
            )
        page = await context.new_page()
        watch(page)
        return page


FAULTS = "voicepost_faults"


def watch(page: Page) -> None:
    """Keep what the browser complains about: errors of scripts, refusals of the policy."""
    faults: list[str] = []
    setattr(page, FAULTS, faults)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)


def faults_of(page: Page) -> list[str]:
    """What the browser has complained about so far."""
    found: list[str] = getattr(page, FAULTS)
    return found


async def until(page: Page, expression: str, seconds: float = PATIENCE) -> None:
    """Wait for an expression of the page's to become true.

    Playwright's own way of waiting for it is refused by the page's policy.
    """
    async with asyncio.timeout(seconds):
        while not await page.evaluate(expression):
            await asyncio.sleep(0.05)


async def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it is now: one line each."""
    # The policy of the page lets no script in; what is evaluated from here is outside of it.
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    result = await page.evaluate("async () => JSON.stringify((await axe.run()).violations)")
    return [
        f"{found['id']}: {node['target']} {node.get('failureSummary', '')}"
        for found in json.loads(result)
        for node in found["nodes"]
    ]


@asynccontextmanager
async def serving(front: Front, port: int = 0, **options: Any) -> AsyncIterator[int]:
    """The web server, from its start to its end; the port it listens on."""
    server = _Server(
        uvicorn.Config(
            front.app,
            port=port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
            **options,
        )
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        front.app.state.events.close()
        server.should_exit = True
        await task


@asynccontextmanager
async def visitors_of(browser: Browser, front: Front) -> AsyncIterator[Visitors]:
    """The web server, from its start to its end, and the browser's contexts."""
    known: set[BrowserContext] = set(browser.contexts)
    async with serving(front) as port:
        try:
            yield Visitors(browser, front, f"http://127.0.0.1:{port}")
        finally:
            for context in set(browser.contexts) - known:
                await context.close()

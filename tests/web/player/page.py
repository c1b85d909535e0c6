"""The player of a page, as the tests use it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.waiting import POLL_SECONDS
from tests.web.browser import PATIENCE, watch
from tests.web.player.stage import Sound

T = TypeVar("T")


@dataclass(frozen=True)
class Player:
    """What is heard and seen of it."""

    page: Page

    @property
    def element(self) -> Locator:
        return self.page.locator("voice-player")

    def button(self, name: str) -> Locator:
        """The button whose words begin so."""
        return self.element.locator(f"[title^='{name}']")

    def row(self, sound: Sound) -> Locator:
        return self.page.locator(f"[data-message='{sound.id}']")

    def link(self, sound: Sound) -> Locator:
        return self.row(sound).locator("[data-play]")

    async def play(self, sound: Sound) -> None:
        """Click on a message, and wait until it is heard."""
        await self.link(sound).click()
        await self.hears(sound)

    async def hears(self, sound: Sound) -> None:
        """The message is on the air."""
        await expect(self.element).to_be_visible()
        await expect(self.element.locator("strong")).to_have_text(sound.caller)
        await expect(self.row(sound)).to_have_attribute("data-state", "playing")
        before = await self.position()
        await eventually(lambda: self.position(), lambda now: now != before)

    async def audio(self, what: str) -> Any:
        """A property of the native element."""
        return await self.element.locator("audio").evaluate(f"audio => audio.{what}")

    async def position(self) -> float:
        """Seconds."""
        return float(await self.audio("currentTime"))

    async def pause(self) -> float:
        """Press the button; where it stopped, in seconds."""
        await self.button("Pause").click()
        assert await self.audio("paused")
        return await self.position()


async def eventually(
    look: Callable[[], Awaitable[T]], good: Callable[[T], bool] = bool, seconds: float = PATIENCE
) -> T:
    """What is there to see, once it is good."""
    async with asyncio.timeout(seconds):
        while not good(seen := await look()):
            await asyncio.sleep(POLL_SECONDS)
        return seen


async def come(context: BrowserContext, address: str = "/") -> Player:
    """The player of a newly opened page."""
    page = await context.new_page()
    watch(page)
    await page.goto(address)
    return Player(page)

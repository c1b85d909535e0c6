"""A browser before the list of a stage of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext

from tests.web.browser import DESKTOP, faults_of
from tests.web.player.page import Player, come
from tests.web.player.stage import LIST, Stage, served


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with served(Stage(tmp_path, LIST)) as stage:
        yield stage


@pytest.fixture
async def context(browser: Browser, stage: Stage) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(
        base_url=stage.url, viewport=DESKTOP, locale="en-GB", reduced_motion="reduce"
    )
    yield context
    await context.close()


@pytest.fixture
async def player(context: BrowserContext) -> AsyncIterator[Player]:
    """The player on an open list; the browser must have found nothing to complain about."""
    player = await come(context)
    yield player
    assert faults_of(player.page) == []

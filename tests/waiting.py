"""Waiting for conditions, instead of sleeping."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

POLL_SECONDS = 0.02


async def until(condition: Callable[[], T], seconds: float = 30) -> T:
    """The first true value of ``condition``; `TimeoutError` when it never gets there."""
    async with asyncio.timeout(seconds):
        while not (value := condition()):
            await asyncio.sleep(POLL_SECONDS)
        return value

"""Servers that answer by HTTP on a port of this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def serving(app: web.Application, port: int, end: Callable[[], None]) -> AsyncIterator[None]:
    """Serve until the end; then ``end`` lets go of whoever waits for an answer."""
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield
    finally:
        end()
        await runner.cleanup()

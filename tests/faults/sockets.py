"""The connection to Asterisk is cut, delayed, or open at one end only: by a proxy in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from tests.faults.fault import Blow, Fault, Limits
from tests.faults.installation import Installation, open_installation

EVERY_SECONDS = 30.0
BLOWS = {"short": 1, "long": 20}
"""Ten minutes of them, in the long form."""
DELAY_SECONDS = 1.0
CHUNK = 65536


class Proxy:
    """A TCP proxy that can do what networks do."""

    def __init__(self) -> None:
        self.port = 0
        self.target = 0
        self.delay = 0.0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._deaf: set[asyncio.Task[None]] = set()
        self._half_open: list[asyncio.StreamWriter] = []

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._half_open:
            writer.transport.abort()
        await self._server.wait_closed()

    def cut(self) -> None:
        """Reset every connection there is."""
        for writer in self._writers:
            writer.transport.abort()

    def go_deaf(self) -> None:
        """Carry nothing more over the connections there are, and close none: half-open."""
        self._deaf |= self._tasks

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            for source, sink in ((reader, back), (there, writer)):
                task = asyncio.create_task(self._carry(source, sink))
                self._tasks.add(task)
                task.add_done_callback(self._forget)
            return
        writer.transport.abort()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Everything from one side to the other."""
        self._writers.add(sink)
        me = asyncio.current_task()
        try:
            with suppress(OSError):
                while data := await source.read(CHUNK):
                    if self.delay:
                        await asyncio.sleep(self.delay)
                    if me not in self._deaf:
                        sink.write(data)
                        await sink.drain()
        finally:
            self._writers.discard(sink)
            if me in self._deaf:
                self._half_open.append(sink)
            else:
                sink.close()

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._deaf.discard(task)


_proxies: list[Proxy] = []


@asynccontextmanager
async def installation_behind_a_proxy() -> AsyncIterator[Installation]:
    """An installation that reaches its Asterisk through a proxy."""
    proxy = Proxy()
    await proxy.start()
    _proxies.append(proxy)
    try:
        settings = f'[asterisk]\nurl = "http://127.0.0.1:{proxy.port}"'
        arrangement = open_installation(settings, knows_ports=lambda ports: aim(proxy, ports.http))
        async with arrangement as installation:
            yield installation
    finally:
        _proxies.remove(proxy)
        await proxy.stop()


def aim(proxy: Proxy, port: int) -> None:
    proxy.target = port


async def again_and_again(blow: Blow, what: Callable[[Proxy], Awaitable[None]]) -> None:
    """Half a minute apart, while callers call."""
    (proxy,) = _proxies
    clock = asyncio.get_running_loop()
    for number in range(BLOWS[blow.size]):
        await asyncio.sleep(blow.at + number * EVERY_SECONDS - clock.time())
        await what(proxy)
    blow.measure("blows", BLOWS[blow.size])


async def cut(blow: Blow) -> None:
    """Connections are reset."""

    async def reset(proxy: Proxy) -> None:
        proxy.cut()

    await again_and_again(blow, reset)


async def delay(blow: Blow) -> None:
    """Everything comes a second late, for ten seconds."""

    async def slow_down(proxy: Proxy) -> None:
        proxy.delay = DELAY_SECONDS
        await asyncio.sleep(EVERY_SECONDS / 3)
        proxy.delay = 0.0

    await again_and_again(blow, slow_down)


async def half_open(blow: Blow) -> None:
    """Connections stay open, and nothing comes through them."""

    async def deafen(proxy: Proxy) -> None:
        proxy.go_deaf()

    await again_and_again(blow, deafen)


def _fault(name: str, strike: Callable[[Blow], Awaitable[None]], silence: float) -> Fault:
    return Fault(
        f"socket-{name}",
        strike,
        Limits(silence=silence),
        installation_behind_a_proxy,
        rounds=1,
        after=10.0,
        long_after=600.0,
        late=0.8,
    )


FAULTS = (
    _fault("cut", cut, 3.0),
    _fault("delayed", delay, 8.0),
    _fault("half-open", half_open, 20.0),
)

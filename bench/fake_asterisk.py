"""A fake Asterisk in a process of its own, so that what it costs is not taken for ours.

`python -m bench.fake_asterisk FOLDER` prints the address of its ARI, then reads orders from
standard input, one a line, and answers each with a line when it is done:

    calls KIND COUNT AT_ONCE   so many calls of a kind, so many of them at once; how many it had
    rate KIND COUNT RATE       so many calls, so many a second; when each hung up, by its number
    hold COUNT                 so many calls more that stay in the menu until the end
    replay                     the address of a websocket that sends the events of all calls again
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Final

from aiohttp import web

from tests.dialplan.actor import Actor
from tests.scenarios import COMPANY_BOX, OFFICE, WELCOME, HangUp, Hear, Press, Scenario, Speak
from tests.telephony.exchange import Json
from tests.telephony.fake_ari import FakeAri

__all__ = ["KINDS", "OFFICE"]

SAYING: Final = "Здравствуйте, это Иван. Перезвоните мне, пожалуйста, завтра утром."
KINDS: Final = {
    "message": Scenario(
        "a message for the company",
        (Hear(WELCOME), Press("9"), Hear(COMPANY_BOX), Speak(SAYING), HangUp()),
    ),
    "menu": Scenario("hangs up in the menu", (Hear(WELCOME), HangUp())),
}
"""What a call can be."""


class Crowd:
    """Callers of a fake Asterisk, so many at once."""

    def __init__(self, asterisk: FakeAri) -> None:
        self._asterisk = asterisk
        self._told: list[str] = []
        self._hung_up: dict[str, float] = {}
        self._number = 0
        self._changed = asyncio.Event()
        emit = asterisk.exchange.emit

        def tell(event: Json) -> None:
            self._told.append(json.dumps(event))
            emit(event)
            if event["type"] == "StasisEnd":
                self._hung_up[event["channel"]["caller"]["number"]] = time.monotonic()
                self._changed.set()

        asterisk.exchange.emit = tell

    async def call(self, kind: str, count: int, at_once: int) -> None:
        """Have callers call, each when another has hung up; returns after the last one."""
        while not self._asterisk.connected:  # the service begins just now
            await asyncio.sleep(0.01)
        staying, begun = self._present, 0
        self._told.clear()
        while True:
            while begun < count and self._present - staying < at_once:
                self._begin(kind)
                begun += 1
            if self._present == staying:
                return
            self._changed.clear()
            await self._changed.wait()

    async def call_at_rate(self, kind: str, count: int, rate: float) -> dict[str, float]:
        """Have callers call, so many a second; when each of them has hung up, by the number."""
        self._hung_up.clear()
        clock, begun = asyncio.get_running_loop(), time.monotonic()
        for number in range(count):
            await asyncio.sleep(begun + number / rate - clock.time())
            self._begin(kind)
        while len(self._hung_up) < count:
            self._changed.clear()
            await self._changed.wait()
        return self._hung_up

    @property
    def _present(self) -> int:
        return len(self._asterisk.exchange.channels)

    def _begin(self, kind: str) -> None:
        self._number += 1
        self._asterisk.exchange.call(actor=Actor(KINDS[kind]), number=f"7916{self._number:07}")

    async def hold(self, count: int) -> None:
        """Have callers call who listen to the menu and do nothing; returns when all hear it."""
        exchange = self._asterisk.exchange
        hearing = len(exchange.playbacks)
        for number in range(count):
            exchange.call(number=f"7917{number:07}")
        while len(exchange.playbacks) < hearing + count:
            await asyncio.sleep(0.05)

    async def replay(self) -> str:
        """Send what the last callers' events said to whoever connects to this address, once."""
        told = list(self._told)

        async def send_all(request: web.Request) -> web.StreamResponse:
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            for line in told:
                await socket.send_str(line)
            await socket.close()
            return socket

        application = web.Application()
        application.router.add_get("/", send_all)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        return f"ws://{host}:{port}/"


async def main(folder: Path) -> None:
    """Do what standard input says, until it ends."""
    async with FakeAri(folder) as asterisk:
        crowd = Crowd(asterisk)
        print(asterisk.access.url, flush=True)  # noqa: T201
        while order := (await asyncio.to_thread(sys.stdin.readline)).split():
            match order:
                case ["calls", kind, count, at_once]:
                    await crowd.call(kind, int(count), int(at_once))
                    answer = count
                case ["rate", kind, count, rate]:
                    answer = json.dumps(await crowd.call_at_rate(kind, int(count), float(rate)))
                case ["hold", count]:
                    await crowd.hold(int(count))
                    answer = count
                case ["replay"]:
                    answer = await crowd.replay()
                case _:
                    answer = f"what is {' '.join(order)}?"
            print(answer, flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))

"""A fake Asterisk in a process of its own, so that what it costs is not taken for ours.

`python -m bench.exchange FOLDER` prints the address of its ARI, then reads orders from standard
input, one a line, and answers each with a line when it is done:

    calls KIND COUNT AT_ONCE   so many calls of a kind, so many of them at once; how many it had
    hold COUNT                 so many calls more that stay in the menu until the end
    replay                     the address of a websocket that sends the events of all calls again
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Final

from aiohttp import web

from tests.dialplan.actor import Actor
from tests.scenarios import COMPANY_BOX, OFFICE, WELCOME, HangUp, Hear, Press, Scenario, Speak
from tests.telephony.exchange import Json
from tests.telephony.fake_ari import FakeAri

__all__ = ["KINDS", "OFFICE"]

KINDS: Final = {
    "message": Scenario(
        "a message for the company",
        (Hear(WELCOME), Press("9"), Hear(COMPANY_BOX), Speak("Перезвоните мне."), HangUp()),
    ),
    "menu": Scenario("hangs up in the menu", (Hear(WELCOME), HangUp())),
}
"""What a call can be."""


class Crowd:
    """Callers of a fake Asterisk, so many at once."""

    def __init__(self, asterisk: FakeAri) -> None:
        self._asterisk = asterisk
        self._told: list[str] = []
        self._changed = asyncio.Event()
        emit = asterisk.exchange.emit

        def tell(event: Json) -> None:
            self._told.append(json.dumps(event))
            emit(event)
            if event["type"] == "StasisEnd":
                self._changed.set()

        asterisk.exchange.emit = tell

    async def call(self, kind: str, count: int, at_once: int) -> None:
        """Have callers call, each when another has hung up; returns after the last one."""
        exchange, begun = self._asterisk.exchange, 0
        staying = len(exchange.channels)
        self._told.clear()
        while True:
            present = len(exchange.channels) - staying
            while begun < count and present < at_once:
                exchange.call(actor=Actor(KINDS[kind]), number=f"7916{begun:07}")
                begun, present = begun + 1, present + 1
            if not present:
                return
            self._changed.clear()
            await self._changed.wait()

    async def hold(self, count: int) -> None:
        """Have callers call who listen to the menu and do nothing; returns when all hear it."""
        exchange = self._asterisk.exchange
        for number in range(count):
            exchange.call(number=f"7917{number:07}")
        while len(exchange.playbacks) < count:
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

"""From hanging up until a message is there for people: in the page's list, and for commands.

Twenty callers a second are more than a machine of two cores can carry the sound of, beside the
Asterisk of the callers: so they come from the fake one, and all behind it is real.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

import httpx2 as httpx

from bench.figure import Figure, percentile, within
from bench.part import Size
from bench.people import logged_in
from bench.rehearsal import Rehearsal, rehearsal
from commands.context import App
from storage.messages.repository import Query

CALLS_A_SECOND: Final = 20
LISTED: Final = 100
LOOKS_SECONDS: Final = 0.05

Look = Callable[[], Iterable[str]]
"""The numbers of the newest messages' callers."""


def measure(size: Size) -> list[Figure]:
    """Let callers leave messages, and look for each in both places."""
    runs, calls = (1, 60) if size == "quick" else (2, 300)
    web: list[float] = []
    cli: list[float] = []
    with rehearsal() as stage, stage.running("calls"), stage.running("web"):
        app = App(stage.home)
        cookies = logged_in(app)
        looks: list[tuple[Look, list[float]]] = [
            (partial(_on_page, stage.web_port, cookies), web),
            (partial(_listed, app), cli),
        ]
        for _ in range(runs):
            for look, found in looks:
                delays = asyncio.run(_watch(stage, look, calls))
                found.append(percentile(delays, 99))
        app.database.close()
    return [
        within(1000, f"hang-up to {where}, p99, {CALLS_A_SECOND} calls a second", "ms", found)
        for where, found in (("the page's list", web), ("the command's list", cli))
    ]


def _on_page(port: int, cookies: dict[str, str]) -> Iterable[str]:
    address = f"http://127.0.0.1:{port}/api/v1/messages?limit={LISTED}"
    answer = httpx.get(address, cookies=cookies)
    answer.raise_for_status()
    return [item["caller"]["number"] for item in answer.json()["items"]]


def _listed(app: App) -> Iterable[str]:
    return [message.caller_number for message in app.messages.each(Query(limit=LISTED))]


async def _watch(stage: Rehearsal, look: Look, calls: int) -> list[float]:
    """Milliseconds from each caller's hanging up until a look shows the message."""
    before = set(await asyncio.to_thread(look))
    seen: dict[str, float] = {}
    calling = asyncio.create_task(
        asyncio.to_thread(stage.order, "rate", "message", calls, CALLS_A_SECOND)
    )
    async with asyncio.timeout(calls / CALLS_A_SECOND + 60):
        while len(seen) < calls:
            for number in await asyncio.to_thread(look):
                if number not in before:
                    seen.setdefault(number, time.monotonic())
            await asyncio.sleep(LOOKS_SECONDS)
    hung_up: dict[str, float] = json.loads(await calling)
    return [1000 * (seen[number] - moment) for number, moment in hung_up.items()]

"""Decisions: what the process that serves calls needs of the CPU for a call from menu to kept.

Against a program that only takes the same events from a websocket and decodes them: what no
controller can do without. Both are counted in CPU time, as the fake Asterisk is slower than ours.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Final

from aiohttp import ClientSession

from bench.figure import Figure
from bench.part import Size
from bench.processes import cpu_seconds
from bench.rehearsal import Rehearsal, rehearsal

AT_ONCE: Final = 20


def measure(size: Size) -> list[Figure]:
    """So many calls, that many times: with a message kept, and hung up in the menu."""
    runs, calls = (3, 50) if size == "quick" else (5, 300)
    figures = []
    with rehearsal() as stage, stage.running("calls") as service:
        for kind, what in (("message", "menu, key, record, kept"), ("menu", "menu, hung up")):
            _calls_each_second(stage, service.pid, kind, calls)  # warms up
            pairs = [
                (
                    _calls_each_second(stage, service.pid, kind, calls),
                    _decoded_each_second(stage, calls),
                )
                for _ in range(runs)
            ]
            ours, peers = zip(*pairs, strict=True)
            against = "its events from a websocket, decoded"
            figures.append(
                Figure(
                    f"calls for each second of CPU: {what}",
                    against,
                    "1/s",
                    ours,
                    peers,
                    goal=0.25,
                    more_is_better=True,
                )
            )
    return figures


def _calls_each_second(stage: Rehearsal, pid: int, kind: str, calls: int) -> float:
    before = cpu_seconds(pid)
    stage.order("calls", kind, calls, AT_ONCE)
    return calls / (cpu_seconds(pid) - before)


def _decoded_each_second(stage: Rehearsal, calls: int) -> float:
    address = stage.order("replay")
    before = time.process_time()
    asyncio.run(_decode(address))
    return calls / (time.process_time() - before)


async def _decode(address: str) -> None:
    async with ClientSession() as session, session.ws_connect(address) as socket:
        async for message in socket:
            json.loads(message.data)

"""What a call costs: the CPU time of the process that serves calls, for a message.

Against Asterisk's own for the same calls, and against a controller that only answers, plays and
records (`bench.bare`). What the callers' Asterisk takes is another process's, and only told.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from bench.figure import Figure
from bench.part import Size
from bench.processes import cpu_seconds
from bench.stage import BOX, PEERS, Stage, open_stage

RATE: Final = 4.0
"""New calls a second: some fifty at once, where they speak for ten seconds."""


class Cost(NamedTuple):
    """Of one call, in milliseconds of CPU."""

    controller: float
    asterisk: float
    callers: float


def measure(size: Size) -> list[Figure]:
    """Ours, the bare controller's and `VoiceMail()`'s, in turn."""
    return asyncio.run(_measure(size))


async def _measure(size: Size) -> list[Figure]:
    runs, calls, seconds = (1, 20, 4) if size == "quick" else (2, 40, 10)
    ours: list[Cost] = []
    bare: list[Cost] = []
    native: list[Cost] = []
    async with open_stage() as stage, _bare(stage) as bare_pid:
        await _cost(stage, BOX, calls // 3, seconds, stage.calls_pid)  # warms up
        for _ in range(runs):
            ours.append(await _cost(stage, BOX, calls, seconds, stage.calls_pid))
            bare.append(await _cost(stage, "bare", calls, seconds, bare_pid))
            native.append(await _cost(stage, PEERS[BOX], calls, seconds, bare_pid))
    mine = [each.controller for each in ours]
    unit, asterisk = "ms of CPU", "Asterisk's own for these calls"
    call = f"a message of {seconds} s"
    return [
        Figure(f"{call}: ours", asterisk, unit, mine, [c.asterisk for c in ours], goal=0.1),
        Figure(
            f"{call}: ours beside a bare controller",
            "answers, plays, records",
            unit,
            mine,
            [c.controller for c in bare],
            goal=2,
        ),
        Figure(
            f"{call}: ours and Asterisk's together",
            "Asterisk's for VoiceMail()",
            unit,
            [c.controller + c.asterisk for c in ours],
            [c.asterisk for c in native],
        ),
        Figure(
            f"{call}: the callers' Asterisk",
            "ours and Asterisk's together",
            unit,
            [c.callers for c in ours],
            [c.controller + c.asterisk for c in ours],
        ),
    ]


async def _cost(stage: Stage, number: str, calls: int, seconds: int, controller: int) -> Cost:
    """Of so many calls to a number, until whatever they left has been dealt with."""
    pids = (controller, stage.server_pid, stage.callers_pid)
    before = [cpu_seconds(pid) for pid in pids]
    kept = await stage.kept()
    await stage.call_at_rate(number, seconds, RATE, calls)
    await stage.all_have_hung_up()
    if number == BOX:
        await stage.kept(kept + calls)
    after = [cpu_seconds(pid) for pid in pids]
    return Cost(*(1000 * (now - was) / calls for now, was in zip(after, before, strict=True)))


@asynccontextmanager
async def _bare(stage: Stage) -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.bare", stage.server.ari_url, stage.server.ari_secret),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout
        assert await process.stdout.readline()
        yield process.pid
    finally:
        process.kill()
        await process.wait()

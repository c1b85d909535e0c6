"""kill -9 of Asterisk itself in the middle of recordings."""

from __future__ import annotations

import asyncio
import os
import signal

from tests.faults.fault import Blow, Fault, Limits
from tests.faults.hearing import PIECE, RATE
from tests.faults.kills import BACK_SECONDS, POLL_SECONDS, is_connected
from tests.faults.plans import State

UNWRITTEN_SECONDS = 2.1
"""Asterisk writes a WAV in blocks of 32 KiB: two seconds are in its memory only."""


async def kill_asterisk(blow: Blow) -> None:
    """The callers' telephones notice, and hang up; the supervisor starts another Asterisk."""
    installation = blow.installation
    old = installation.house.asterisk.pid()
    assert old is not None
    os.kill(old, signal.SIGKILL)
    for caller in installation.callers.values():
        caller.line_is_dead()
    async with asyncio.TaskGroup() as group:
        for caller in installation.callers.values():
            group.create_task(caller.hang_up())
    clock = asyncio.get_running_loop()
    while clock.time() < blow.at + BACK_SECONDS:
        new = installation.house.asterisk.pid()
        if new not in (None, old) and is_connected(
            installation.pid("calls"), installation.house.ports.http
        ):
            blow.measure("back_seconds_max", clock.time() - blow.at)
            return
        await asyncio.sleep(POLL_SECONDS)
    blow.broken.append("the service did not find the new Asterisk")


KILL_ASTERISK = Fault(
    "kill-asterisk",
    kill_asterisk,
    # Speech is looked for in pieces: the one that is cut counts as missing.
    Limits(lost_seconds=UNWRITTEN_SECONDS + PIECE / RATE, silence=None, all_speak=False),
    rounds=20,
    calls=50,
    late=0.0,
    aims=(State.RECORDING,),
    ends_calls=True,
)
FAULTS = (KILL_ASTERISK,)

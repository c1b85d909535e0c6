"""The service ends in order, stands still for a while, or meets a second one."""

from __future__ import annotations

import asyncio
import os
import signal
from functools import partial

from tests.faults.fault import Blow, Fault, Limits
from tests.faults.town import open_town

FROZEN_SECONDS = {"short": 10.0, "long": 30.0}
TWO_SECONDS = 10.0
"""How long two services run side by side."""
SHUTDOWN_SECONDS = 40
"""The setting: time enough for everybody who is in a call to finish it."""
END_SECONDS = 2 * SHUTDOWN_SECONDS + 10.0


async def sigterm(blow: Blow) -> None:
    """The service is asked to end; its callers finish, new ones reach the fallback."""
    town = blow.town
    calls = town.processes["calls"]
    clock = asyncio.get_running_loop()
    began = clock.time()
    calls.send_signal(signal.SIGTERM)
    try:
        code = await asyncio.wait_for(calls.wait(), END_SECONDS)
    except TimeoutError:
        blow.broken.append(f"calls did not end within {END_SECONDS} s of SIGTERM")
        await town.kill("calls")
    else:
        blow.measure("end_seconds_max", clock.time() - began)
        if code != 0:
            blow.broken.append(f"calls ended with {code} on SIGTERM")
    await town.all_are_gone()
    await town.start_role("calls")


async def freeze(blow: Blow) -> None:
    """The service stops in its tracks, and goes on as if nothing had been."""
    pid = blow.town.pid("calls")
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(FROZEN_SECONDS[blow.size])
    finally:
        os.kill(pid, signal.SIGCONT)


async def two_services(blow: Blow) -> None:
    """A second service is started beside the first; then the first dies."""
    town = blow.town
    second = await town.house.start("calls")
    await asyncio.sleep(TWO_SECONDS)
    if town.processes["calls"].returncode is not None:
        blow.broken.append("the first service ended when the second was started")
    elif second.returncode is not None:
        blow.broken.append("the second service ended, instead of standing by")
        return
    else:
        await town.kill("calls")
    town.processes["calls"] = second


FAULTS = (
    Fault(
        "sigterm",
        sigterm,
        Limits(silence=5.0),
        partial(open_town, f"[calls]\nshutdown_seconds = {SHUTDOWN_SECONDS}", supervised=False),
        rounds=20,
        after=10.0,
    ),
    Fault(
        "frozen",
        freeze,
        Limits(silence=None),
        rounds=20,
        after=15.0,
    ),
    Fault(
        "two-services",
        two_services,
        Limits(silence=5.0),
        partial(open_town, supervised=False),
        rounds=20,
        after=12.0,
    ),
)

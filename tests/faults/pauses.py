"""The service ends in order, stands still for a while, or meets a second one."""

from __future__ import annotations

import asyncio
import os
import signal
from functools import partial
from pathlib import Path

from tests.faults.fault import Blow, Fault, Limits
from tests.faults.installation import Installation, open_installation

FROZEN_SECONDS = {"short": 10.0, "long": 30.0}
TWO_SECONDS = 10.0
"""How long two services run side by side; of one home, until the first has ended."""
SHUTDOWN_SECONDS = 40
"""The setting: time enough for everybody who is in a call to finish it."""
END_SECONDS = 2 * SHUTDOWN_SECONDS + 10.0


async def sigterm(blow: Blow) -> None:
    """The service is asked to end; its callers finish, new ones reach the fallback."""
    installation = blow.installation
    calls = installation.processes["calls"]
    clock = asyncio.get_running_loop()
    began = clock.time()
    calls.send_signal(signal.SIGTERM)
    try:
        code = await asyncio.wait_for(calls.wait(), END_SECONDS)
    except TimeoutError:
        blow.broken.append(f"calls did not end within {END_SECONDS} s of SIGTERM")
        await installation.kill("calls")
    else:
        blow.measure("end_seconds_max", clock.time() - began)
        if code != 0:
            blow.broken.append(f"calls ended with {code} on SIGTERM")
    await installation.all_are_gone()
    await installation.start_role("calls")


async def freeze(blow: Blow) -> None:
    """The service stops in its tracks, and goes on as if nothing had been."""
    pid = blow.installation.pid("calls")
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(FROZEN_SECONDS[blow.size])
    finally:
        os.kill(pid, signal.SIGCONT)


async def two_services(blow: Blow) -> None:
    """Another installation's service is started on the same Asterisk; later the first dies.

    Both keep their messages in the same place. The second stands by until then.
    """
    installation = blow.installation
    second = await installation.house.start("calls", home=_other_home(installation))
    await asyncio.sleep(TWO_SECONDS)
    if installation.processes["calls"].returncode is not None:
        blow.broken.append("the first service ended when the second was started")
    else:
        await installation.kill("calls")
    if second.returncode is not None:
        blow.broken.append("the second service ended, instead of standing by")
    await installation.all_are_gone()
    if second.returncode is None:
        second.terminate()
    await asyncio.wait_for(second.wait(), END_SECONDS)
    await installation.start_role("calls")


async def successor(blow: Blow) -> None:
    """A second service is started in the same home: it takes over, and the first ends."""
    installation = blow.installation
    first = installation.processes["calls"]
    await installation.start_role("calls")
    try:
        await asyncio.wait_for(first.wait(), TWO_SECONDS)
    except TimeoutError:
        blow.broken.append("two services of one home act side by side")
        first.kill()
        await first.wait()


def _other_home(installation: Installation) -> Path:
    """A home whose service works on the installation's Asterisk, and its messages."""
    ours = installation.app.settings
    home = ours.home.with_name("other")
    home.mkdir(exist_ok=True)
    (home / "voicepost.toml").write_text(
        f"""
        [asterisk]
        url = "{ours.ari_url}"
        password = "{ours.ari_password}"
        spool = "{ours.spool}"
        [database]
        url = "{ours.database_url}"
        [audio]
        url = "{ours.audio_folder}"
        """,
        encoding="utf-8",
    )
    return home


FAULTS = (
    Fault(
        "sigterm",
        sigterm,
        Limits(silence=5.0),
        partial(
            open_installation, f"[calls]\nshutdown_seconds = {SHUTDOWN_SECONDS}", supervised=False
        ),
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
        "successor",
        successor,
        Limits(),
        partial(open_installation, supervised=False),
        rounds=20,
    ),
    Fault(
        "two-services",
        two_services,
        Limits(silence=5.0),
        partial(open_installation, supervised=False),
        rounds=20,
        after=12.0,
    ),
)

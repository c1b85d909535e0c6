"""The service is away and stays away: the fallback takes over, then Asterisk alone."""

from __future__ import annotations

from functools import partial

from tests.faults.fault import Blow, Fault, Limits
from tests.faults.installation import open_installation

CALL_SECONDS = 40
"""How long a call may last by Asterisk's own limit, where nothing else of ours is alive."""
SLACK_SECONDS = 5.0


async def only_agi_lives(blow: Blow) -> None:
    """The service dies and nobody starts it, until everybody has hung up."""
    installation = blow.installation
    await installation.kill("calls")
    await installation.all_are_gone()
    await installation.start_role("calls")


async def nobody_lives(blow: Blow) -> None:
    """The service and the fallback die; both come back when everybody has hung up."""
    installation = blow.installation
    await installation.kill("calls")
    await installation.kill("agi")
    await installation.all_are_gone()
    for caller in installation.callers.values():
        if not caller.began_speaking and caller.gone_at and caller.connected_at:
            held = caller.gone_at - caller.connected_at
            blow.measure("held_seconds_max", held)
            if held > CALL_SECONDS + SLACK_SECONDS:
                blow.broken.append(f"caller {caller.number} was held for {held:.0f} s")
    await installation.start_role("agi")
    await installation.start_role("calls")


FAULTS = (
    Fault(
        "service-stays-dead",
        only_agi_lives,
        Limits(silence=5.0),
        partial(open_installation, supervised=False),
        rounds=20,
        after=15.0,
    ),
    Fault(
        "all-stays-dead",
        nobody_lives,
        # Who was in a menu is stranded: nothing of ours is alive to move anybody on.
        Limits(silence=None, all_speak=False),
        partial(open_installation, supervised=False, call_seconds=CALL_SECONDS, patience=90.0),
        rounds=20,
        after=15.0,
        late=0.5,
    ),
)

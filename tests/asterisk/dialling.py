"""A telephone by hand (`tests.asterisk.rtp`) on its way to the beep, as Asterisk tells."""

from __future__ import annotations

import asyncio

from telephony.ari.client import Event
from tests.asterisk.conftest import Telephony
from tests.asterisk.rtp import Dialler


async def connected(telephony: Telephony, dialler: Dialler, caller: str, *, after: int = 0) -> str:
    """Dial until the call is answered: its channel. ``after`` is how many events are of before."""
    await dialler.connect()
    created = await telephony.inside.wait(
        lambda e: (
            e["type"] == "ChannelCreated"
            and str(e["channel"]["caller"]["number"]).startswith(caller)
        ),
        after=after,
    )
    return str(created["channel"]["id"])


async def listen_to_the_beep(
    telephony: Telephony, dialler: Dialler, channel: str, *, after: int = 0
) -> None:
    """Listen until the caller is recorded."""

    def begins(event: Event) -> bool:
        starts = event["type"] == "RecordingStarted"
        return starts and bool(event["recording"]["target_uri"] == f"channel:{channel}")

    beep = asyncio.create_task(telephony.inside.wait(begins, after=after, seconds=60))
    await dialler.listen(beep)
    await beep

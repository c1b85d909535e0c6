"""Moving callers on whose service is dead, or frozen.

They sit in the ARI application, in silence, for as long as they hold on: Asterisk ends no call
because its controller is gone. Whoever runs this beside the service (the fallback does) gives them
back to the dialplan, whose next lines take a message.
"""

from __future__ import annotations

import asyncio

import structlog

from telephony.ari import channels
from telephony.ari.client import Ari, Event
from telephony.ari.lease import RENEW_SECONDS, Watch
from telephony.errors import AriError

log = structlog.get_logger()


async def rescue_stranded(ari: Ari, app: str) -> None:
    """Move callers on whenever nobody renews the lease, until cancelled."""
    watch = Watch(ari)
    moved: set[str] = set()
    while True:
        try:
            if await watch.look() and watch.is_stale:
                moved |= await _move_on(ari, app, moved)
            else:
                moved.clear()
        except AriError as error:
            log.debug("cannot look for stranded callers", why=error.message)
        await asyncio.sleep(RENEW_SECONDS)


async def _move_on(ari: Ari, app: str, moved: set[str]) -> set[str]:
    """Move on who was not moved yet; people who talk are left to it. Returns who was."""
    stranded = await channels.present(ari, app) - moved
    if not stranded:
        return set()
    talking = await channels.talks(ari)
    for channel_id in stranded - talking.keys():
        channel = await channels.look(ari, channel_id)
        if channel is not None:
            await _move(ari, channel_id, channel)
    return stranded


async def _move(ari: Ari, channel_id: str, channel: Event) -> None:
    """Give a caller to the dialplan, now or when what is being recorded ends; end a phone's leg."""
    try:
        if channels.is_leg(channel):
            await ari.request("DELETE", f"/channels/{channel_id}")
        elif channels.is_inside(channel) or channel is channels.UNREADABLE:
            log.warning("the service is dead: its caller is moved on", call=channel_id)
            await ari.request("POST", f"/channels/{channel_id}/continue")
    except AriError as error:
        log.info("a stranded caller cannot be moved", call=channel_id, why=error.message)

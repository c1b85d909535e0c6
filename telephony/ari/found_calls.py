"""Calls that Asterisk has and we do not serve, and calls of ours that it has no more.

Callers whose flow is gone (the service was restarted) are taken up again; people who talk to each
other are left to it and only watched; phones that ring for nobody any more are hung up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

import structlog

from telephony import log_events
from telephony.ari import channels
from telephony.ari.channels import LEG
from telephony.ari.client import Ari, Event
from telephony.ari.line import RECONNECTED, Inbox
from telephony.errors import AriError, AriUnavailable

log = structlog.get_logger()


class Begin(Protocol):
    """Begins to serve a channel that was found, with what the dialplan said of it.

    ``talk`` is the bridge on which the caller talks to somebody, if they do.
    """

    def __call__(
        self, channel: Event, args: list[str], *, talk: Event | None, seen_before: bool
    ) -> None: ...


class FoundCalls:
    """Compares the calls of one application with ``inboxes``, the channels that are served."""

    def __init__(self, ari: Ari, app: str, inboxes: Mapping[str, Inbox], begin: Begin) -> None:
        self._ari = ari
        self._app = app
        self._inboxes = inboxes
        self._begin = begin
        self._strangers: set[str] = set()

    async def compare(self, callers: Collection[str]) -> None:
        """Compare after (re)connecting, when any event may have been missed.

        Raises `AriUnavailable` when Asterisk cannot tell: whoever is stranded would stay so.
        """
        try:
            present = await channels.present(self._ari, self._app)
            for channel_id in set(callers) - present:
                await self._look_for(channel_id)
            for inbox in set(self._inboxes.values()):
                inbox.put_nowait({"type": RECONNECTED})
            await self._take_up_all(present)
        except AriError as error:
            raise AriUnavailable(f"Cannot compare calls with Asterisk: {error.message}") from error

    async def take_up_strangers(self) -> None:
        """Take up whoever is in the application and served by nobody, the second time seen.

        A caller comes to that when a last request to Asterisk failed. Seen once it may be somebody
        whose first event is on its way. Raises `AriError`.
        """
        seen = await channels.present(self._ari, self._app) - set(self._inboxes)
        known, self._strangers = self._strangers, seen
        await self._take_up_all(seen & known)

    async def _take_up_all(self, channel_ids: set[str]) -> None:
        if not channel_ids:
            return
        talks = await channels.talks(self._ari)
        # They wait in silence, a hundred of them perhaps: asked about at once.
        everyone = await channels.everyone(self._ari)
        # Those first of whom nothing more has to be asked: callers.
        for channel_id in sorted(channel_ids, key=lambda each: each.startswith(LEG)):
            try:
                channel = (
                    await channels.look(self._ari, channel_id)
                    if everyone is None
                    else everyone.get(channel_id)
                )
                if channel is not None:
                    await self._take_up(channel_id, channel, talks.get(channel_id))
            except AriUnavailable:
                raise
            except AriError as error:  # the others are taken up all the same
                log.warning("a call cannot be taken up", call=channel_id, why=error.message)
                self._strangers.add(channel_id)

    async def _look_for(self, channel_id: str) -> None:
        """Tell a call whose channel is gone: its last events were missed."""
        if await channels.look(self._ari, channel_id) is None and (
            inbox := self._inboxes.get(channel_id)  # unless the call ended meanwhile
        ):
            inbox.put_nowait({"type": "ChannelDestroyed", "channel": {"id": channel_id}})

    async def _take_up(self, channel_id: str, channel: Event, talk: Event | None) -> None:
        if channel_id in self._inboxes:
            return  # a leg comes along with its caller
        if channel is channels.UNREADABLE:
            await self._ari.request("POST", f"/channels/{channel_id}/continue")
        elif channels.is_inside(channel):
            args = channels.arguments(channel)
            log.info(log_events.TAKEN_UP_AGAIN, call=channel_id, args=args)
            self._begin(channel, args or [LEG], talk=talk, seen_before=True)
        elif channels.is_leg(channel):  # it rings for a caller whose flow is gone
            await self._ari.request("DELETE", f"/channels/{channel_id}")

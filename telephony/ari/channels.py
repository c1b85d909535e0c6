"""Who is in an ARI application just now, and in what state: asked of Asterisk itself."""

from __future__ import annotations

from telephony.ari.client import Ari, Event
from telephony.errors import AriError, AriUnavailable

LEG = "leg"
"""The argument with which a phone that we ring enters the application, and how its id begins."""

UNREADABLE: Event = {"id": "", "dialplan": {}}


async def present(ari: Ari, app: str) -> set[str]:
    """The application's channels, also those that are only being rung for it. Raises `AriError`."""
    application = await ari.request("GET", f"/applications/{app}")
    return set(application["channel_ids"])


async def talks(ari: Ari) -> dict[str, Event]:
    """The bridge of each channel that is in one. Raises `AriError`."""
    bridges = await ari.request("GET", "/bridges")
    return {channel: bridge for bridge in bridges for channel in bridge["channels"]}


async def everyone(ari: Ari) -> dict[str, Event] | None:
    """Every channel that there is, by its id; None where Asterisk cannot describe them all.

    See `look`: then each has to be asked about by itself. Raises `AriError`.
    """
    try:
        channels = await ari.request("GET", "/channels")
    except AriUnavailable:
        raise
    except AriError:
        return None
    return None if channels is None else {str(each["id"]): each for each in channels}


async def look(ari: Ari, channel_id: str) -> Event | None:
    """The channel, None where it is gone. Raises `AriError`.

    One that a stranger gave texts which are no UTF-8 Asterisk cannot describe (it answers 200, and
    nothing): `UNREADABLE`.
    """
    try:
        found: Event | None = await ari.request("GET", f"/channels/{channel_id}")
    except AriError as error:
        if error.status == 404:
            return None
        raise
    return UNREADABLE if found is None else found


def is_inside(channel: Event) -> bool:
    """Whether the application has it in hand; a phone that still rings is not inside yet."""
    return bool(channel["dialplan"].get("app_name") == "Stasis")


def is_leg(channel: Event) -> bool:
    """Whether it is a phone that was rung for a caller."""
    return str(channel["id"]).startswith(f"{LEG}-") or arguments(channel)[:1] == [LEG]


def arguments(channel: Event) -> list[str]:
    """What the dialplan called ``Stasis(app,…)`` with."""
    return str(channel["dialplan"].get("app_data", "")).split(",")[1:]

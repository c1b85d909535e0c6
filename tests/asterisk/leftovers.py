"""What calls have left behind in the two Asterisks, the spool and the database."""

from __future__ import annotations

from collections.abc import Iterator

from telephony.ari.client import Event, HttpAri
from telephony.errors import AriError
from tests.asterisk.conftest import Telephony
from tests.asterisk.house import until_async


async def left_of_call(telephony: Telephony, channel: str, caller: str, phones: str) -> list[str]:
    """What is left of one call: of the caller's channel, and of the phones called PHONES…."""
    there = await telephony.phones.ari.request("GET", "/channels")
    left = [
        f"a phone: {phone['name']}"
        for phone in there
        if phone["dialplan"]["exten"].startswith(phones) or phone["caller"]["number"] == caller
    ]
    paths = [f"/channels/{channel}", *_played_and_recorded(telephony, channel)]
    left += [path for path in paths if await _exists(telephony.ari, path)]
    return left + [name for name in _spool(telephony) if f"/recordings/live/{name}" in paths]


async def nothing_is_left(telephony: Telephony) -> None:
    """Wait until nothing is left of any call: to be asked once everybody has hung up."""

    async def is_so() -> bool:
        return not await _left(telephony)

    await until_async(is_so)


async def _left(telephony: Telephony) -> list[str]:
    left = [f"a draft of {call}" for call in telephony.house.calls_with_drafts()]
    for kind in ("channels", "bridges"):
        left += [
            f"{kind}: {thing['id']}" for thing in await telephony.ari.request("GET", f"/{kind}")
        ]
    left += [
        f"a phone: {c['name']}" for c in await telephony.phones.ari.request("GET", "/channels")
    ]
    return left + [f"a recording: {name}" for name in _spool(telephony)]


def _played_and_recorded(telephony: Telephony, channel: str) -> Iterator[str]:
    for event in telephony.inside.events:
        thing: Event = event.get("playback") or event.get("recording") or {}
        if thing.get("target_uri") == f"channel:{channel}":
            recorded = "recording" in event
            yield f"/recordings/live/{thing['name']}" if recorded else f"/playbacks/{thing['id']}"


def _spool(telephony: Telephony) -> list[str]:
    spool = telephony.house.asterisk.spool
    return [
        path.stem for name in ("recording", "voicepost") for path in (spool / name).glob("*.wav")
    ]


async def _exists(ari: HttpAri, path: str) -> bool:
    try:
        await ari.request("GET", path)
    except AriError as error:
        assert error.status == 404, error
        return False
    return True

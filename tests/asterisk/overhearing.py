"""What ARI does not tell of calls outside its application, as the events it would have sent."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from telephony.ari.client import Event
from telephony.sandbox.asterisk import Asterisk
from telephony.sandbox.ears import Ears

POLL_SECONDS = 0.05

_COMMAND = re.compile(r'<([^>]+)>AGI Rx << (STREAM FILE|RECORD FILE) "([^"]+)"')
_REPLY = re.compile(r"<([^>]+)>AGI Tx >> \d{3}")


@asynccontextmanager
async def overhearing(asterisk: Asterisk, ears: Ears) -> AsyncIterator[None]:
    """Have ``ears`` hear of sounds and recordings also in AGI and in the dialplan's own lines."""
    await asterisk.rx("logger add channel agi verbose")
    await asterisk.rx("agi set debug on")
    tasks = [
        asyncio.create_task(_follow_agi(asterisk.folder / "log/agi", ears)),
        asyncio.create_task(_follow_dialplan(ears)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _follow_dialplan(ears: Ears) -> None:
    place = 0
    while True:
        step = await ears.wait(
            lambda e: e["type"] == "ChannelDialplan" and bool(e["dialplan_app_data"]),
            after=place,
            seconds=86400,
        )
        place = ears.events.index(step, place) + 1
        channel, data = step["channel"]["id"], step["dialplan_app_data"]
        if step["dialplan_app"] in ("Playback", "BackGround"):
            sound, _, _ = data.partition(",")
            await ears.hear(_playback("PlaybackStarted", channel, f"sound:{sound}"))
        if step["channel"]["dialplan"]["context"] == "voicepost-skip":
            await ears.hear(_playback("PlaybackFinished", channel, "sound:vm-intro"))
        if step["dialplan_app"] == "Record":
            await ears.hear(_recording(channel, Path(data).stem))


async def _follow_agi(log: Path, ears: Ears) -> None:
    playing: dict[str, str] = {}
    ids: dict[str, str] = {}
    async for line in _lines(log):
        found = _COMMAND.search(line) or _REPLY.search(line)
        if found is None:
            continue
        if found[1] not in ids:
            ids[found[1]] = await _channel(ears, found[1])
        channel = ids[found[1]]
        if found.re is _REPLY:
            if sound := playing.pop(channel, ""):
                await ears.hear(_playback("PlaybackFinished", channel, sound))
        elif found[2] == "RECORD FILE":
            await ears.hear(_recording(channel, Path(found[3]).name))
        else:
            file = Path(found[3])
            recorded = file.parent.name == "recording"
            playing[channel] = f"recording:{file.name}" if recorded else f"sound:{file}"
            await ears.hear(_playback("PlaybackStarted", channel, playing[channel]))


async def _lines(log: Path) -> AsyncIterator[str]:
    """The lines of a growing file, as they come."""
    with log.open(encoding="utf-8", errors="replace") as file:
        part = ""
        while True:
            part += file.readline()
            if part.endswith("\n"):
                yield part
                part = ""
            else:
                await asyncio.sleep(POLL_SECONDS)


async def _channel(ears: Ears, name: str) -> str:
    """The id of the channel with this name, whose first event may not have come yet."""
    event = await ears.wait(
        lambda e: e["type"] == "ChannelCreated" and e["channel"]["name"] == name
    )
    return str(event["channel"]["id"])


def _playback(what: str, channel: str, media: str) -> Event:
    playback = {"id": "none", "media_uri": media, "target_uri": f"channel:{channel}"}
    return {"type": what, "playback": playback}


def _recording(channel: str, name: str) -> Event:
    recording = {"name": name, "target_uri": f"channel:{channel}"}
    return {"type": "RecordingStarted", "recording": recording}

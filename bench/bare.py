"""A controller that only answers, plays and records: what ARI by itself costs, without storage.

`python -m bench.bare URL PASSWORD` prints "ready" when calls can come in to the application "bare".
"""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from typing import Any

from aiohttp import ClientSession, encode_basic_auth

from bench.stage import BOX_GREETING
from telephony.sandbox.asterisk import USER

APP = "bare"


async def main(url: str, password: str) -> None:
    """Serve calls until killed."""
    login = {"Authorization": encode_basic_auth(USER, password)}
    async with ClientSession(headers=login) as session:

        async def ask(path: str, params: dict[str, Any] | None = None) -> None:
            async with session.post(f"{url}/ari/channels/{path}", json=params) as answer:
                await answer.read()

        async def greet(channel: str) -> None:
            await ask(f"{channel}/answer")
            await ask(f"{channel}/play", {"media": f"sound:{BOX_GREETING}"})

        async def record(channel: str) -> None:
            name = str(uuid.uuid4())
            how = {"name": name, "format": "wav", "beep": True, "maxSilenceSeconds": 8}
            await ask(f"{channel}/record", how | {"terminateOn": "#", "maxDurationSeconds": 180})

        tasks = set()
        async with session.ws_connect(f"{url}/ari/events?app={APP}") as socket:
            print("ready", flush=True)  # noqa: T201
            async for message in socket:
                event = json.loads(message.data)
                if event["type"] == "StasisStart":
                    task = asyncio.create_task(greet(event["channel"]["id"]))
                elif event["type"] == "PlaybackFinished":
                    channel = event["playback"]["target_uri"].removeprefix("channel:")
                    task = asyncio.create_task(record(channel))
                else:
                    continue
                tasks.add(task)
                task.add_done_callback(tasks.discard)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

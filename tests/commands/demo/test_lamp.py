"""The demo's lamp: told as soon as it is lit, while the caller is still on the line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from commands.demo.calls import OLEG, PhoneNetwork, ask_for_the_employee

CHANNEL = "1700000000.1"
TARGET = {"target_uri": f"channel:{CHANNEL}"}
EVENTS: tuple[dict[str, Any], ...] = (
    {"type": "ChannelCreated", "channel": {"id": CHANNEL, "caller": {"number": OLEG.number}}},
    {"type": "PlaybackStarted", "playback": TARGET},
    {"type": "RecordingStarted", "recording": TARGET},
)
SECONDS = 10.0


class Lamp:
    """One that goes on when the message is kept."""

    def __init__(self) -> None:
        self.new = 3
        self.lit = asyncio.Event()

    async def shows(self, new: int) -> None:
        await self.lit.wait()
        self.new = new


async def test_the_lamp_is_told_before_the_caller_has_hung_up() -> None:
    lamp, told, is_told = Lamp(), list[tuple[str, str]](), asyncio.Event()

    def tell(who: str, what: str) -> None:
        told.append((who, what))
        if "lamp" in what:
            is_told.set()

    async def press(keys: str) -> None:
        if told[-1][1].startswith("presses #, and 1"):
            assert keys == "1"
            lamp.lit.set()

    async def done(*_: object, **__: object) -> None:
        """What is no matter here."""

    class Inside:
        """Hears at once what somebody waits for."""

        def __init__(self) -> None:
            self.events: list[dict[str, Any]] = []

        async def wait(
            self, wanted: Callable[[dict[str, Any]], bool], after: int = 0
        ) -> dict[str, Any]:
            assert len(self.events) >= after
            self.events.append(next(filter(wanted, EVENTS)))
            return self.events[-1]

    person = SimpleNamespace(press=press, say=done, gone=is_told.wait)

    async def call(*_: object, **__: object) -> SimpleNamespace:
        return person

    network = SimpleNamespace(
        phones=SimpleNamespace(call=call, rang=done),
        inside=Inside(),
        voices=SimpleNamespace(say=lambda *_: "voice", path=Path),
        lamp=lamp,
    )
    async with asyncio.timeout(SECONDS):
        await ask_for_the_employee(cast(PhoneNetwork, network), tell)
    assert told[-1] == ("Анна", "has a lamp on her phone, which goes on: new messages, 4")

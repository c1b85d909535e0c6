"""The highest rate of new calls at which every one leaves its message, and leaves it whole.

Against the same calls through Asterisk's `VoiceMail()`. Callers are answered, greeted, speak for
ten seconds and hang up; their Asterisk runs on the same machine and takes its part of it.
"""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Final

import numpy as np

from bench.figure import Figure
from bench.part import Size
from bench.stage import BOX, PEERS, Stage, open_stage
from telephony.errors import AriError

SECONDS: Final = 10
FILLING: Final = 15
"""Seconds for which calls come in at the rate; by then as many hang up as call."""
LOUD: Final = 300
"""Of 32768: what is louder is the voice, not the silence before it."""
LOST: Final = 0.25
"""Seconds that a message may lack: `VoiceMail()` cuts off a little of the end."""


def measure(size: Size) -> list[Figure]:
    """Find the rate for both, in turn, by halving the distance between what works and what not."""
    return asyncio.run(_measure(size))


async def _measure(size: Size) -> list[Figure]:
    runs, rates = (1, range(6, 18, 4)) if size == "quick" else (2, range(12, 18, 2))
    ours: list[float] = []
    peers: list[float] = []
    async with open_stage() as stage:
        audio, repository = stage.house.home / "audio", stage.server.spool / "voicemail"
        for _ in range(runs):
            for number, folder, found in ((BOX, audio, ours), (PEERS[BOX], repository, peers)):
                carries = _Carries(stage, number, folder)
                found.append(await _highest(carries.all, list(rates)))
    return [
        Figure(
            "new calls a second, every message whole",
            "VoiceMail()",
            "1/s",
            ours,
            peers,
            goal=0.95,
            more_is_better=True,
        )
    ]


async def _highest(works: Callable[[int], Awaitable[bool]], rates: list[int]) -> float:
    """The last rate that works, where those after it do not."""
    low, high = 0, len(rates)
    while low < high:
        middle = (low + high) // 2
        if await works(rates[middle]):
            low = middle + 1
        else:
            high = middle
    return float(rates[low - 1]) if low else 0.0


class _Carries:
    """Whether a number carries so many new calls a second; its messages come into ``folder``."""

    def __init__(self, stage: Stage, number: str, folder: Path) -> None:
        self._stage, self._number, self._folder = stage, number, folder

    async def all(self, rate: int) -> bool:
        """Whether each of so many callers has left a message, and all of what was said."""
        before = set(self._messages())
        calls = rate * FILLING
        try:
            await self._stage.call_at_rate(self._number, SECONDS, rate, calls)
        except AriError:
            return False  # the callers' own Asterisk gives up
        finally:
            await self._stage.all_have_hung_up()
        said = _spoken(self._stage.said(SECONDS))
        try:
            async with asyncio.timeout(10):
                while len(new := set(self._messages()) - before) < calls:
                    await asyncio.sleep(0.5)
        except TimeoutError:
            return False
        lengths = [await asyncio.to_thread(_spoken, path) for path in new]
        return min(lengths) >= said - LOST

    def _messages(self) -> Iterable[Path]:
        return (path for path in self._folder.rglob("*.wav") if ".incoming" not in path.parts)


def _spoken(path: Path) -> float:
    """Seconds from the first word to the end."""
    with wave.open(str(path), "rb") as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > LOUD)
        return (len(samples) - int(loud[0])) / file.getframerate() if len(loud) else 0.0

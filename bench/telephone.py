"""A caller who looks at the clock: the kernel tells when each packet came, however busy we are."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from pathlib import Path

from tests.asterisk.rtp import END, EVENT, KEYS, PACKET_SECONDS, SAMPLES, VOLUME, Dialler

SO_TIMESTAMPNS = 35
"""Linux: each packet comes with a timespec (socket(7)); Python has no name for it."""
TIMESPEC = struct.Struct("@ll")
QUIET_SECONDS = 0.15
KEY_PACKETS = 5
PATIENCE = 30.0


class Telephone(Dialler):
    """One call, from the answer on with silence at our end: Asterisk's `Answer` waits for sound.

    All moments are in seconds of the machine's clock.
    """

    def __init__(self, address: str, number: str, caller: str) -> None:
        super().__init__(address, number, caller)
        self._heard_enough: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        for plug in (self._sip, self._rtp):
            plug.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)

    async def dial(self) -> float:
        """When the call was answered (200 OK)."""
        self._invite()
        while True:
            answer, moment = await self._arrival(self._sip)
            text = answer.decode()
            if text.startswith("SIP/2.0 200"):
                break
            assert text.startswith("SIP/2.0 1"), text
        self._acknowledge(text)
        self._listening = asyncio.create_task(self.listen(self._heard_enough))
        return moment

    async def sound(self) -> float:
        """When the next packet of sound came."""
        _, moment = await self._arrival(self._rtp)
        return moment

    async def quiet(self) -> None:
        """Wait for the end of what is played."""
        while True:
            try:
                async with asyncio.timeout(QUIET_SECONDS):
                    await self._arrival(self._rtp)
            except TimeoutError:
                return

    async def key(self, key: str) -> float:
        """Press a key for a tenth of a second, as RFC 4733 has it; when it was let go."""
        event, stamp = KEYS.index(key), self._sequence * SAMPLES
        for number in range(1, KEY_PACKETS + 1):
            told = struct.pack("!BBH", event, VOLUME, number * SAMPLES)
            self._packet(EVENT | (0x80 if number == 1 else 0), stamp, told)
            await asyncio.sleep(PACKET_SECONDS)
        moment = time.time()
        for _ in range(3):
            told = struct.pack("!BBH", event, VOLUME | END, KEY_PACKETS * SAMPLES)
            self._packet(EVENT, stamp, told)
        return moment

    async def say(self, audio: Path) -> None:
        """Listen no longer, but speak."""
        await self._listen_no_more()
        await super().say(audio)

    async def end(self) -> None:
        """Hang up."""
        await self._listen_no_more()
        self.hang_up()

    async def _listen_no_more(self) -> None:
        if not self._heard_enough.done():
            self._heard_enough.set_result(None)
            await self._listening

    async def _arrival(self, plug: socket.socket) -> tuple[bytes, float]:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    data, about, _, _ = plug.recvmsg(65_536, socket.CMSG_SPACE(TIMESPEC.size))
                except BlockingIOError:
                    readable = loop.create_future()
                    loop.add_reader(plug, readable.set_result, None)
                    try:
                        await readable
                    finally:
                        loop.remove_reader(plug)
                    continue
                seconds, nanoseconds = TIMESPEC.unpack(about[0][2])
                return data, seconds + nanoseconds / 1e9

"""A telephone that does what no Asterisk would: SIP and RTP by hand.

It presses keys as fast as packets go, in each way that there is and in two at once, writes its name
in any charset and any number, and sends its sound as a stream that begins anew or moves.
"""

from __future__ import annotations

import asyncio
import audioop
import math
import random
import re
import secrets
import socket
import struct
import wave
from array import array
from collections.abc import AsyncIterator, Iterable
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

KEYS = "0123456789*#"
PACKET_SECONDS = 0.02
SAMPLES = 160
"""Of one packet, at 8 kHz."""
PCMU, COMFORT_NOISE, EVENT = 0, 13, 101
"""Payload types: RFC 3551's for G.711 µ-law and RFC 3389, and what our SDP gives to RFC 4733."""
COMFORT_PACKETS = 25
"""Of sound, for each one of comfort noise."""
END, VOLUME = 0x80, 10
SILENCE = b"\xff" * SAMPLES
KEY_PACKETS = 5
"""A person holds a key for a tenth of a second, at least."""
BETWEEN_PACKETS = 10
ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
PAD = ("123", "456", "789", "*0#")
HISS = 104
"""-50 dBFS, as RFC 3389's noise often is."""

T = TypeVar("T")


class Dialler:
    """One call to ``number`` at ``address``, such as 127.0.0.1:5060; ``caller`` is its number.

    ``name`` is sent as it is; without ``events`` it offers no RFC 4733.
    """

    def __init__(
        self, address: str, number: str, caller: str, *, name: bytes = b"", events: bool = True
    ) -> None:
        host, port = address.split(":")
        self._sip, self._rtp = (socket.socket(type=socket.SOCK_DGRAM) for _ in range(2))
        for plug in (self._sip, self._rtp):
            plug.bind(("127.0.0.1", 0))
            plug.setblocking(False)
        self._sip.connect((host, int(port)))
        self._uri = f"sip:{number}@{address}"
        here = f"127.0.0.1:{self._sip.getsockname()[1]}"
        self._head = (
            f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{{branch}}\r\nMax-Forwards: 70\r\n"
            f"From: {_quoted(name)}<sip:{caller}@{here}>;tag=1\r\nContact: <sip:me@{here}>\r\n"
            f"Call-ID: {secrets.token_hex(8)}\r\n"
        )
        self._to = f"To: <{self._uri}>"
        self._sequence = 0
        self._requests = 1
        self._events = events
        self._ahead = 0
        """So far the stream's numbers are before those of all packets."""
        self._source = secrets.token_bytes(4)

    async def connect(self) -> str:
        """Dial, and wait for the answer, which is returned."""
        self._invite()
        answer = ""
        while not answer.startswith("SIP/2.0 200"):
            received = await asyncio.get_running_loop().sock_recv(self._sip, 65_536)
            answer = received.decode(errors="replace")
        self._acknowledge(answer)
        return answer

    def _acknowledge(self, answer: str) -> None:
        """Take the 200 OK: from now on the call is up, and its sound has an address."""
        to = re.search(r"^To: .*$", answer, re.MULTILINE)
        port = re.search(r"^m=audio (\d+)", answer, re.MULTILINE)
        assert to and port, answer
        self._to = to[0].strip()
        self._rtp.connect(("127.0.0.1", int(port[1])))
        self._send("ACK", 1)

    def _invite(self) -> None:
        kinds = f"{PCMU} {EVENT}" if self._events else f"{PCMU}"
        sdp = (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {self._rtp.getsockname()[1]} RTP/AVP {kinds}\r\n"
        )
        if self._events:
            sdp += f"a=rtpmap:{EVENT} telephone-event/8000\r\na=fmtp:{EVENT} 0-16\r\n"
        self._send("INVITE", 1, sdp)

    async def press(self, keys: str) -> None:
        """Fifty keys a second, each told as begun and as ended, without a sound between."""
        async for number, key in _paced(keys):
            event, stamp = KEYS.index(key), self._sequence * SAMPLES
            begun = struct.pack("!BBH", event, VOLUME, 80)
            ended = struct.pack("!BBH", event, VOLUME | END, 160)
            self._packet(EVENT | 0x80, stamp, begun)
            for _ in range(3):
                self._packet(EVENT, stamp, ended)
            self._packet(PCMU, stamp + number, SILENCE)

    async def press_slowly(self, keys: str, *, packets: int = KEY_PACKETS, info: str = "") -> None:
        """Press keys as a person does, each for so many packets, with a fifth of a second between.

        ``info`` is when the telephone sends a SIP INFO besides: at the "press" or at the "release".
        """
        for key in keys:
            event, stamp = KEYS.index(key), self._sequence * SAMPLES
            if info == "press":
                self.inform(key, packets)
            async for number, _ in _paced(range(1, packets + 1)):
                length = (number + 1) * SAMPLES
                self._packet(EVENT | (0x80 * (number == 0)), stamp, _event(event, 0, length))
            for _ in range(3):
                self._packet(EVENT, stamp, _event(event, END, packets * SAMPLES))
            if info == "release":
                self.inform(key, packets)
            await self._send_sound([SILENCE] * BETWEEN_PACKETS)

    async def sound_keys(self, keys: str) -> None:
        """Press keys that are sounds of the line and nothing else."""
        for key in keys:
            tone = _tone(key)
            parts = [tone[at : at + SAMPLES] for at in range(0, len(tone), SAMPLES)]
            await self._send_sound([*parts, *[SILENCE] * BETWEEN_PACKETS])

    def inform(self, key: str, packets: int = KEY_PACKETS) -> None:
        """Tell of a key by SIP INFO."""
        body = f"Signal={key}\r\nDuration={packets * 20}\r\n"
        self._requests += 1
        self._send("INFO", self._requests, body, "application/dtmf-relay")

    async def be_quiet(self, packets: int) -> None:
        """Say nothing for so many packets."""
        await self._send_sound([SILENCE] * packets)

    async def _send_sound(self, samples: Iterable[bytes]) -> None:
        async for _, sample in _paced(samples):
            self._packet(PCMU, self._sequence * SAMPLES, sample)

    async def say(self, audio: Path) -> None:
        """Speak, after a second of silence."""
        with wave.open(str(audio), "rb") as file:
            sound = audioop.lin2ulaw(file.readframes(file.getnframes()), 2)
        spoken = (sound[at : at + SAMPLES] for at in range(0, len(sound), SAMPLES))
        await self._send_sound([*[SILENCE] * 50, *spoken])

    async def listen(self, end: asyncio.Future[Any]) -> None:
        """Send silence until the end has come."""
        async for _ in _paced(count()):
            if end.done():
                return
            self._packet(PCMU, self._sequence * SAMPLES, SILENCE)

    async def hiss(self, end: asyncio.Future[Any]) -> None:
        """Send what many gateways make up where nobody speaks, until the end has come."""
        chance = random.Random(1)
        async for _ in _paced(count()):
            if end.done():
                return
            noise = array("h", (round(chance.gauss(0, HISS)) for _ in range(SAMPLES)))
            self._packet(PCMU, self._sequence * SAMPLES, audioop.lin2ulaw(noise.tobytes(), 2))

    async def say_nothing(self, end: asyncio.Future[Any]) -> None:
        """Send packets of comfort noise instead of sound, until the end has come."""
        async for number, _ in _paced(count()):
            if end.done():
                return
            if number % COMFORT_PACKETS == 0:
                self._packet(COMFORT_NOISE, self._sequence * SAMPLES, b"\x40")

    def begin_anew(self, back: int, *, same_source: bool = False) -> None:
        """Go on as another stream, with numbers so far before those that come next."""
        if not same_source:
            self._source = secrets.token_bytes(4)
        self._ahead -= back

    def move(self) -> None:
        """Go on from another port, without telling so."""
        there = self._rtp.getpeername()
        self._rtp.close()
        self._rtp = socket.socket(type=socket.SOCK_DGRAM)
        self._rtp.bind(("127.0.0.1", 0))
        self._rtp.setblocking(False)
        self._rtp.connect(there)

    def hang_up(self) -> None:
        self._send("BYE", self._requests + 1)
        self._sip.close()
        self._rtp.close()

    def _packet(self, kind: int, stamp: int, payload: bytes) -> None:
        self._sequence += 1
        number, stamp = self._sequence + self._ahead, stamp + self._ahead * SAMPLES
        head = struct.pack("!BBHI", 0x80, kind, number & 0xFFFF, stamp & 0xFFFFFFFF)
        self._rtp.send(head + self._source + payload)

    def _send(
        self, method: str, number: int, body: str = "", kind: str = "application/sdp"
    ) -> None:
        kind = f"Content-Type: {kind}\r\n" if body else ""
        head = self._head.format(branch=secrets.token_hex(4))
        self._sip.send(
            f"{method} {self._uri} SIP/2.0\r\n{head}{self._to}\r\nCSeq: {number} {method}\r\n"
            f"{kind}Content-Length: {len(body)}\r\n\r\n{body}".encode("utf-8", "surrogateescape")
        )


def _quoted(name: bytes) -> str:
    return f'"{name.decode("utf-8", "surrogateescape")}" ' if name else ""


def _event(event: int, end: int, length: int) -> bytes:
    return struct.pack("!BBH", event, VOLUME | end, length)


def _tone(key: str) -> bytes:
    """The two tones of a key, a tenth of a second of them."""
    row = next(number for number, keys in enumerate(PAD) if key in keys)
    both = ROWS[row], COLUMNS[PAD[row].index(key)]
    moments = (at / 8000 for at in range(SAMPLES * KEY_PACKETS))
    levels = (sum(6000 * math.sin(2 * math.pi * f * t) for f in both) for t in moments)
    return audioop.lin2ulaw(b"".join(struct.pack("<h", round(level)) for level in levels), 2)


async def _paced(things: Iterable[T]) -> AsyncIterator[tuple[int, T]]:
    """One thing for each packet's time, counted."""
    clock = asyncio.get_running_loop()
    begun = clock.time()
    for number, thing in enumerate(things):
        await asyncio.sleep(begun + number * PACKET_SECONDS - clock.time())
        yield number, thing

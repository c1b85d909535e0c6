"""INVITEs that no phone would send: Asterisk cannot tell of some of them, and others are none."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.asterisk.house import House, end
from tests.asterisk.sipp import Invitation, place_calls

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]

COMPANY = "Ромашка"
OFFICE = f"""
[company]
name = "{COMPANY}"
[numbers]
"74951234567" = {{ menu = "main" }}
"74951234568" = {{ employee = "101" }}
[menus.main]
greeting = "sound:beep"
timeout = 1.0
repeats = 0
default = {{ action = "voicemail" }}
[employees.101]
name = "Анна Петрова"
endpoint = "PJSIP/101"
[employees.101.forward]
always = {{ action = "voicemail" }}
[voicemail]
greeting = "sound:beep"
"""


@dataclass
class Exchange:
    """A house in a folder of its own, whose Asterisk runs, and the programs that are up."""

    folder: Path
    house: House
    runs: int = 0

    async def call(self, sent: list[Invitation], **how: Any) -> list[str]:
        """Place the calls; how each came out."""
        self.runs += 1
        folder = self.folder / f"sipp-{self.runs}"
        return await place_calls(folder, self.house.asterisk.sip, sent, **how)


@pytest.fixture(scope="module")
async def exchange() -> AsyncIterator[Exchange]:
    folder = Path(tempfile.mkdtemp(prefix="vp-"))
    async with House(folder / "home", '[log]\nformat = "json"') as house:
        await house.asterisk.start()
        await house.apply(OFFICE)
        yield Exchange(folder, house)
    shutil.rmtree(folder, ignore_errors=True)


async def test_a_call_that_asterisk_could_not_tell_of_holds_up_no_other(exchange: Exchange) -> None:
    """Nothing is said over ARI of a channel with anything in it that is no UTF-8."""
    service = await exchange.house.serve("calls")
    outcomes = await exchange.call(
        [
            Invitation(dialled=b"74951234567%ff"),
            Invitation(dialled=b"74951234567\xff"),
            Invitation(call_id=b"\xff"),
            Invitation(call_id="Ж".encode()),
            Invitation(),
        ],
        rate=50,
        milliseconds=100,
    )
    assert outcomes[0] == outcomes[4] == "answered"
    assert outcomes[2:4] == ["refused", "refused"]
    assert service.returncode is None
    await end(service)


async def test_datagrams_that_are_no_sip_change_nothing(exchange: Exchange) -> None:
    service = await exchange.house.serve("calls")
    host, port = exchange.house.asterisk.sip.split(":")
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=(host, int(port))
    )
    for datagram in _datagrams(exchange.house.asterisk.sip):
        transport.sendto(datagram)
    assert (await exchange.call([Invitation()] * 3, rate=10, milliseconds=100)) == ["answered"] * 3
    assert service.returncode is None
    transport.close()
    await end(service)


def _datagrams(address: str) -> list[bytes]:
    """INVITEs with what SIPp cannot send, and no INVITEs at all."""
    head = (
        f"INVITE sip:74951234567@{address} SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{}\r\n"
        "To: <sip:74951234567@127.0.0.1>\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n"
    )
    odd = [
        b'From: "a\0b" <sip:1@127.0.0.1>;tag=1\r\nCall-ID: nul\r\n',
        b"From: <sip:1\0@127.0.0.1>;tag=1\r\nCall-ID: nul2\r\n",
        b'From: "folded\r\n over\r\n\tlines" <sip:1@127.0.0.1>;tag=1\r\nCall-ID: folded\r\n',
        b"From: <sip:1@127.0.0.1>;tag=1\r\nFrom: <sip:2@127.0.0.1>;tag=2\r\nCall-ID: twice\r\n",
        b"From: <sip:1@127.0.0.1>;tag=1\r\nCall-ID: long\r\nX-Long: " + b"x" * 30_000 + b"\r\n",
        b"From: <sip:1@127.0.0.1>;tag=1\r\nCall-ID: many\r\n" + b"X-Many: 1\r\n" * 2000,
        b"From: <sip:1@127.0.0.1>;tag=1\r\nCall-ID: length\r\nContent-Length: -1\r\n",
        b"From: <sip:1@127.0.0.1>;tag=1\r\nCall-ID: l2\r\nContent-Length: 99999999999999\r\n",
        b"From: <sip:1@127.0.0.1>;tag=1\r\nCall-ID: sdp\r\nContact: <sip:1@127.0.0.1:9>\r\n"
        b"Content-Type: application/sdp\r\nContent-Length: 40\r\n\r\n"
        b"v=0\r\nm=audio 99999999 RTP/AVP 999\r\n\xff\xff",
        b"",
    ]
    sent = [head.format(n).encode() + headers + b"\r\n" for n, headers in enumerate(odd)]
    return [*sent, b"", b"\0", b"\r\n\r\n", os.urandom(1400), b"INVITE", b"A" * 60_000]

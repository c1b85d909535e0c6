"""Five hundred hostile INVITEs, through each of the three layers that take messages.

And INVITEs of which Asterisk cannot tell, and datagrams that are none.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from storage.messages.repository import Message
from tests.asterisk.hostile import CANARY, invitations, is_well_formed
from tests.asterisk.sipp import Invitation
from tests.asterisk.strangers import Switchboard, assert_only_text, opened_switchboard
from tests.speech import speak
from tests.waiting import until

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]

SPEECH = "Я незнакомец, но сообщение у меня самое обычное, и я его оставлю."
SPEAKERS = [
    Invitation(dialled=b"74951234568", number=number, name=name)
    for number, name in (
        (b"1%0aagi_evil%3a%20yes%0a%0a", b"<script>alert(1)</script>"),
        (b"..%2f..%2f..%2f..%2ftmp%2f" + CANARY.encode(), b"=cmd|' /C calc'!A0"),
        (b"%ff%fe%d0", b"\xff\xfe\xd0"),
        (b"1'%20OR%20'1'%3d'1", b"Robert') DROP TABLE messages--"),
        (b"%24%7bSHELL(id)%7d%25n", b"${SHELL(touch /tmp/" + CANARY.encode() + b")}"),
    )
]
"""They also leave a message."""


@pytest.fixture(scope="module")
async def switchboard() -> AsyncIterator[Switchboard]:
    async with opened_switchboard() as switchboard:
        yield switchboard


@pytest.mark.parametrize(("role", "source"), [("calls", "ari"), ("agi", "agi")])
async def test_strangers_are_answered_and_are_only_text(
    switchboard: Switchboard, role: str, source: str
) -> None:
    kept = switchboard.messages()
    count, first, rate = (300, 0, 75) if role == "calls" else (100, 300, 16)
    sent = invitations(count, first)

    async with switchboard.running(role), switchboard.unharmed():
        outcomes, spoke = await asyncio.gather(
            switchboard.call(sent, rate=rate, milliseconds=800),
            switchboard.call(
                SPEAKERS, rate=5, milliseconds=5000, patience=30, speech=speak(SPEECH)
            ),
        )
        new = await _left_by_speakers(switchboard, kept)
        assert await switchboard.call([Invitation()], rate=1, milliseconds=100) == ["answered"]

    assert spoke == ["answered"] * len(SPEAKERS)
    unanswered = [
        invitation
        for invitation, outcome in zip(sent, outcomes, strict=True)
        if outcome != "answered" and is_well_formed(invitation)
    ]
    assert unanswered == []
    assert Counter(outcomes)["nothing"] == 0
    assert {message.source for message in new} == {source}
    assert {message.dialled for message in new} == {"74951234568"}
    assert_only_text(switchboard)
    for line in switchboard.log(role):
        assert line["level"] not in ("error", "critical"), line
        if line["event"] == "call":
            assert re.fullmatch(r"[0-9*#+]*", line["args"][1]), line
            assert re.fullmatch(r"[\d.]+", line["call"]), line


async def test_asterisk_alone_makes_harmless_names_of_them(switchboard: Switchboard) -> None:
    kept = switchboard.messages()
    spool = switchboard.house.home / "asterisk/spool/voicepost"

    async with switchboard.unharmed():
        outcomes, spoke = await asyncio.gather(
            switchboard.call(invitations(100, 400), rate=30, milliseconds=9_000),
            switchboard.call(SPEAKERS, rate=10, milliseconds=12_000, speech=speak(SPEECH)),
        )
    assert spoke == ["answered"] * len(SPEAKERS)
    assert Counter(outcomes)["answered"] > 50
    recorded = list(spool.iterdir())
    assert len(recorded) > 50
    for path in recorded:  # as if it were a minute ago: nobody writes to them any more
        os.utime(path, (time.time() - 60,) * 2)

    async with switchboard.running("calls"):
        new = await _left_by_speakers(switchboard, kept)
    assert {message.source for message in new} == {"asterisk"}
    assert all(re.fullmatch(r"[0-9*#+]*", message.caller_number) for message in new)
    assert_only_text(switchboard)


async def test_a_call_that_asterisk_could_not_tell_of_holds_up_no_other(
    switchboard: Switchboard,
) -> None:
    """Nothing is said over ARI of a channel with anything in it that is no UTF-8."""
    async with switchboard.running("calls"):
        outcomes = await switchboard.call(
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


async def test_datagrams_that_are_no_sip_change_nothing(switchboard: Switchboard) -> None:
    host, port = switchboard.house.asterisk.sip.split(":")
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=(host, int(port))
    )
    async with switchboard.running("calls"), switchboard.unharmed():
        for datagram in _datagrams(switchboard.house.asterisk.sip):
            transport.sendto(datagram)
        outcomes = await switchboard.call([Invitation()] * 3, rate=10, milliseconds=100)
    assert outcomes == ["answered"] * 3
    transport.close()


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


async def _left_by_speakers(switchboard: Switchboard, kept: list[Message]) -> list[Message]:
    """The messages of `SPEAKERS`, all in Anna's box, once they are kept."""

    def left() -> list[Message]:
        new = [message for message in switchboard.messages() if message not in kept]
        assert len(new) <= len(SPEAKERS)
        return new if len(new) == len(SPEAKERS) else []

    new = await until(left)
    assert {(message.box, message.addressee_name) for message in new} == {
        ("employee", "Анна Петрова")
    }
    assert {message.addressee_number for message in new} == {"101"}
    return new

"""Nothing of the private Asterisk is to be reached from outside of this machine, not even in a
call: neither a socket of its sound nor the address that it tells the other side."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telephony.sandbox.asterisk import Asterisk
from telephony.sandbox.telephones import APP, Telephones, hearing_all
from tests.asterisk.conftest import Telephony
from tests.asterisk.rig import Asterisks, two_asterisks
from tests.asterisk.rtp import Dialler
from tests.asterisk.sockets import Socket, sockets_of
from tests.waiting import until

pytestmark = pytest.mark.asterisk

CALLER = "+79161112233"
OURS = "127.0.0.1"


@pytest.fixture(scope="module")
async def both(short_folder: Path) -> AsyncIterator[Asterisks]:
    """Two Asterisks beside each other, with no service anywhere."""
    async with two_asterisks(short_folder / "local") as both:
        yield both


@pytest.fixture
async def pair(both: Asterisks) -> AsyncIterator[Asterisks]:
    """The two without a call."""
    yield both
    for asterisk in (both.server, both.phones):
        await asterisk.rx("channel request hangup all")
        await until(lambda each=asterisk: not sound_sockets(each))  # type: ignore[misc]


async def test_the_sound_of_a_call_stays_on_this_machine(pair: Asterisks) -> None:
    before = {asterisk.sip: open_to_others(asterisk) for asterisk in (pair.server, pair.phones)}
    async with hearing_all(pair.phones, APP) as (ari, ears):
        phones = Telephones(pair.phones, ari, ears, pair.dial)
        caller = await phones.call("74951234567", caller=CALLER, name="Мария")
        await caller.connected()

        for asterisk in (pair.server, pair.phones):
            assert len(sound_sockets(asterisk)) >= 2  # RTP and RTCP
            assert open_to_others(asterisk) == before[asterisk.sip]
            assert all(each.is_local for each in sound_sockets(asterisk))


async def test_without_a_call_only_its_dns_client_is_open_to_others(pair: Asterisks) -> None:
    """Which pjproject has always: a socket each for IPv4 and IPv6, where name servers answer."""
    for asterisk in (pair.server, pair.phones):
        kinds = [each.kind for each in open_to_others(asterisk)]
        assert set(kinds) <= {"udp", "udp6"}
        assert len(kinds) == len(set(kinds))


async def test_who_calls_is_told_an_address_of_this_machine_only(pair: Asterisks) -> None:
    call = Dialler(pair.server.sip, "74951234567", "79161112234")
    answer = await call.connect()

    assert addresses(answer) == {OURS}
    call.hang_up()


async def test_who_is_rung_is_told_an_address_of_this_machine_only(pair: Asterisks) -> None:
    before = open_to_others(pair.server)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind((OURS, 0))
        phone.setblocking(False)
        endpoint = f"PJSIP/trunk/sip:101@{OURS}:{phone.getsockname()[1]}"
        async with hearing_all(pair.server, "voicepost") as (ari, _):
            await ari.request("POST", "/channels", {"endpoint": endpoint, "app": "voicepost"})
            invitation = (await asyncio.get_running_loop().sock_recv(phone, 65_536)).decode()

            assert addresses(invitation) == {OURS}
            assert len(sound_sockets(pair.server)) >= 2
            assert open_to_others(pair.server) == before
        phone.sendto(refusal(invitation).encode(), (OURS, pair.server.site.ports.sip))


async def test_no_endpoint_is_forgotten(pair: Asterisks) -> None:
    for asterisk in (pair.server, pair.phones):
        names = re.findall(r"^ Endpoint:  (\w+)", await asterisk.rx("pjsip show endpoints"), re.M)
        assert "trunk" in names
        for name in names:
            told = await asterisk.rx(f"pjsip show endpoint {name}")
            assert re.search(r"^ media_address +: 127\.0\.0\.1$", told, re.M), name
            assert re.search(r"^ bind_rtp_to_media_address +: true$", told, re.M), name


async def test_of_the_service_itself_nothing_is_open_to_others(telephony: Telephony) -> None:
    """As it is without settings of its own."""
    house = telephony.house
    ours = set(house.pids) - {house.asterisk.pid()}
    found = [each for pid in ours for each in sockets_of(pid)]

    assert {each.port for each in found} >= {house.web_port, house.agi_port}
    assert [each for each in found if not each.is_local] == []


def sockets(asterisk: Asterisk) -> list[Socket]:
    pid = asterisk.pid()
    assert pid is not None
    return sockets_of(pid)


def sound_sockets(asterisk: Asterisk) -> list[Socket]:
    ports = asterisk.site.ports
    return [
        each
        for each in sockets(asterisk)
        if each.kind.startswith("udp") and ports.rtp_start <= each.port <= ports.rtp_end
    ]


def open_to_others(asterisk: Asterisk) -> set[Socket]:
    return {each for each in sockets(asterisk) if not each.is_local}


def refusal(invitation: str) -> str:
    """A busy phone's answer."""
    names = ("Via", "From", "To", "Call-ID", "CSeq")
    told = [line for line in invitation.splitlines() if line.partition(":")[0] in names]
    return "\r\n".join(("SIP/2.0 486 Busy Here", *told, "Content-Length: 0", "", ""))


def addresses(message: str) -> set[str]:
    """Every address that a SIP message, or the SDP in it, tells."""
    _, _, sdp = message.partition("\r\n\r\n")
    assert "m=audio" in sdp
    found = re.findall(r"\b\d{1,3}(?:\.\d{1,3}){3}\b", message)
    assert {line[:2] for line in sdp.splitlines()} >= {"c=", "o="}
    return set(found)

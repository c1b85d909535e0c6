"""The private Asterisk itself: it starts, it is found again, and alone it still takes a message."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from telephony.errors import AriError, SandboxError
from telephony.sandbox.asterisk import USER, Asterisk
from telephony.sandbox.telephones import APP, Telephones, hearing_all
from tests.asterisk.house import until_async
from tests.asterisk.listening import likeness
from tests.asterisk.rig import NOBODY, Asterisks, build, free_ports, one_asterisk, two_asterisks
from tests.speech import speak
from tests.waiting import until

pytestmark = pytest.mark.asterisk


@pytest.fixture(scope="module")
async def pair(short_folder: Path) -> AsyncIterator[Asterisks]:
    """Two Asterisks beside each other, with no service anywhere."""
    async with two_asterisks(short_folder / "pair") as both:
        yield both


async def test_it_answers_ari_to_those_who_know_the_secret(pair: Asterisks) -> None:
    assert await ping(pair.server, pair.server.ari_secret) == 200
    assert await ping(pair.server, pair.phones.ari_secret) == 401
    assert await ping(pair.phones, pair.phones.ari_secret) == 200


async def test_it_reads_the_shipped_configuration_without_complaint(short_folder: Path) -> None:
    async with one_asterisk(short_folder / "fresh") as asterisk:
        log = (asterisk.folder / "log/asterisk.log").read_text()
        assert "modules will be loaded" in log
        assert not re.findall(r".*(?:WARNING|ERROR).*", log)
        dialplan = await asterisk.rx("dialplan show voicepost-call")
        assert "Stasis(${VOICEPOST_APP},call," in dialplan
        assert f"{asterisk.site.ports.rtp_start}" in await asterisk.rx("rtp show settings")
        assert re.search(r"Class: default\s+Mode: files", await asterisk.rx("moh show classes"))
        endpoints = await asterisk.rx("pjsip show endpoints")
        assert set(re.findall(r"Endpoint:  (\w+)", endpoints)) >= {"trunk", "101", "105"}


async def test_its_files_are_its_owners_alone(pair: Asterisks) -> None:
    folder = pair.server.folder
    assert folder.stat().st_mode & 0o777 == 0o700
    for secret in ("ari.secret", "etc/ari.conf"):
        assert (folder / secret).stat().st_mode & 0o777 == 0o600


async def test_the_next_service_takes_over_the_one_that_runs(short_folder: Path) -> None:
    async with one_asterisk(short_folder / "kept") as first:
        pid = first.pid()
        site = first.site
        second = Asterisk(build(), first.folder, site.ports, NOBODY, language="ru")

        assert await second.start() is False
        assert second.pid() == pid
        assert "VOICEPOST_LANGUAGE=ru" in await second.rx("dialplan show globals")

        moved = Asterisk(build(), first.folder, replace(site.ports, http=free_ports().http))
        assert await moved.start() is True
        assert moved.pid() != pid
        assert await ping(moved, first.ari_secret) == 200


async def test_another_process_of_that_number_is_left_alone(short_folder: Path) -> None:
    async with one_asterisk(short_folder / "gone") as asterisk:
        pid_file = asterisk.folder / "run/asterisk.pid"
        await asterisk.stop()
        pid_file.write_text(f"{os.getpid()}\n")

        assert not asterisk.running()
        await asterisk.stop()  # and harms nobody


async def test_a_port_in_use_is_named(pair: Asterisks, short_folder: Path) -> None:
    taken = pair.server.site.ports
    for setting, ports in (
        ("sip_port", replace(free_ports(), sip=taken.sip)),
        ("http_port", replace(free_ports(), http=taken.http)),
    ):
        with pytest.raises(SandboxError, match=rf"set sandbox\.{setting} to another"):
            await Asterisk(build(), short_folder / "taken", ports).start()


async def test_a_path_it_cannot_use_is_refused(tmp_path: Path) -> None:
    for name in ("a,b", "x" * 100):
        with pytest.raises(SandboxError, match="cannot live in"):
            await Asterisk(build(), tmp_path / name, free_ports()).start()


async def test_an_unregistered_phone_fails_at_once(pair: Asterisks) -> None:
    async with hearing_all(pair.server, "voicepost") as (ari, _):
        began = time.monotonic()
        with pytest.raises(AriError):
            await ari.request("POST", "/channels", {"endpoint": "PJSIP/101", "app": "voicepost"})
        assert time.monotonic() - began < 10  # of the 30 that a phone may ring


async def test_alone_it_records_a_caller_who_hangs_up_in_mid_sentence(pair: Asterisks) -> None:
    speech = speak("Добрый день, это Мария. Пришлите мне, пожалуйста, договор до пятницы.")
    async with hearing_all(pair.phones, APP) as (ari, ears):
        phones = Telephones(pair.phones, ari, ears, pair.dial)
        caller = await phones.call("74951234567", caller="+79161112233", name="Мария")
        (recording,) = await until(lambda: taken_alone(pair, "+79161112233"))
        await caller.say(speech)
        await caller.hang_up()

    epoch = re.fullmatch(r"(\d+)_74951234567_\+79161112233_\d+\.\d+\.wav", recording.name)
    assert epoch is not None
    assert abs(int(epoch[1]) - time.time()) < 60
    await until_async(lambda: has_no_calls(pair.server))
    assert likeness(speech, recording) > 0.8


async def test_alone_it_makes_harmless_names_of_strangers_numbers(pair: Asterisks) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        invite(
            stranger,
            pair.server,
            dialled="7495%0aagi_evil%3a%2f..%2fx%2c5",
            caller="1'%0aagi_evil%3a%20yes%0a%0a..%2f%24%7BEPOCH%7D*9",
        )
        (recording,) = await until(lambda: taken_alone(pair, "1[*]9"))
    await pair.server.rx("channel request hangup all")
    await until_async(lambda: has_no_calls(pair.server))

    assert re.fullmatch(r"\d+_74955_1\*9_\d+\.\d+\.wav", recording.name)


def invite(stranger: socket.socket, asterisk: Asterisk, *, dialled: str, caller: str) -> None:
    """Call as no decent telephone would, with whatever a SIP address can be made to hold."""
    port = stranger.getsockname()[1]
    offer = (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        "m=audio 9 RTP/AVP 0\r\n"
    )
    head = (
        f"INVITE sip:{dialled}@{asterisk.sip} SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK1",
        f"From: <sip:{caller}@127.0.0.1>;tag=1",
        f"To: <sip:{dialled}@{asterisk.sip}>",
        f"Call-ID: {port}",
        "CSeq: 1 INVITE",
        f"Contact: <sip:stranger@127.0.0.1:{port}>",
        "Max-Forwards: 70",
        "Content-Type: application/sdp",
        f"Content-Length: {len(offer)}",
    )
    message = "\r\n".join(head) + "\r\n\r\n" + offer
    stranger.sendto(message.encode(), ("127.0.0.1", asterisk.site.ports.sip))


def taken_alone(pair: Asterisks, caller: str) -> list[Path]:
    """What Asterisk has recorded from a caller without any service."""
    return list((pair.server.spool / "voicepost").glob(f"*_{caller}_*"))


async def has_no_calls(asterisk: Asterisk) -> bool:
    return "0 active channels" in await asterisk.rx("core show channels")


async def ping(asterisk: Asterisk, secret: str) -> int:
    """The HTTP status ARI answers to somebody with this secret."""
    login = {"Authorization": aiohttp.encode_basic_auth(USER, secret)}
    async with (
        aiohttp.ClientSession(headers=login) as session,
        session.get(f"{asterisk.ari_url}/ari/asterisk/ping") as response,
    ):
        return response.status

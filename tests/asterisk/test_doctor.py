"""`voicepost doctor` on real houses: well, and broken in every way that we could think of."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import Telephony
from tests.asterisk.house import House, end, until_async
from tests.asterisk.offices import office
from tests.asterisk.test_fallback import lonely_asterisk

pytestmark = pytest.mark.asterisk


async def examined(house: House, *options: str, code: int = 0, **settings: str) -> dict[str, Any]:
    """What doctor finds, by the names of its checks; the exit code must be ``code``."""
    for name, value in settings.items():
        os.environ[name] = value
    try:
        told = json.loads(await house.voicepost("doctor", *options, "--json", code=code))
    finally:
        for name in settings:
            del os.environ[name]
    return {finding["name"]: finding for finding in told}


def broken(found: dict[str, Any]) -> set[str]:
    return {name for name, finding in found.items() if finding["state"] == "failure"}


async def test_all_is_well_and_the_probe_leaves_nothing_behind(telephony: Telephony) -> None:
    await telephony.house.apply(office(telephony.phones.sip))
    phones = f"PJSIP/trunk/sip:{{extension}}@{telephony.phones.sip}"
    await telephony.house.voicepost("companies", "set", "Ромашка", "--endpoint-pattern", phones)
    messages = await telephony.house.messages()
    found = await examined(telephony.house, "--probe")
    # This house has no name of its own, and is told so.
    assert found.pop("web address")["state"] == "warning"
    for name in ("companies", "accounts", "kept aside", "unknown numbers"):
        found.pop(name)  # other tests here leave companies, people, whispers and strays
    assert {finding["state"] for finding in found.values()} <= {"ok", "skipped"}, found
    assert found["asterisk"]["what"].startswith("version ")
    assert "read back" in found["probe"]["what"]
    for folder in (
        telephony.house.home / "asterisk/spool/recording",
        telephony.house.home / "prompts",
    ):
        assert not list(folder.glob("probe-*"))
    assert await telephony.house.messages() == messages


async def test_health_and_metrics_of_a_running_house(telephony: Telephony) -> None:
    address = f"http://127.0.0.1:{telephony.house.web_port}"
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{address}/health") as answer:
            told = await answer.json()
        assert (answer.status, told["status"]) == (200, "ok"), told
        assert set(told["checks"]) == {"database", "service", "fallback", "disk", "unsettled"}
        async with session.get(f"{address}/metrics") as answer:
            metrics = await answer.text()
        assert "voicepost_ari_connected 1.0" in metrics
        visitor = {"X-Forwarded-For": "203.0.113.9"}
        async with session.get(f"{address}/metrics", headers=visitor) as answer:
            assert answer.status == 404
        async with session.get(f"{address}/health", headers=visitor) as answer:
            assert await answer.json() == {"status": "ok"}


async def test_nobody_serves_the_calls(short_folder: Path, phones_asterisk: Asterisk) -> None:
    async with lonely_asterisk(short_folder / "doctor", phones_asterisk) as (house, _, _ears):
        found = await examined(house, "--probe", code=1)
        assert broken(found) == {"service (ARI)", "fallback (AGI)", "probe"}
        assert "voicepost serve" in found["service (ARI)"]["advice"]

        wrong = await examined(house, code=1, VOICEPOST_ASTERISK__PASSWORD="wrong")
        assert "ari.conf" in wrong["asterisk"]["advice"]
        assert wrong["modules"]["state"] == "skipped"

        calls = await house.serve("calls")
        agi = await house.serve("agi")
        assert broken(await examined(house)) == set()

        await house.asterisk.rx("module unload app_record.so")
        found = await examined(house, code=1)
        assert "app_record.so" in found["modules"]["what"]
        assert "load=app_record.so" in found["modules"]["advice"]
        await house.asterisk.rx("module load app_record.so")

        await end(agi)
        await end(calls)


async def test_folders_and_processes_that_fail(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with lonely_asterisk(short_folder / "ill", phones_asterisk) as (house, _, _ears):
        calls, agi = await house.serve("calls"), await house.serve("agi")
        (house.home / "asterisk/spool/voicepost").rmdir()
        found = await examined(house, code=1)
        assert broken(found) == {"fallback spool"}
        (house.home / "asterisk/spool/voicepost").mkdir(mode=0o750)

        elsewhere = str(short_folder / "elsewhere")
        found = await examined(house, "--probe", code=1, VOICEPOST_ASTERISK__SPOOL=elsewhere)
        assert broken(found) == {"spool", "fallback spool", "probe"}
        assert "asterisk.spool" in found["probe"]["advice"]

        calls.send_signal(signal.SIGSTOP)
        try:
            found = await examined(house, code=1)
            assert "dead or frozen" in found["service (ARI)"]["what"]
        finally:
            calls.send_signal(signal.SIGCONT)

        await house.asterisk.stop()
        found = await examined(house, code=1)
        assert broken(found) == {"asterisk"}
        assert "systemctl status asterisk" in found["asterisk"]["advice"]
        await end(agi)
        await end(calls)


async def test_a_probe_that_asterisk_does_not_know(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    """Its dialplan is from before there was a probe."""
    async with lonely_asterisk(short_folder / "old", phones_asterisk) as (house, _, _ears):
        calls, agi = await house.serve("calls"), await house.serve("agi")
        await house.asterisk.rx("dialplan remove context voicepost-probe")
        found = await examined(house, "--probe", code=1)
        assert broken(found) == {"probe"}
        assert "dialplan reload" in found["probe"]["advice"] or (
            "extensions.conf" in found["probe"]["advice"]
        )
        await until_async(lambda: _no_channels(house))
        await end(agi)
        await end(calls)


async def _no_channels(house: House) -> bool:
    return "0 active channels" in await asyncio.wait_for(
        house.asterisk.rx("core show channels"), 10
    )

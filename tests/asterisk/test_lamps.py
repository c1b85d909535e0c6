"""Lamps of real telephones, of one that is told and of one that subscribes, on a real Asterisk."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from telephony.sandbox.asterisk import Asterisk
from telephony.sandbox.lamp_phone import LampPhone, lamp_phone
from tests.acting import ME
from tests.asterisk.conftest import Telephony, open_telephony
from tests.asterisk.house import House, Process, end, until_async
from tests.asterisk.offices import office
from tests.asterisk.test_review import at_the_beep, kept_from, recording_started
from tests.speech import speak
from tests.waiting import until

pytestmark = pytest.mark.asterisk

SPEECH = "Это Вера. Пришлите мне, пожалуйста, счёт за сентябрь."


@dataclass(frozen=True)
class Town:
    """A house with two telephones that have lamps: Anna's is told, and Boris's subscribes and
    shows the company's messages, too."""

    house: House
    service: Process
    telephony: Telephony
    anna: LampPhone
    boris: LampPhone

    async def leave_for_anna(self, caller: str) -> str:
        """Somebody calls, asks for Anna, who is away, and leaves her a message; its id."""
        now = len(self.telephony.inside.events)
        person = await self.telephony.phones.call("74951234567", caller=caller)
        await person.press("1")
        await recording_started(self.telephony, now)
        await person.say(speak(SPEECH))
        await person.hang_up()
        return await self._kept_from(caller)

    async def leave_for_the_company(self, caller: str) -> str:
        person = await at_the_beep(self.telephony, caller=caller)
        await person.say(speak(SPEECH))
        await person.hang_up()
        return await self._kept_from(caller)

    async def _kept_from(self, caller: str) -> str:
        (message,) = await kept_from(self.telephony, caller)
        return str(message["id"])

    async def lamps(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.house.json("lamps", "list")
        return found


@asynccontextmanager
async def opened_town(folder: Path, phones: Asterisk) -> AsyncIterator[Town]:
    async with House(folder) as house:
        service = await house.serve("serve", "--sandbox")
        async with open_telephony(house, phones) as telephony:
            await house.apply(office(telephony.phones.sip))
            await house.voicepost("employees", "set", "102", "--company-lamp")
            sip = house.asterisk.sip
            async with (
                lamp_phone("101", sip, "told") as anna,
                lamp_phone("102", sip, "subscribes") as boris,
            ):
                yield Town(house, service, telephony, anna, boris)
        await end(service)


async def test_lamps_of_both_kinds_of_phones(short_folder: Path, phones_asterisk: Asterisk) -> None:
    async with opened_town(short_folder / "lamps", phones_asterisk) as town:
        house = town.house
        await until(lambda: town.anna.counts and town.boris.counts)
        assert town.anna.new == 0
        assert town.boris.new == 0

        annas = await town.leave_for_anna("79160000061")
        await until(lambda: town.anna.counts[-1] == (1, 0))
        assert town.boris.new == 0
        companys = await town.leave_for_the_company("79160000062")
        await until(lambda: town.boris.counts[-1] == (1, 0))

        # Asterisk tells a phone that registers, again and again, of what waits, or of nothing.
        told_before = len(town.boris.counts)
        for seconds in (600, 600, 0):
            await town.boris.register(seconds=seconds)
        house.repository.mark([companys], "heard", by=ME)
        await until(lambda: town.boris.counts[-1] == (0, 1))
        assert (0, 0) not in town.boris.counts[told_before:]
        house.repository.mark([companys], "new", by=ME)
        await until(lambda: town.boris.counts[-1] == (1, 0))

        shown = {lamp["mailbox"]: lamp for lamp in await town.lamps()}
        assert shown["101@voicepost"]["lit"] is True
        assert shown["102@voicepost"]["with_company"] is True
        assert shown["company@voicepost"]["endpoint"] is False
        assert "lamps: show what is in the mailboxes" in await house.voicepost("doctor")

        house.repository.listen(annas, by=ME)
        await until(lambda: town.anna.counts[-1] == (0, 1))
        house.repository.delete(annas, by=ME)
        await until(lambda: town.anna.counts[-1] == (0, 0))
        house.repository.delete(companys, by=ME)
        await until(lambda: town.boris.new == 0)
        house.repository.restore(companys, by=ME)
        await until(lambda: town.boris.new == 1)

        # While `calls` is dead, what is done at the page is not told; then it is.
        await house.kill_role(town.service, "calls")
        house.repository.delete(companys, by=ME)
        await until(lambda: town.boris.new == 0, seconds=60)

        # So it is while Asterisk is away, which comes back and knows nothing.
        house.repository.restore(companys, by=ME)
        await until(lambda: town.boris.new == 1)
        pid = house.asterisk.pid()
        assert pid is not None
        told = len(town.anna.counts), len(town.boris.counts)
        os.kill(pid, signal.SIGKILL)
        house.repository.restore(annas, by=ME)
        await until(lambda: house.asterisk.running(), seconds=60)
        await town.anna.register()
        await town.boris.subscribe()
        await until(lambda: town.boris.counts[told[1] :][-1:] == [(1, 0)], seconds=60)
        await until(lambda: town.anna.counts[told[0] :][-1:] == [(0, 1)], seconds=60)

        async def all_are_right() -> bool:
            lit = {lamp["mailbox"]: lamp["lit"] for lamp in await town.lamps()}
            return lit == {
                "company@voicepost": True,
                "101@voicepost": False,
                "102@voicepost": True,
            }

        await until_async(all_are_right)

"""One installation and one telephone network for all tests that place real calls."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from telephony.ari.client import HttpAri
from telephony.errors import AriError
from telephony.sandbox.asterisk import Asterisk
from telephony.sandbox.telephones import APP, Ears, Person, Telephones, hearing_all
from tests.asterisk.house import House, end
from tests.asterisk.rig import one_asterisk


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A folder with a short path: Asterisk's console socket must fit into 108 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="vp-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def phones_asterisk(short_folder: Path) -> AsyncIterator[Asterisk]:
    """The second Asterisk: everybody's telephone."""
    async with one_asterisk(short_folder / "phones", "phones") as asterisk:
        yield asterisk


ALL_EVENTS: dict[str, list[str]] = {"eventSource": ["channel:", "bridge:"]}


@dataclass(frozen=True)
class Telephony:
    """The company under test, everybody's telephones, and what the company's Asterisk does."""

    house: House
    phones: Telephones
    inside: Ears
    ari: HttpAri
    """The company's Asterisk, for looking at."""


@pytest.fixture(scope="session")
async def running_house(short_folder: Path, phones_asterisk: Asterisk) -> AsyncIterator[House]:
    outside = f"PJSIP/trunk/sip:{{number}}@{phones_asterisk.sip}"
    async with House(short_folder / "house", f'[calls]\noutside = "{outside}"') as house:
        service = await house.serve("serve", "--sandbox")
        yield house
        await end(service)
        assert not house.asterisk.running()


@pytest.fixture
async def telephony(running_house: House, phones_asterisk: Asterisk) -> AsyncIterator[Telephony]:
    """The telephony, with telephones that nobody has touched yet."""
    async with open_telephony(running_house, phones_asterisk) as telephony:
        yield telephony


@asynccontextmanager
async def open_telephony(house: House, phones_asterisk: Asterisk) -> AsyncIterator[Telephony]:
    """The telephony around a house that runs; everybody hangs up at the end."""
    async with (
        hearing_all(phones_asterisk, APP) as (ari, ears),
        hearing_all(house.asterisk, "observer") as (inside_ari, inside),
    ):
        await inside_ari.request("POST", "/applications/observer/subscription", ALL_EVENTS)
        phones = Telephones(
            phones_asterisk, ari, ears, lambda n: f"PJSIP/trunk/sip:{n}@{house.asterisk.sip}"
        )
        employees = asyncio.create_task(phones.serve_employees())
        yield Telephony(house, phones, inside, inside_ari)
        employees.cancel()
        await asyncio.gather(employees, return_exceptions=True)
        await _hang_up_everybody(ari)


async def _hang_up_everybody(ari: HttpAri) -> None:
    for channel in await ari.request("GET", "/channels"):
        with suppress(AriError):  # hung up meanwhile
            await ari.request("DELETE", f"/channels/{channel['id']}")


async def press_until_gone(person: Person, key: str) -> None:
    """Press a key every second until the other side hangs up, as impatient people do."""
    while person.is_connected():
        with suppress(AriError):  # hung up meanwhile
            await person.breathe()
            await person.press(key)

"""One installation and one telephone network for all tests that place real calls."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.callers import APP, Ears, Telephones, hearing_all
from tests.asterisk.house import House
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


@dataclass(frozen=True)
class Town:
    """The company under test, everybody's telephones, and what the company's Asterisk does."""

    house: House
    phones: Telephones
    inside: Ears


@pytest.fixture(scope="session")
async def running_house(short_folder: Path) -> AsyncIterator[House]:
    house = House(short_folder / "house")
    await house.start()
    yield house
    await house.stop()


@pytest.fixture
async def town(running_house: House, phones_asterisk: Asterisk) -> AsyncIterator[Town]:
    """The town, with telephones that nobody has touched yet."""
    house = running_house
    async with (
        hearing_all(phones_asterisk, APP) as (ari, ears),
        hearing_all(house.asterisk, "observer") as (inside_ari, inside),
    ):
        await inside_ari.request("POST", "/applications/observer/subscription", ALL_EVENTS)
        phones = Telephones(
            phones_asterisk, ari, ears, lambda n: f"PJSIP/trunk/sip:{n}@{house.asterisk.sip}"
        )
        employees = asyncio.create_task(phones.serve_employees())
        yield Town(house, phones, inside)
        employees.cancel()
        await asyncio.gather(employees, return_exceptions=True)
        await _hang_up_everybody(ari, phones_asterisk)


ALL_EVENTS: dict[str, list[str]] = {"eventSource": ["channel:", "bridge:"]}


async def _hang_up_everybody(ari: object, _: Asterisk) -> None:
    from telephony.ari.client import HttpAri
    from telephony.errors import AriError

    assert isinstance(ari, HttpAri)
    for channel in await ari.request("GET", "/channels"):
        try:
            await ari.request("DELETE", f"/channels/{channel['id']}")
        except AriError as error:
            assert error.status == 404, error

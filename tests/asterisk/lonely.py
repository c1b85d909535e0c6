"""A town whose company has an Asterisk, and nothing else of ours yet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import Town, open_town
from tests.asterisk.house import House
from tests.asterisk.overhearing import overhearing


@asynccontextmanager
async def lonely_town(
    folder: Path,
    phones_asterisk: Asterisk,
    settings: str = "",
    asterisk: Callable[..., Asterisk] = Asterisk,
) -> AsyncIterator[Town]:
    """A town whose company has an Asterisk, and nothing else of ours."""
    phones = f"PJSIP/trunk/sip:{{number}}@{phones_asterisk.sip}"
    async with House(folder, f'[calls]\noutside = "{phones}"\n{settings}', asterisk) as house:
        await house.asterisk.start()
        await house.voicepost("companies", "list")  # makes the database
        async with (
            open_town(house, phones_asterisk) as town,
            overhearing(house.asterisk, town.inside),
        ):
            yield town

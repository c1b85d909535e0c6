"""A telephony whose company has an Asterisk, and nothing else of ours yet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import Telephony, open_telephony
from tests.asterisk.house import House
from tests.asterisk.overhearing import overhearing


@asynccontextmanager
async def telephony_alone(
    folder: Path,
    phones_asterisk: Asterisk,
    settings: str = "",
    asterisk: Callable[..., Asterisk] = Asterisk,
) -> AsyncIterator[Telephony]:
    """A telephony whose company has an Asterisk, and nothing else of ours."""
    phones = f"PJSIP/trunk/sip:{{number}}@{phones_asterisk.sip}"
    async with House(folder, f'[calls]\noutside = "{phones}"\n{settings}', asterisk) as house:
        await house.asterisk.start()
        await house.voicepost("companies", "list")  # makes the database
        async with (
            open_telephony(house, phones_asterisk) as telephony,
            overhearing(house.asterisk, telephony.inside),
        ):
            yield telephony

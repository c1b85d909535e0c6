"""The running service is backed up while somebody speaks, and restored elsewhere."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import Telephony, open_telephony
from tests.asterisk.house import House, end, seconds_of, until_async
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.offices import office
from tests.asterisk.test_review import at_the_beep
from tests.speech import speak

pytestmark = pytest.mark.asterisk

FIRST = "Это Пётр. Первое сообщение, до резервной копии."
LONG = " ".join(["Это Мария. Я говорю долго, и копию делают, пока я говорю."] * 18)
"""More than anybody hears of it: the caller hangs up as soon as the backup is made."""


async def leave(telephony: Telephony, caller: str, words: str) -> None:
    person = await at_the_beep(telephony, caller=caller)
    await person.say(speak(words))
    await person.hang_up()


async def test_a_backup_under_a_call_holds_what_was_said_so_far(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with House(short_folder / "backed-up") as house:
        service = await house.serve("serve", "--sandbox")
        async with open_telephony(house, phones_asterisk) as telephony:
            await house.apply(office(telephony.phones.sip))
            await leave(telephony, "79160000051", FIRST)
            (first,) = await until_async(house.messages)
            maria = await at_the_beep(telephony, caller="79160000052")
            await maria.start_saying(speak(LONG))
            await until_async(lambda: written(house, 96_000))
            backup = (await house.voicepost("backup", str(short_folder))).strip()
            assert maria.is_speaking()
            await maria.hang_up()
            await until_async(lambda: both(house))
        await end(service)

    async with House(short_folder / "elsewhere") as other:
        await other.voicepost("backup", "--verify", backup)
        await other.voicepost("restore", backup)
        (restored,) = await other.messages()
        assert restored == first
        audio = (await other.audio(restored)).read_bytes()
        assert hashlib.sha256(audio).hexdigest() == first["sha256"]
        service = await other.serve("serve", "--sandbox")
        cut, kept = await until_async(lambda: both(other))
        assert kept == first
        assert cut["caller"]["number"] == "79160000052"
        assert other.repository.get(cut["id"]).cut_off
        assert 5 < cut["duration"] < seconds_of(speak(LONG))
        assert likeness(await other.audio(cut), speak(LONG)) > SAME
        await end(service)


async def written(house: House, size: int) -> bool:
    """Whether Asterisk has written so many bytes of the one recording in progress."""
    recordings = (house.home / "asterisk" / "spool" / "recording").glob("*.wav")
    return any(path.stat().st_size > size for path in recordings)


async def both(house: House) -> list[dict[str, Any]]:
    messages = await house.messages()
    return messages if len(messages) == 2 else []

"""An employee's phone that is forwarded by its owner, as SIP says it: 302."""

from __future__ import annotations

from pathlib import Path

import pytest

from telephony.sandbox.asterisk import Asterisk
from telephony.sandbox.telephones import Person
from tests.asterisk.conftest import Telephony
from tests.asterisk.house import end, until_async
from tests.asterisk.lonely import telephony_alone
from tests.asterisk.redirecting import redirecting
from tests.scenarios import HELLO
from tests.speech import speak
from tests.waiting import until

pytestmark = pytest.mark.asterisk

OFFICE = """
[company]
name = "Ромашка"
[numbers]
"74951234567" = { menu = "main" }
"74951234568" = { voicemail = true }
[menus.main]
greeting = "sound:dir-welcome"
repeats = 0
[menus.main.keys]
1 = { action = "ring", employee = "101" }
2 = { action = "ring", employee = "103" }
3 = { action = "ring", employee = "104" }
4 = { action = "ring", employee = "105" }
[employees.101]
name = "Анна"
endpoint = "PJSIP/trunk/sip:101@PHONES"
forward.unreachable = { action = "voicemail" }
[employees.102]
name = "Борис"
endpoint = "PJSIP/trunk/sip:102@OTHERS"
ring_timeout = 2
forward.no_answer = { action = "voicemail" }
[employees.103]
name = "Вера"
endpoint = "PJSIP/trunk/sip:103@PHONES"
forward.no_answer = { action = "voicemail" }
[employees.104]
name = "Глеб"
endpoint = "PJSIP/trunk/sip:104@PHONES"
[employees.105]
name = "Дарья"
endpoint = "PJSIP/trunk/sip:105@PHONES"
forward.no_answer = { action = "voicemail" }
[voicemail]
greeting = "sound:beep"
"""


@pytest.mark.timeout(180)
@pytest.mark.parametrize("role", ["calls", "agi"])
async def test_a_forwarded_phone_is_followed_and_nobody_calls(
    short_folder: Path, phones_asterisk: Asterisk, role: str
) -> None:
    async with (
        telephony_alone(short_folder / f"moved-{role}", phones_asterisk) as telephony,
        redirecting() as phones,
    ):
        office = OFFICE.replace("PHONES", phones.address).replace("OTHERS", telephony.phones.sip)
        await telephony.house.apply(office)
        phones.contacts |= {
            "101": f"sip:102@{telephony.house.asterisk.sip}",  # a colleague
            "103": "sip:+79161112233;npdi@127.0.0.1",  # a mobile phone
            "104": f"sip:74951234568@{telephony.house.asterisk.sip}",  # the company's own number
            "105": "sip:8104930123456@127.0.0.1",  # abroad, which may not be dialled
        }
        telephony.phones.behaviours["+79161112233"] = "answer"
        service = await telephony.house.serve(role)

        for key, box in (("1", "102"), ("3", "74951234567"), ("4", "105")):
            await leave(telephony, key)
            message = (await telephony.house.messages())[0]
            assert message["addressee"]["number"] == box
        assert phones.rung == ["101", "104", "105"]
        known = await telephony.house.messages()

        after = len(telephony.inside.events)
        caller = await choose(telephony, "2", "79160002002")
        mobile = await telephony.phones.answered("+79161112233")
        await telephony.inside.wait(lambda e: e["type"] == "ChannelEnteredBridge", after=after)
        await mobile.hang_up()
        await caller.gone()

        if role == "calls":
            # A message that is to be heard on a phone is not played to whom the phone names.
            await telephony.house.voicepost("messages", "play", known[0]["id"], "--phone", "101")
            await until(lambda: phones.rung.count("101") == 2)
            await until_async(lambda: nobody_calls(telephony))
        assert await telephony.house.messages() == known

        calls = await telephony.house.json("calls", "list")
        callers = ["79160001001", "79160001003", "79160001004", "79160002002"]
        assert sorted(call["caller"] for call in calls) == callers
        await end(service)


async def nobody_calls(telephony: Telephony) -> bool:
    return not await telephony.ari.request("GET", "/channels")


async def choose(telephony: Telephony, key: str, number: str) -> Person:
    """Call, and press a key once the menu is heard."""
    after = len(telephony.inside.events)
    caller = await telephony.phones.call("74951234567", caller=number)
    await telephony.inside.wait(lambda e: e["type"] == "PlaybackStarted", after=after)
    await caller.press(key)
    return caller


async def leave(telephony: Telephony, key: str) -> None:
    """Press a key, and leave a message once there is a beep."""
    before, after = await telephony.house.messages(), len(telephony.inside.events)
    caller = await choose(telephony, key, f"7916000100{key}")
    await telephony.inside.wait(lambda e: e["type"] == "RecordingStarted", after=after, seconds=60)
    await caller.say(speak(HELLO))
    await caller.hang_up()

    async def kept() -> bool:
        return len(await telephony.house.messages()) > len(before)

    await until_async(kept)

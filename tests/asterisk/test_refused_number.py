"""A number that may not be dialled, on a real line: nothing goes out, and the caller is heard."""

from __future__ import annotations

import pytest

from tests.asterisk.conftest import Telephony
from tests.asterisk.offices import office
from tests.asterisk.test_review import kept_from, recording_started
from tests.speech import speak

pytestmark = pytest.mark.asterisk

COMPANY, NUMBER, ABROAD = "Маяк", "74950000091", "+4930123456"
CALLER = "79165550091"
SPEECH = "Здравствуйте. Это Вера. Не дозвонилась до вас, перезвоните, пожалуйста."
MENU = f"""
default = {{ action = "voicemail" }}
[menus.main.keys]
5 = {{ action = "dial", number = "{ABROAD}" }}
"""


async def test_no_call_goes_abroad_until_the_operator_allows_it(telephony: Telephony) -> None:
    house = telephony.house
    await house.apply(office(telephony.phones.sip, company=COMPANY, number=NUMBER, menu=MENU))
    events, rung = len(telephony.inside.events), len(telephony.phones.ears.events)
    caller = await telephony.phones.call(NUMBER, caller=CALLER)
    await caller.press("5")
    await recording_started(telephony, events)  # back in the menu, nothing is pressed
    await caller.say(speak(SPEECH))
    await caller.hang_up()
    (message,) = await kept_from(telephony, CALLER)
    assert message["box"] == "company"
    assert ABROAD.lstrip("+") not in str(telephony.inside.events[events:])
    assert ABROAD.lstrip("+") not in str(telephony.phones.ears.events[rung:])
    assert "an outside number that may not be dialled" in house.log

    await house.voicepost("companies", "set", COMPANY, "--allow", "national,+49")
    now = len(telephony.phones.ears.events)
    caller = await telephony.phones.call(NUMBER, caller=CALLER)
    await caller.press("5")
    await telephony.phones.rang(ABROAD, after=now)
    await caller.hang_up()

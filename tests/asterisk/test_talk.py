"""An employee's phone rings, and is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from telephony.sandbox.asterisk import Asterisk
from tests.asterisk.conftest import Telephony, open_telephony
from tests.asterisk.house import House, end
from tests.asterisk.listening import SAME, likeness, tone_share
from tests.asterisk.offices import office
from tests.asterisk.rig import build
from tests.speech import RATE, samples, speak, write_wav

pytestmark = pytest.mark.asterisk

QUESTION = "Здравствуйте, Анна! Это Иван. Когда приедет мой заказ?"
ANSWER = "Добрый день, Иван. Ваш заказ приедет завтра до обеда."


async def test_caller_and_employee_hear_each_other(telephony: Telephony) -> None:
    await telephony.house.apply(office(telephony.phones.sip))
    telephony.phones.behaviours["101"] = "answer"
    before = await telephony.house.messages()

    caller = await telephony.phones.call("74951234567")
    await caller.press("1")
    employee = await telephony.phones.answered("101")
    await telephony.inside.wait(lambda e: e["type"] == "ChannelEnteredBridge")
    await caller.start_listening()
    await employee.start_listening()
    await caller.say(speak(QUESTION))
    await employee.say(speak(ANSWER))
    heard_by_employee = await employee.stop_listening()
    heard_by_caller = await caller.stop_listening()

    assert likeness(speak(QUESTION), heard_by_employee) > SAME
    assert likeness(speak(ANSWER), heard_by_caller) > SAME
    await employee.hang_up()
    await caller.gone()
    assert await telephony.house.messages() == before  # an answered call leaves no message


async def test_the_caller_hanging_up_ends_the_talk_for_the_employee(telephony: Telephony) -> None:
    await telephony.house.apply(office(telephony.phones.sip))
    telephony.phones.behaviours["101"] = "answer"

    caller = await telephony.phones.call("74951234567")
    await caller.press("1")
    employee = await telephony.phones.answered("101")
    await telephony.inside.wait(lambda e: e["type"] == "ChannelEnteredBridge")
    await caller.hang_up()

    await employee.gone()


async def test_a_waiting_caller_hears_ringing(telephony: Telephony) -> None:
    # Long enough for a second burst of the tone, should the first be missed.
    patient = office(telephony.phones.sip).replace("ring_timeout = 3", "ring_timeout = 8")
    await telephony.house.apply(patient)

    caller = await telephony.phones.call("74951234567")
    await caller.press("1")
    await telephony.phones.rang("101")
    await caller.start_listening()
    await telephony.inside.wait(
        lambda e: e["type"] == "PlaybackStarted", after=len(telephony.inside.events)
    )
    heard = await caller.stop_listening()

    assert tone_share(heard, 425) > 0.9
    await caller.hang_up()


async def test_a_waiting_caller_hears_music_where_the_setting_says_so(
    short_folder: Path, phones_asterisk: Asterisk
) -> None:
    async with House(short_folder / "music", '[calls]\nringing = "music"') as house:
        service = await house.serve("serve", "--sandbox")
        async with open_telephony(house, phones_asterisk) as telephony:
            await house.apply(office(telephony.phones.sip))
            caller = await telephony.phones.call("74951234567")
            await caller.press("1")
            await telephony.phones.rang("101")
            await caller.start_listening()
            await telephony.inside.wait(
                lambda e: e["type"] == "PlaybackStarted", after=len(telephony.inside.events)
            )
            heard = await caller.stop_listening()
            a_second = write_wav(heard.with_suffix(".second.wav"), samples(heard)[: 2 * RATE])
            tracks = (build().data / "moh").glob("*.wav")
            assert max(likeness(a_second, track) for track in tracks) > SAME
            await caller.hang_up()
        await end(service)


async def test_a_phone_that_rings_stops_when_the_caller_hangs_up(telephony: Telephony) -> None:
    await telephony.house.apply(office(telephony.phones.sip))

    caller = await telephony.phones.call("74951234567")
    await caller.press("1")
    ringing = await telephony.phones.rang("101")
    await caller.hang_up()

    await telephony.phones.ears.wait(
        lambda e: e["type"] == "StasisEnd" and e["channel"]["id"] == ringing["channel"]["id"]
    )

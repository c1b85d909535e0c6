"""Things that people ask for at a computer, and do on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.asterisk.conftest import Telephony, press_until_gone
from tests.asterisk.house import until_async
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.offices import office
from tests.asterisk.test_review import at_the_beep, kept_from, recording_started, reviewing
from tests.speech import silence, speak, write_wav

pytestmark = pytest.mark.asterisk

SPEECH = "Здравствуйте, это Мария. Я перезвоню вам после обеда."
OURS = ("--company", "Ромашка")
WELCOME = "Добро пожаловать! Это записано по телефону."


async def test_a_message_is_played_on_a_phone(telephony: Telephony) -> None:
    await telephony.house.apply(office(telephony.phones.sip))
    caller = await at_the_beep(telephony, caller="79160000021")
    await caller.say(speak(SPEECH))
    await caller.hang_up()
    (message,) = await kept_from(telephony, "79160000021")

    before = len(telephony.phones.ears.events)
    await telephony.house.voicepost(
        "messages", "play", message["id"], "--phone", f"PJSIP/trunk/sip:101@{telephony.phones.sip}"
    )
    listener = await telephony.phones.answered("101", after=before)
    await listener.start_listening()  # while it rings: the message begins as soon as he answers
    await telephony.phones.picks_up("101")
    await listener.gone()
    heard = await listener.stop_listening()

    assert likeness(speak(SPEECH), heard) > SAME
    (message,) = await kept_from(telephony, "79160000021")
    assert message["state"] == "heard"


async def test_a_prompt_is_recorded_by_phone_and_heard_by_the_next_caller(
    telephony: Telephony,
) -> None:
    await telephony.house.apply(office(telephony.phones.sip))
    telephony.phones.behaviours["101"] = "answer"

    before, now = len(telephony.phones.ears.events), len(telephony.inside.events)
    await telephony.house.voicepost("prompts", "record", "welcome", "--phone", "101", *OURS)
    speaker = await telephony.phones.answered("101", after=before)
    await recording_started(telephony, now)
    await speaker.say(speak(WELCOME))
    await speaker.press("#")
    await press_until_gone(speaker, "1")

    async def recorded() -> bool:
        prompts = await telephony.house.json("prompts", "list", *OURS)
        return any(p["name"] == "welcome" and "recorded" in str(p) for p in prompts)

    await until_async(recorded)
    now = len(telephony.inside.events)
    caller = await telephony.phones.start_call("74951234567")
    await caller.start_listening()
    await recording_started(telephony, now)
    heard = await caller.stop_listening()
    await caller.hang_up()
    assert likeness(speak(WELCOME), heard) > SAME


async def test_a_phone_that_was_mute_may_record_its_prompt_again(
    telephony: Telephony, tmp_path: Path
) -> None:
    await telephony.house.apply(office(telephony.phones.sip))
    telephony.phones.behaviours["101"] = "answer"
    before, now = len(telephony.phones.ears.events), len(telephony.inside.events)
    await telephony.house.voicepost("prompts", "record", "again", "--phone", "101", *OURS)
    speaker = await telephony.phones.answered("101", after=before)
    now = await recording_started(telephony, now)
    await speaker.say(write_wav(tmp_path / "mute.wav", silence(1.5)))
    await speaker.press("#")
    now = await reviewing(telephony, now)
    await speaker.press("1")
    await telephony.inside.wait(
        lambda e: e["type"] == "PlaybackStarted" and "vm-tooshort" in e["playback"]["media_uri"],
        after=now,
    )
    assert "again" not in str(await telephony.house.json("prompts", "list", *OURS))
    await recording_started(telephony, now)
    await speaker.say(speak(WELCOME))
    await speaker.hang_up()

    async def recorded() -> bool:
        prompts = await telephony.house.json("prompts", "list", *OURS)
        return any(p["name"] == "again" and p["doubts"] == [] for p in prompts)

    await until_async(recorded)


async def test_a_change_takes_effect_with_the_next_call_without_a_restart(
    telephony: Telephony,
) -> None:
    await telephony.house.apply(office(telephony.phones.sip))
    await telephony.house.voicepost("menus", "key", "main", "8", "voicemail", *OURS)

    caller = await telephony.phones.call("74951234567", caller="79160000022")
    now = len(telephony.inside.events)
    await caller.press("8")
    await recording_started(telephony, now)
    await caller.say(speak(SPEECH))
    await caller.hang_up()

    (message,) = await kept_from(telephony, "79160000022")
    assert message["box"] == "company"


async def test_two_companies_do_not_see_each_other(telephony: Telephony) -> None:
    first, second = "Первая", "Вторая"
    await telephony.house.apply(office(telephony.phones.sip, company=first, number="74950000001"))
    await telephony.house.apply(office(telephony.phones.sip, company=second, number="74950000002"))

    async def leave(number: str, caller_number: str) -> None:
        now = len(telephony.inside.events)
        caller = await telephony.phones.call(number, caller=caller_number)
        await caller.press("9")
        await recording_started(telephony, now)
        await caller.say(speak(SPEECH))
        await caller.hang_up()
        await kept_from(telephony, caller_number)

    await leave("74950000001", "79160000023")
    await leave("74950000002", "79160000024")

    async def callers(company: str) -> list[str]:
        messages = await telephony.house.json("messages", "list", "--company", company)
        return [m["caller"]["number"] for m in messages]

    assert await callers(first) == ["79160000023"]
    assert await callers(second) == ["79160000024"]

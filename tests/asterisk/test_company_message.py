"""A caller leaves a message for the company."""

from __future__ import annotations

import pytest

from tests.asterisk.conftest import Telephony
from tests.asterisk.house import seconds_of
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.rig import build
from tests.asterisk.test_review import kept_from
from tests.speech import speak

pytestmark = pytest.mark.asterisk

OFFICE = """
[company]
name = "Ромашка"
[numbers]
"74951234567" = { menu = "main" }
[menus.main]
greeting = "prompt:welcome"
timeout = 1.0
repeats = 0
default = { action = "voicemail" }
[prompts.welcome]
say = "Здравствуйте! Вы позвонили в компанию Ромашка."
"""


async def test_pressing_nothing_leaves_a_message_for_the_company(telephony: Telephony) -> None:
    await telephony.house.apply(OFFICE)
    speech = speak("Добрый день, это Иван. Перезвоните мне, пожалуйста, завтра утром.")

    caller = await telephony.phones.call("74951234567", caller="79160000051")
    await telephony.inside.wait(lambda e: e["type"] == "RecordingStarted")
    await caller.say(speech)
    await caller.hang_up()

    (message,) = await kept_from(telephony, "79160000051")
    assert message["box"] == "company"
    assert message["company"] == "Ромашка"
    assert message["source"] == "ari"
    audio = await telephony.house.audio(message)
    assert likeness(speech, audio) > SAME
    assert abs(seconds_of(audio) - message["duration"]) < 0.1


async def test_bundled_prompts_speak_the_company_s_language(telephony: Telephony) -> None:
    await telephony.house.apply(OFFICE)
    spoken = build().data / "sounds" / "ru_RU_f_IvrvoiceRU" / "vm-intro.wav"

    caller = await telephony.phones.call("74951234567")
    now = len(telephony.inside.events)
    await telephony.inside.wait(
        lambda e: e["type"] == "PlaybackStarted" and "vm-intro" in e["playback"]["media_uri"]
    )
    await caller.start_listening()
    await telephony.inside.wait(lambda e: e["type"] == "RecordingStarted", after=now)
    heard = await caller.stop_listening()
    await caller.hang_up()

    assert likeness(heard, spoken) > SAME  # the beep behind it is heard too

"""A caller leaves a message for the company."""

from __future__ import annotations

import pytest

from tests.asterisk.conftest import Town
from tests.asterisk.house import seconds_of, until_async
from tests.asterisk.listening import likeness
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


async def test_pressing_nothing_leaves_a_message_for_the_company(town: Town) -> None:
    await town.house.apply(OFFICE)
    speech = speak("Добрый день, это Иван. Перезвоните мне, пожалуйста, завтра утром.")

    caller = await town.phones.call("74951234567", caller="79161112233")
    await town.inside.wait(lambda e: e["type"] == "RecordingStarted")
    await caller.say(speech)
    await caller.hang_up()

    (message,) = await until_async(town.house.messages)
    assert message["box"] == "company"
    assert message["company"] == "Ромашка"
    assert message["caller"]["number"] == "79161112233"
    assert message["source"] == "ari"
    audio = await town.house.audio(message)
    assert likeness(speech, audio) > 0.8
    assert abs(seconds_of(audio) - message["duration"]) < 0.1

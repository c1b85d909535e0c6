"""Twenty callers at once, each with a speech of their own."""

from __future__ import annotations

import asyncio

import pytest

from tests.asterisk.conftest import Telephony
from tests.asterisk.house import until_async
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.offices import office
from tests.speech import speak

pytestmark = pytest.mark.asterisk

CALLERS = 20


async def test_twenty_callers_at_once_each_reach_the_right_box(telephony: Telephony) -> None:
    await telephony.house.apply(office(telephony.phones.sip))
    cities = [
        "Москва",
        "Казань",
        "Самара",
        "Омск",
        "Тула",
        "Пермь",
        "Уфа",
        "Сочи",
        "Псков",
        "Орёл",
    ]
    speeches = {
        f"7920000{n:04}": speak(f"Звонок номер {n + 1}. Мой город {cities[n % 10]}. Жду ответа!")
        for n in range(CALLERS)
    }

    async def leave(number: str, n: int) -> None:
        caller = await telephony.phones.call("74951234567", caller=number)
        heard = len(telephony.inside.events)
        await caller.press("9" if n % 2 else "1")
        await telephony.inside.wait(
            lambda e: (
                e["type"] == "RecordingStarted" and _caller(telephony, e["recording"]) == number
            ),
            after=heard,
            seconds=60,
        )
        await caller.say(speeches[number])
        await caller.hang_up()

    await asyncio.gather(*(leave(number, n) for n, number in enumerate(speeches)))

    async def all_kept() -> list[dict[str, object]] | None:
        kept = [m for m in await telephony.house.messages() if m["caller"]["number"] in speeches]
        return kept if len(kept) >= CALLERS and not telephony.house.calls_with_drafts() else None

    kept = await until_async(all_kept)
    assert len(kept) == CALLERS
    for message in kept:
        number = message["caller"]["number"]
        n = list(speeches).index(number)
        assert message["box"] == ("company" if n % 2 else "employee")
        assert message["addressee"]["number"] == ("74951234567" if n % 2 else "101")
        audio = await telephony.house.audio(message)
        scores = {who: likeness(speech, audio) for who, speech in speeches.items()}
        assert max(scores, key=lambda who: scores[who]) == number
        assert scores[number] > SAME


def _caller(telephony: Telephony, recording: dict[str, str]) -> str:
    channel = recording["target_uri"].removeprefix("channel:")
    for event in telephony.inside.events:
        if event.get("channel", {}).get("id") == channel:
            return str(event["channel"]["caller"]["number"])
    return ""

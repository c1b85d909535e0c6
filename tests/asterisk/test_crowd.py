"""Twenty callers at once, each with a speech of their own."""

from __future__ import annotations

import asyncio

import pytest

from tests.asterisk.conftest import Town
from tests.asterisk.house import until_async
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.offices import office
from tests.speech import speak

pytestmark = pytest.mark.asterisk

CALLERS = 20


async def test_twenty_callers_at_once_each_reach_the_right_box(town: Town) -> None:
    await town.house.apply(office(town.phones.sip))
    towns = ["Москва", "Казань", "Самара", "Омск", "Тула", "Пермь", "Уфа", "Сочи", "Псков", "Орёл"]
    speeches = {
        f"7920000{n:04}": speak(f"Звонок номер {n + 1}. Мой город {towns[n % 10]}. Жду ответа!")
        for n in range(CALLERS)
    }

    async def leave(number: str, n: int) -> None:
        caller = await town.phones.call("74951234567", caller=number)
        heard = len(town.inside.events)
        await caller.press("9" if n % 2 else "1")
        await town.inside.wait(
            lambda e: e["type"] == "RecordingStarted" and _caller(town, e["recording"]) == number,
            after=heard,
            seconds=60,
        )
        await caller.say(speeches[number])
        await caller.hang_up()

    await asyncio.gather(*(leave(number, n) for n, number in enumerate(speeches)))

    async def all_kept() -> list[dict[str, object]] | None:
        kept = [m for m in await town.house.messages() if m["caller"]["number"] in speeches]
        return kept if len(kept) >= CALLERS and not town.house.calls_with_drafts() else None

    kept = await until_async(all_kept)
    assert len(kept) == CALLERS
    for message in kept:
        number = message["caller"]["number"]
        n = list(speeches).index(number)
        assert message["box"] == ("company" if n % 2 else "employee")
        assert message["addressee"]["number"] == ("74951234567" if n % 2 else "101")
        audio = await town.house.audio(message)
        scores = {who: likeness(speech, audio) for who, speech in speeches.items()}
        assert max(scores, key=lambda who: scores[who]) == number
        assert scores[number] > SAME


def _caller(town: Town, recording: dict[str, str]) -> str:
    channel = recording["target_uri"].removeprefix("channel:")
    for event in town.inside.events:
        if event.get("channel", {}).get("id") == channel:
            return str(event["channel"]["caller"]["number"])
    return ""

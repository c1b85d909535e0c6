"""A prompt is recorded by phone: all of what was said, whatever happens to the sound on its way."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialplan.phone_tasks import record_prompt
from storage.audio.wav import examine
from storage.companies.store import Offices
from storage.office import parse_office
from storage.office.prompts import PromptLibrary
from telephony.call import EndedBy, RecordingLimits
from telephony.scripted import Script, ScriptedCall
from tests.acting import ME
from tests.databases import empty_sqlite
from tests.speech import samples, silence, speak, write_wav

OFFICE = '[company]\nname = "Ромашка"\n'
FIRST, SECOND = "Вы позвонили в компанию Ромашка.", "Мы работаем с девяти до шести."


@pytest.fixture
def offices(tmp_path: Path) -> Offices:
    made = Offices(empty_sqlite(tmp_path / "voicepost.db"), PromptLibrary(tmp_path / "prompts"))
    made.apply(parse_office(OFFICE), by=ME)
    return made


def say(folder: Path, *parts: str) -> Script:
    def speak_parts(name: str) -> EndedBy:
        for number, text in enumerate(parts, start=1):
            suffix = "" if number == 1 else f"-{number}"
            speak(text, path=folder / f"{name}{suffix}.wav")
        return EndedBy.LIMIT

    return Script(speak=speak_parts)


async def record(call: ScriptedCall, offices: Offices, tmp_path: Path) -> Path:
    """The prompt that it becomes."""
    company = offices.site("Ромашка").company_id
    prompts = PromptLibrary(tmp_path / "prompts")
    folder = tmp_path / "recording"
    await record_prompt(call, offices, prompts, company, "hello", folder)
    digest = offices.site("Ромашка").office.prompts["hello"].recorded
    assert digest
    assert list(folder.iterdir()) == []
    return prompts.path(digest)


async def test_every_part_is_in_the_prompt(offices: Offices, tmp_path: Path) -> None:
    call = ScriptedCall("1", say(tmp_path / "recording", FIRST, SECOND))
    prompt = await record(call, offices, tmp_path)
    said = len(samples(speak(FIRST))) + len(samples(speak(SECOND)))
    assert examine(prompt).duration == pytest.approx(said / 16_000, abs=0.1)


async def test_the_noise_of_the_newest_part_counts(offices: Offices, tmp_path: Path) -> None:
    folder = tmp_path / "recording"
    heard: list[bool] = []

    class Listening(ScriptedCall):
        async def record(self, name: str, limits: RecordingLimits) -> EndedBy:
            write_wav(folder / f"{name}.wav", silence(limits.silence_seconds + 1))
            heard.append(await limits.only_noise())
            speak(FIRST, path=folder / f"{name}-2.wav")
            heard.append(await limits.only_noise())
            return EndedBy.LIMIT

    await record(Listening("1", Script()), offices, tmp_path)
    assert heard == [True, False]

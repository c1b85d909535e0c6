"""Where a call begins: numbers, companies, and the arguments that calls come with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

import dialplan.reception
from dialplan.reception import Reception
from dialplan.sounds import TOO_SHORT, UNKNOWN_NUMBER
from dialplan.strays import StrayRules
from storage.companies.store import Offices
from storage.database.engine import Database
from storage.errors import DatabaseUnavailable
from storage.messages.query import Query
from storage.messages.unassigned import Unassigned
from storage.office import parse_office
from storage.office.prompts import PromptLibrary
from telephony.call import EndedBy
from telephony.errors import CallerLeft
from telephony.scripted import Script, ScriptedCall
from tests.acting import ME
from tests.dialplan.house import ROMASHKA, VASILEK, House
from tests.dialplan.walking import walk
from tests.speech import samples, silence, speak, tone, write_wav


@pytest.mark.parametrize(
    ("dialled", "begins"),
    [
        ("74951234567", "play vm-intro"),
        ("74951234568", "ring PJSIP/101 for 20 s, the caller hears ringing"),
        ("74951234569", "play hello"),
    ],
)
async def test_a_number_leads_where_it_should(dialled: str, begins: str) -> None:
    call = await walk(ROMASHKA, Script(), dialled=dialled)
    assert begins in call.steps[:2]


@pytest.mark.parametrize(
    "spelling",
    ["+74951234568", "84951234568", "74951234568", "0074951234568", "81074951234568"],
)
async def test_a_number_in_any_spelling(spelling: str) -> None:
    call = await walk(ROMASHKA, Script(), dialled=spelling)
    assert call.rung() == ["PJSIP/101 for 20 s"]


async def test_the_company_box_remembers_the_number_as_it_was_dialled() -> None:
    call = await walk(ROMASHKA, Script(), dialled="84951234567")
    assert call.boxes == [("company", "84951234567")]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with closing(House(tmp_path)) as house:
        for text in (ROMASHKA, VASILEK):
            house.offices.apply(parse_office(text), by=ME)
        yield house


async def test_two_companies_do_not_see_each_other(house: House) -> None:
    await house.take("call", "74951234567")
    await house.take("call", "74957654321")
    for company, number in (("Ромашка", "74951234567"), ("Vasilyok", "74957654321")):
        (message,) = house.messages.list(Query(company=company)).messages
        assert (message.company, message.addressee_number) == (company, number)


async def test_a_call_without_a_database_follows_the_last_known_configuration(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await house.take("call", "74951234567"))[0] == "answer (ru)"

    def gone(*_: object) -> None:
        raise DatabaseUnavailable("the database cannot be used: it is gone")

    monkeypatch.setattr(Database, "reading", gone)
    monkeypatch.setattr(Database, "session", gone)
    steps = await house.take("call", "74951234567")
    assert steps[0] == "answer (ru)"
    assert "record up to 180 s" in steps


async def test_a_new_number_is_not_turned_away_while_the_database_is_slow(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = await house.take("call", "70000000000", endpoint="PJSIP/101")
    assert unknown == [f"play {UNKNOWN_NUMBER}"]
    changed = ROMASHKA.replace("+7 (495) 123-45-68", "70000000000")
    house.offices.apply(parse_office(changed), by=ME)
    monkeypatch.setattr(dialplan.reception, "PATIENCE", 0.0)
    steps = await house.take("call", "70000000000")
    assert steps[0] == "ring PJSIP/101 for 20 s, the caller hears ringing"


async def test_without_a_database_nobody_can_say_that_a_number_is_nobodys(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await house.take("call", "74951234567"))[0] == "answer (ru)"

    def gone(*_: object) -> None:
        raise DatabaseUnavailable("the database cannot be used: it is gone")

    monkeypatch.setattr(Database, "reading", gone)
    with pytest.raises(DatabaseUnavailable):
        await house.take("call", "70000000000")


async def test_without_a_database_nor_a_known_configuration_the_fallback_takes_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise DatabaseUnavailable("the database cannot be used: it is gone")

    monkeypatch.setattr(Database, "reading", gone)
    with pytest.raises(DatabaseUnavailable):
        await house.take("call", "74951234567")


async def test_each_company_speaks_its_own_language(house: House) -> None:
    assert (await house.take("call", "74951234567"))[0] == "answer (ru)"
    assert (await house.take("call", "74957654321"))[0] == "answer (en)"


async def test_arguments_that_mean_nothing_touch_nothing(house: House) -> None:
    assert await house.take("leg") == []
    assert await house.take("phone", "dance", "101") == []


async def test_a_change_of_configuration_is_heard_by_the_next_call(house: House) -> None:
    changed = ROMASHKA.replace("{ voicemail = true }", '{ menu = "main" }')
    house.offices.apply(parse_office(changed), by=ME)
    assert "play hello" in await house.take("call", "74951234567")


async def test_a_message_is_played_on_a_phone_and_is_heard_then(house: House) -> None:
    await house.take("call", "74951234567")
    (message,) = house.messages.list(Query()).messages
    assert message.state == "new"
    steps = await house.take("phone", "play-message", message.id)
    assert steps == ["answer (en)", "play the recording"]
    assert house.messages.get(message.id).state == "heard"
    assert list(house.recordings.iterdir()) == [], "the copy for Asterisk is gone again"


async def test_a_message_may_be_played_on_an_employees_phone(house: House) -> None:
    await house.take("call", "74951234567")
    (message,) = house.messages.list(Query()).messages
    steps = await house.take("phone", "play-message", message.id, "101")
    assert steps == ["answer (en)", "play the recording"]
    assert house.messages.get(message.id).state == "heard"


async def test_a_prompt_is_recorded_by_phone(house: House) -> None:
    site = house.offices.site("Ромашка")
    await house.take("phone", "record-prompt", site.company_id, "anna", says="Это Анна.")
    assert house.offices.get("Ромашка").prompts["anna"].recorded
    assert list(house.recordings.iterdir()) == []


async def record_prompt(house: House, keys: str, *takes: bytes) -> list[str]:
    """Record a prompt by phone: each take ends with #, the last one by hanging up; the steps."""
    left = list(takes)

    def say(name: str) -> EndedBy | None:
        write_wav(house.recordings / f"{name}.wav", left.pop(0))
        return EndedBy.KEY if left else None

    site = house.offices.site("Ромашка")
    call = ScriptedCall("1", Script(keys=keys, speak=say))
    with suppress(CallerLeft):
        await house.reception.take(call, ("phone", "record-prompt", site.company_id, "anna"))
    return call.steps


async def test_a_mute_phone_records_no_prompt_and_hears_so(house: House) -> None:
    said = samples(speak("Это Анна."))
    steps = await record_prompt(house, "1", silence(3.0), said)
    assert steps.index(f"play {TOO_SHORT}") < len(steps) - 1
    assert steps.count("record up to 300 s") == 2
    (prompt,) = house.offices.get("Ромашка").prompts.values()
    seconds = house.reception.prompts.seconds(prompt.audio)
    assert seconds == pytest.approx(len(said) / 16000, abs=0.1)
    assert list(house.recordings.iterdir()) == []


async def test_a_prompt_of_two_parts_is_kept_whole(house: House) -> None:
    """Asterisk begins another part after four seconds without a sound from the phone."""
    first, second = samples(speak("Это Анна.")), samples(speak("Перезвоните завтра."))

    def say(name: str) -> EndedBy | None:
        write_wav(house.recordings / f"{name}.wav", first)
        write_wav(house.recordings / f"{name}-2.wav", second)
        return None

    site = house.offices.site("Ромашка")
    call = ScriptedCall("1", Script(speak=say))
    with suppress(CallerLeft):
        await house.reception.take(call, ("phone", "record-prompt", site.company_id, "anna"))
    (prompt,) = house.offices.get("Ромашка").prompts.values()
    seconds = house.reception.prompts.seconds(prompt.audio)
    assert seconds == pytest.approx(len(first + second) / 16000, abs=0.1)
    assert list(house.recordings.iterdir()) == []


async def test_a_mute_phone_that_hangs_up_changes_no_prompt(house: House) -> None:
    await record_prompt(house, "", silence(3.0))
    assert house.offices.get("Ромашка").prompts == {}


async def test_who_only_hangs_up_after_again_keeps_what_was_said(house: House) -> None:
    said = samples(speak("Это Анна."))
    await record_prompt(house, "3", said, tone(0.4, level=0.01))
    (prompt,) = house.offices.get("Ромашка").prompts.values()
    seconds = house.reception.prompts.seconds(prompt.audio)
    assert seconds == pytest.approx(len(said) / 16000, abs=0.1)


async def test_a_database_that_cannot_be_read_is_an_error_for_the_caller_of_the_flow(
    house: House, tmp_path: Path
) -> None:
    """The router then leaves the caller to the dialplan, where the fallback takes a message."""
    with closing(Database(f"sqlite:///{tmp_path}")) as broken:
        offices = Offices(broken, PromptLibrary(tmp_path))
        reception = Reception(
            offices=offices,
            intake=house.intake,
            messages=house.messages,
            mailboxes=house.reception.mailboxes,
            pins=house.reception.pins,
            prompts=PromptLibrary(tmp_path),
            unassigned=Unassigned(broken),
            outside="",
            hearing="ringing",
            strays=StrayRules(),
            recordings=house.recordings,
        )
        with pytest.raises(DatabaseUnavailable):
            await reception.take(ScriptedCall("74951234567", Script()), ["call", "74951234567"])

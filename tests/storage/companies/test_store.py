"""The companies of one system, and changing their offices."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from storage.companies.store import Directory, Offices, Site
from storage.database.engine import Database
from storage.database.tables import CompanyRow, ConfigVersionRow
from storage.errors import AudioError, ConfigError, NotFound
from storage.office import Company, Office, Target, parse_office
from storage.office.prompts import PromptLibrary
from tests.acting import ME
from tests.refusals import refuses
from tests.speech import speak
from web.language.problems import sentence, sentences


def office(name: str = "Ромашка", number: str = "74951234567", rest: str = "") -> Office:
    text = f'[company]\nname = "{name}"\n[numbers]\n"{number}" = {{ voicemail = true }}\n{rest}'
    return parse_office(text)


def with_seconds(seconds: Callable[[float], float]) -> Callable[[Office], Office]:
    """A change of the longest message."""

    def change(before: Office) -> Office:
        voicemail = before.voicemail.model_copy(
            update={"max_seconds": seconds(before.voicemail.max_seconds)}
        )
        return before.model_copy(update={"voicemail": voicemail})

    return change


@pytest.fixture
def library(tmp_path: Path) -> PromptLibrary:
    return PromptLibrary(tmp_path / "prompts")


@pytest.fixture
def offices(database: Database, library: PromptLibrary) -> Offices:
    return Offices(database, library)


def test_an_office_is_added_and_replaced_by_its_companys_name(offices: Offices) -> None:
    first = offices.apply(office(), by=ME)
    company_id = offices.site().company_id
    second = offices.apply(office(number="74957654321"), by=ME)

    assert second > first
    assert offices.names() == ["Ромашка"]
    assert list(offices.get().numbers) == ["74957654321"]
    assert offices.site().company_id == company_id
    assert offices.snapshot().find("74951234567") is None


def test_everybody_sees_a_change_with_the_next_snapshot(
    offices: Offices, database: Database, library: PromptLibrary
) -> None:
    offices.apply(office(), by=ME)
    calls = Offices(database, library)
    before = calls.snapshot()
    assert calls.snapshot() is before

    offices.edit(None, with_seconds(lambda _: 60), by=ME)

    after = calls.snapshot()
    assert after.version == calls.version() == before.version + 1
    assert next(iter(after.offices.values())).office.voicemail.max_seconds == 60
    assert next(iter(before.offices.values())).office.voicemail.max_seconds == 180


def test_a_company_must_be_named_where_there_are_several(offices: Offices) -> None:
    with refuses(NotFound, "no company yet"):
        offices.get()
    offices.apply(office(), by=ME)
    assert offices.get().company.name == "Ромашка"
    offices.apply(office("Ландыш", "74957654321"), by=ME)
    with refuses(ConfigError, "several companies, name one of: Ландыш, Ромашка"):
        offices.get()
    assert offices.get("Ландыш").company.name == "Ландыш"
    with refuses(NotFound, "no company “Лютик”, only: Ландыш, Ромашка"):
        offices.get("Лютик")


@pytest.mark.parametrize("spelling", ["74951234567", "+7 495 123-45-67", "84951234567"])
def test_a_number_belongs_to_one_company_in_every_spelling(offices: Offices, spelling: str) -> None:
    offices.apply(office(), by=ME)
    version = offices.version()
    with pytest.raises(ConfigError) as caught:
        offices.apply(office("Ландыш", spelling), by=ME)
    assert sentences(caught.value) == [f"numbers.{spelling}: belongs to the company “Ромашка”"]
    assert offices.names() == ["Ромашка"]
    assert offices.version() == version


def test_a_number_given_up_can_be_taken(offices: Offices) -> None:
    offices.apply(office(), by=ME)
    offices.apply(office(number="101"), by=ME)
    offices.apply(office("Ландыш"), by=ME)
    site = offices.snapshot().find("84951234567")
    assert site is not None
    assert site.office.company.name == "Ландыш"


def test_a_wrong_office_changes_nothing(offices: Offices, library: PromptLibrary) -> None:
    offices.apply(office(), by=ME)
    before = offices.snapshot()
    with pytest.raises(ConfigError) as caught:
        offices.apply(office(rest='2 = { menu = "gone" }\n[voicemail]\nmax_seconds = 0'), by=ME)
    assert len(caught.value.problems) == 3
    assert offices.snapshot() is before


def test_one_bad_prompt_changes_nothing(offices: Offices, tmp_path: Path) -> None:
    offices.apply(office(), by=ME)
    before = offices.snapshot()
    (tmp_path / "bad.wav").write_bytes(b"no sound")
    text = '[prompts.good]\nsay = "Привет"\n[prompts.bad]\nfile = "bad.wav"'
    with refuses(AudioError, r"prompts.bad: bad.wav is not a sound file"):
        offices.apply(office(rest=text), tmp_path, by=ME)
    assert offices.snapshot() is before


def test_what_is_stored_can_be_played(
    offices: Offices, library: PromptLibrary, tmp_path: Path
) -> None:
    speak("Садовая, дом пять.", path=tmp_path / "address.wav")
    text = '[prompts.hello]\nsay = "Привет"\n[prompts.address]\nfile = "address.wav"'
    offices.apply(office(rest=text), tmp_path, by=ME)
    for name in ("hello", "address"):
        assert Path(f"{library.sound(offices.get(), f'prompt:{name}')}.wav").is_file()


def test_another_language_speaks_every_text_anew(offices: Offices) -> None:
    offices.apply(office(rest='[prompts.hello]\nsay = "one"'), by=ME)
    before = offices.get().prompts["hello"].audio
    company = Company(name="Ромашка", language="en")
    offices.edit(None, lambda o: o.model_copy(update={"company": company}), by=ME)
    after = offices.get().prompts["hello"].audio
    assert after is not None
    assert before != after


def test_a_recording_by_phone_becomes_the_prompt(offices: Offices, library: PromptLibrary) -> None:
    offices.apply(office(rest='[prompts.hello]\nsay = "Привет"'), by=ME)
    digest = library.adopt(speak("Здравствуйте, это Анна."))
    offices.set_recorded_prompt(offices.site().company_id, "hello", digest, by=ME)

    prompt = offices.get().prompts["hello"]
    assert (prompt.say, prompt.recorded, prompt.audio) == (None, digest, digest)
    with refuses(NotFound, "removed"):
        offices.set_recorded_prompt("no-such-id", "hello", digest, by=ME)


def test_no_change_is_lost_when_many_change_at_once(
    offices: Offices, database: Database, library: PromptLibrary
) -> None:
    offices.apply(office(), by=ME)
    failures: list[Exception] = []

    def add_one() -> None:
        try:
            Offices(database, library).edit(None, with_seconds(lambda seconds: seconds + 1), by=ME)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=add_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert offices.get().voicemail.max_seconds == 188
    assert offices.version() == 9


def test_a_change_that_was_overtaken_is_made_again(offices: Offices) -> None:
    offices.apply(office(), by=ME)
    seen: list[float] = []

    def overtaken(before: Office) -> Office:
        seen.append(before.voicemail.max_seconds)
        if len(seen) == 1:
            offices.edit(None, with_seconds(lambda _: 100), by=ME)
        return with_seconds(lambda seconds: seconds + 1)(before)

    offices.edit(None, overtaken, by=ME)
    assert seen == [180, 100]
    assert offices.get().voicemail.max_seconds == 101


def test_a_company_renamed_is_the_same_company(offices: Offices) -> None:
    offices.apply(office(), by=ME)
    offices.apply(office("Ландыш", "101"), by=ME)
    company_id = offices.site("Ромашка").company_id

    offices.rename("Ромашка", "Василёк", by=ME)

    assert offices.names() == ["Василёк", "Ландыш"]
    assert offices.site("Василёк").company_id == company_id
    with refuses(ConfigError, "there is a company “Ландыш” already"):
        offices.rename("Василёк", "Ландыш", by=ME)
    with refuses(ConfigError, r"company.name: must not be empty"):
        offices.rename("Василёк", "  ", by=ME)


def test_a_company_removed_gives_its_numbers_back(offices: Offices) -> None:
    offices.apply(office(), by=ME)
    offices.remove("Ромашка", by=ME)
    assert offices.names() == []
    assert offices.snapshot().find("74951234567") is None
    offices.apply(office("Ландыш"), by=ME)
    with pytest.raises(NotFound):
        offices.remove("Ромашка", by=ME)


def test_one_damaged_configuration_leaves_the_others_alone(
    offices: Offices, database: Database
) -> None:
    offices.apply(office(), by=ME)
    offices.apply(office("Ландыш", "101"), by=ME)
    with database.session() as session:
        session.execute(
            update(CompanyRow).where(CompanyRow.name == "Ландыш").values(config='{"speed": 1}')
        )
        session.execute(update(ConfigVersionRow).values(version=ConfigVersionRow.version + 1))

    assert offices.names() == ["Ромашка"]
    offices.apply(office("Ландыш", "102"), by=ME)
    assert offices.names() == ["Ландыш", "Ромашка"]


def site(company_id: str, numbers: dict[str, Target], timezone: str = "Europe/Moscow") -> Site:
    company = Company(name=company_id, timezone=timezone)
    return Site(company_id, Office(company=company, numbers=numbers))


def test_a_number_of_the_whole_world_wins_over_another_spelling() -> None:
    moscow = site("moscow", {"74951234567": Target(voicemail=True)})
    hanoi = site("hanoi", {"84951234567": Target(voicemail=True)}, "Asia/Ho_Chi_Minh")
    assert Directory(1, {"moscow": moscow}).find("84951234567") is moscow
    both = Directory(2, {"moscow": moscow, "hanoi": hanoi})
    assert both.find("84951234567") is hanoi
    assert both.find("74951234567") is moscow
    assert both.find("nobody") is None
    assert both.find("") is None


@pytest.mark.parametrize("order", [("hanoi", "moscow"), ("moscow", "hanoi")])
def test_no_spelling_takes_the_calls_of_another_company(order: tuple[str, str]) -> None:
    sites = {
        "moscow": site("moscow", {"84951112233": Target(voicemail=True)}),
        "hanoi": site("hanoi", {"+84951112233": Target(voicemail=True)}, "Asia/Ho_Chi_Minh"),
    }
    directory = Directory(1, {name: sites[name] for name in order})
    for dialled in ("+84951112233", "+84 95 111 22 33", "84951112233", "0951112233"):
        assert directory.find(dialled) is sites["hanoi"], dialled
    for dialled in ("+74951112233", "74951112233"):
        assert directory.find(dialled) is sites["moscow"], dialled
    told = "84951112233 may be a number of “{}” too: calls to it go to “hanoi”"
    assert [sentence(problem) for problem in directory.contested("moscow")] == [
        f"numbers.84951112233: {told.format('hanoi')}"
    ]
    assert [sentence(problem) for problem in directory.contested("hanoi")] == [
        f"numbers.+84951112233: {told.format('moscow')}"
    ]


def test_a_plus_is_never_read_as_a_spelling_at_home() -> None:
    moscow = site("moscow", {"84951112233": Target(voicemail=True)})
    directory = Directory(1, {"moscow": moscow})
    assert directory.find("+84951112233") is None
    assert moscow.target("+84951112233") is None
    assert moscow.target("84951112233") == moscow.target("+74951112233") == Target(voicemail=True)
    assert list(directory.contested("moscow")) == []


def test_a_site_knows_where_each_of_its_numbers_leads() -> None:
    here = site("a", {"+7 495 123-45-67": Target(menu="main"), "101": Target(employee="101")})
    assert here.target("84951234567") == Target(menu="main")
    assert here.target("101") == Target(employee="101")
    assert here.target("102") is None


subscribers = st.integers(0, 9_999_999).map(lambda n: f"495{n:07d}")
spellings = st.sampled_from(["+7{}", "7{}", "8{}", "+7 {}", "8-{}"])


@settings(max_examples=60)
@given(st.lists(subscribers, min_size=2, max_size=6, unique=True), spellings, spellings)
def test_every_number_finds_its_own_company_in_every_spelling(
    numbers: list[str], written: str, dialled: str
) -> None:
    sites = {
        number: site(number, {written.format(number): Target(voicemail=True)}) for number in numbers
    }
    directory = Directory(1, sites)
    for number in numbers:
        assert directory.find(dialled.format(number)) is sites[number]


def test_a_change_of_one_company_reads_no_other_again(
    offices: Offices, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, number in (("Ромашка", "74951234567"), ("Лютик", "74951234568")):
        offices.apply(office(name, number), by=ME)
    before = offices.snapshot()
    read: list[str] = []
    parse = Office.model_validate_json

    def counted(text: str, **options: Any) -> Office:
        found = parse(text, **options)
        read.append(found.company.name)
        return found

    monkeypatch.setattr(Office, "model_validate_json", counted)
    offices.apply(office("Лютик", "74951234569"), by=ME)
    read.clear()
    after = offices.snapshot()

    assert read == ["Лютик"]
    assert after.find("74951234569") is not None
    romashka = offices.site("Ромашка").company_id
    assert after.offices[romashka] is before.offices[romashka]

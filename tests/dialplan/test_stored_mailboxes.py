"""The keeper over the real storage: PINs, messages and their audio, as listeners have them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database.tables import AuditRow
from storage.intake.intake import Kept
from storage.intake.mailboxes import employee_mailbox
from storage.office import parse_office
from telephony.call import Caller
from telephony.scripted import Script, ScriptedCall
from tests.acting import ME
from tests.dialplan.house import House
from tests.speech import speak

OFFICE = """
[company]
name = "Лилия"
language = "en"
[numbers]
"800" = { mailbox = true }
[employees.101]
name = "Анна"
endpoint = "PJSIP/101"
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.offices.apply(parse_office(OFFICE), by=ME)
    yield house
    house.close()


@pytest.fixture
def message(house: House, tmp_path: Path) -> str:
    """One for Anna, whose PIN is 4711."""
    site = house.offices.site("Лилия")
    house.reception.pins.set(site.company_id, "101", "4711", by=ME)
    outcome = house.intake.take_in(
        speak("Перезвоните мне, пожалуйста.", path=tmp_path / "in.wav"),
        mailbox=employee_mailbox(site, "101"),
        caller_number="79161234567",
        caller_name="",
        dialled="74951234567",
        received_at=datetime.now(UTC),
        source="ari",
        min_speech=0.5,
    )
    assert isinstance(outcome, Kept)
    return outcome.id


async def listens(house: House, keys: str, endpoint: str = "PJSIP/trunk") -> ScriptedCall:
    """A call to 800 with these keys."""
    call = ScriptedCall("800", Script(keys=keys), caller=Caller("79990000000"), endpoint=endpoint)
    await house.reception.take(call, ["call", "800"])
    return call


async def test_a_message_is_heard_and_its_copy_goes(house: House, message: str) -> None:
    call = await listens(house, "101#4711#")
    assert "play the message" in call.steps
    assert house.messages.get(message).state == "heard"
    assert list(house.recordings.iterdir()) == []


async def test_kept_as_new_it_stays_new(house: House, message: str) -> None:
    await listens(house, "101#4711##2")
    contents = house.reception.mailboxes.contents(*anna(house))
    assert contents.new == (message,)


async def test_ones_own_phone_is_known_by_its_endpoint(house: House, message: str) -> None:
    await listens(house, "", endpoint="PJSIP/101")
    assert house.messages.get(message).state == "heard"


@pytest.mark.parametrize("keys", ["101#4712#", "102#4711#", "4711#4711#"])
async def test_nobody_else_hears_it(keys: str, house: House, message: str) -> None:
    call = await listens(house, keys)
    assert "play the message" not in call.steps
    assert house.messages.get(message).state == "new"


async def test_what_was_typed_for_an_extension_stands_nowhere(
    house: House, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await listens(house, "4711#4711#")
    assert "4711" not in capsys.readouterr().out
    with house.database.reading() as session:
        rows = session.scalars(select(AuditRow)).all()
    assert not [row for row in rows if "4711" in f"{row.who} {row.subject} {row.details}"]


def anna(house: House) -> tuple[str, str]:
    """Her company's id, and hers."""
    company_id = house.offices.site("Лилия").company_id
    found = house.reception.mailboxes.person(company_id, "101")
    assert found
    return company_id, found

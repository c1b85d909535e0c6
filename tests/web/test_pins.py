"""PINs on the page and over the API: set by oneself, and by administrators; never told."""

from __future__ import annotations

import re
from typing import Final

import pytest
from httpx2 import Response

from storage.accounts.pins import PinRefused, Proven
from storage.actor import Actor
from storage.companies.reassigning import reassign
from tests.web.conftest import COMPANY, NOBODY, PASSWORD, Front, Visitor

PIN: Final = "4711"
ACCOUNT: Final = "/account/pin/101"
HERS: Final = "/employees/101/pin"
API: Final = "/api/v1"
OWN: Final = f"{API}/me/phones/101/pin"
LINE: Final = Actor(name="phone", via="phone")


@pytest.fixture
def anna(front: Front) -> Visitor:
    return front.visitor("anna")


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


def opens(front: Front, pin: str = PIN) -> Proven:
    """By phone."""
    company_id = front.site.company_id
    return front.services.pins.check(
        company_id, "101", pin, caller="79160000000", own_phone=False, by=LINE
    )


def lock(front: Front) -> None:
    for number in range(5):
        with pytest.raises(PinRefused):
            opens(front, f"953{number}")


def own_form(visitor: Visitor, pin: str = PIN, current: str = PASSWORD) -> Response:
    return visitor.post(ACCOUNT, data={"pin": pin, "pin_current": current})


def test_an_employee_sets_a_pin(front: Front, anna: Visitor) -> None:
    page = anna.get("/account").text
    assert "ПИН-код номера 101" in page and "ПИН-код не задан." in page
    assert own_form(anna, "47 11").headers["location"] == "/account"
    assert "ПИН-код задан." in anna.get("/account").text
    assert not opens(front).must_change
    assert anna.get(OWN).json() == {"is_set": True, "must_change": False, "locked_until": None}


@pytest.mark.parametrize(
    ("pin", "current", "sentence"),
    [
        ("1234", PASSWORD, "легко угадать: цифры идут подряд"),
        ("12", PASSWORD, "ПИН-код — это от 4 до 12 цифр"),
        ("0101", PASSWORD, "легко угадать: это внутренний номер или почти он"),
        (PIN, "", "Введите свой текущий пароль"),
        (PIN, "not my password", "Неверный текущий пароль"),
    ],
)
def test_what_does_not_do_is_told_at_its_field(
    front: Front, anna: Visitor, pin: str, current: str, sentence: str
) -> None:
    refused = own_form(anna, pin, current)
    assert refused.status_code == 422
    field = "new-pin-101" if current == PASSWORD else "pin-current-101"
    assert re.search(f'id="{field}-error">.*?{sentence}', refused.text, re.DOTALL)
    assert f'value="{pin}"' not in refused.text
    assert not front.services.pins.state(front.site.company_id, "101").is_set


def test_an_administrator_sets_unlocks_and_removes_one(front: Front, olga: Visitor) -> None:
    assert f'href="{HERS}"' in olga.get("/employees/101").text
    assert "ПИН-код не задан." in olga.get(HERS).text
    answer = olga.post(HERS, data={"pin": PIN, "current": PASSWORD})
    assert answer.headers["location"] == HERS
    assert not opens(front).must_change
    lock(front)
    assert "Заблокирован до:" in olga.get(HERS).text
    assert olga.post(f"{HERS}/unlock", data={"current": "no"}).status_code == 422
    olga.post(f"{HERS}/unlock", data={"current": PASSWORD})
    assert "Заблокирован" not in olga.get(HERS).text
    assert opens(front)
    olga.post(f"{HERS}/remove")
    assert "ПИН-код не задан." in olga.get(HERS).text
    told = olga.get("/audit?action=pin.").text
    for words in ("ПИН-код задан", "Неверный ПИН-код", "ПИН-код разблокирован", "Звонящий"):
        assert words in told
    assert PIN not in told


@pytest.mark.parametrize("way", ["", "/one-time", "/unlock"])
def test_who_stole_a_session_changes_nothing(front: Front, olga: Visitor, way: str) -> None:
    refused = olga.post(f"{HERS}{way}", data={"pin": PIN, "current": "not my password"})
    assert refused.status_code == 422
    assert "Неверный текущий пароль" in refused.text
    assert olga.post(f"{HERS}", data={"pin": "1987", "current": PASSWORD}).status_code == 422
    assert not front.services.pins.state(front.site.company_id, "101").is_set


def test_a_one_time_pin_is_shown_once(front: Front, olga: Visitor, anna: Visitor) -> None:
    shown = olga.post(f"{HERS}/one-time", data={"current": PASSWORD}).text
    found = re.search(r'id="secret"[^>]*value="([0-9]{6})"', shown)
    assert found
    assert opens(front, found[1]).must_change
    assert "Задан одноразовый ПИН-код" in anna.get("/account").text
    assert found[1] not in olga.get(HERS).text
    assert "это тот самый ПИН-код, который нужно сменить" in own_form(anna, found[1]).text
    own_form(anna)
    assert not opens(front).must_change


def test_the_same_over_the_api(front: Front, olga: Visitor, anna: Visitor) -> None:
    api = f"{API}{HERS}"
    named = {"pin": PIN, "current": PASSWORD}
    assert anna.put(OWN, json={**named, "current": "no"}).status_code == 422
    assert anna.put(OWN, json={**named, "pin": "2026"}).status_code == 422
    assert anna.put(OWN, json=named).status_code == 204
    assert opens(front)
    lock(front)
    assert anna.get(OWN).json()["locked_until"]
    assert olga.post(f"{api}/unlock", json={"current": PASSWORD}).status_code == 204
    made = olga.post(f"{api}/one-time", json={"current": PASSWORD})
    assert made.status_code == 201
    assert opens(front, made.json()["pin"]).must_change
    assert olga.get(api).json() == {"is_set": True, "must_change": True, "locked_until": None}
    assert olga.put(api, json={**named, "pin": "852063"}).status_code == 204
    assert not opens(front, "852063").must_change
    assert olga.delete(api).status_code == 204
    assert olga.delete(api).status_code == 404
    assert olga.get(f"{API}/employees/199/pin").status_code == 404


def test_who_gives_a_pin_is_set(front: Front, olga: Visitor) -> None:
    settings = {"min_seconds": "1", "max_seconds": "60", "silence_seconds": "5"}
    assert re.search(r'value="outside" checked', olga.get("/mailbox").text)
    olga.post("/mailbox", data={**settings, "pin": "always"})
    assert front.site.office.voicemail.pin == "always"
    olga.post("/mailbox", data=settings)
    assert front.site.office.voicemail.pin == "always", "a form of yesterday does not know of it"
    assert olga.post("/mailbox", data={**settings, "pin": "perhaps"}).status_code == 422
    # Nor does a client of yesterday.
    assert olga.put(f"{API}/mailbox", json={"max_seconds": 60}).json()["pin"] == "always"
    assert olga.put(f"{API}/mailbox", json={"pin": "never"}).json()["pin"] == "never"
    assert "ПИН-код по телефону" in olga.get("/audit").text


def test_the_configuration_neither_tells_nor_touches_pins(front: Front) -> None:
    pins, offices = front.services.pins, front.services.offices
    pins.set(front.site.company_id, "101", PIN, by=NOBODY)
    before = front.site.office
    employees = {"102": before.employees["102"]}
    gone = before.model_copy(update={"employees": employees, "menus": {}, "numbers": {}})
    offices.apply(gone, by=NOBODY)
    offices.apply(before, by=NOBODY)
    assert opens(front)
    assert "argon2" not in repr(before)


def test_a_pin_moves_with_its_owner_and_a_successor_has_none(front: Front) -> None:
    pins, offices, company_id = front.services.pins, front.services.offices, front.site.company_id
    pins.set(company_id, "102", PIN, by=NOBODY)
    before = front.site.office
    anna, boris = before.employees["101"], before.employees["102"]
    offices.apply(before.model_copy(update={"employees": {"101": anna, "105": boris}}), by=NOBODY)
    assert pins.state(company_id, "105").is_set
    reassign(offices, COMPANY, "105", "Глеб Волков", messages="hand-over", by=NOBODY)
    assert not pins.state(company_id, "105").is_set

"""Whoever administers one company does not reach beyond it, by page or by script."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from tests.storage.companies.test_bounds import HOSTILE
from tests.web.api.front import problem, script
from tests.web.conftest import (
    COMPANY,
    NOBODY,
    OTHER_COMPANY,
    OTHER_NUMBER,
    PASSWORD,
    SPARE_NUMBER,
    Front,
    Visitor,
)

FORM = {"name": "Анна Щукина", "numbers": "101", "ring_timeout": "20"}
REFUSED_PHONE = "is not one of the phones that this company may use"
FOREIGN = ("+4930123456", "8104930123456", "88091234567", "+881612345678", "+88216123456789")


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


@pytest.fixture
def api(front: Front) -> TestClient:
    return script(front, "olga")


@pytest.mark.parametrize("endpoint", HOSTILE)
def test_no_form_takes_a_phone_that_is_none_of_the_companys(
    front: Front, olga: Visitor, endpoint: str
) -> None:
    before = front.site.office
    answer = olga.post("/employees/101", data={**FORM, "endpoint": endpoint})
    assert answer.status_code == 422
    assert f"«{endpoint}» не входит в число телефонов, доступных этой компании" in answer.text
    new = {**FORM, "extension": "103", "numbers": "103", "endpoint": endpoint}
    answer = olga.post("/employees/new", data=new)
    assert answer.status_code == 422
    assert "не входит в число телефонов" in answer.text
    assert front.site.office == before


@pytest.mark.parametrize("endpoint", HOSTILE)
def test_no_script_sends_a_phone_that_is_none_of_the_companys(
    front: Front, api: TestClient, endpoint: str
) -> None:
    before = front.site.office
    for extension in ("101", "103"):
        told = problem(
            api.put(f"employees/{extension}", json={"name": "Анна", "endpoint": endpoint}), 422
        )
        assert told["problems"] == [f"employees.{extension}.endpoint: “{endpoint}” {REFUSED_PHONE}"]
    assert front.site.office == before


def test_the_form_offers_the_phones_there_are(front: Front, olga: Visitor) -> None:
    def offered(page: str) -> list[str]:
        select = re.search(r'<select id="endpoint".*?</select>', page, re.DOTALL)
        assert select is not None
        return re.findall(r'<option value="([^"]*)"', select[0])

    assert offered(olga.get("/employees/101").text) == ["PJSIP/101"]
    assert "PJSIP/НОМЕР, по внутреннему номеру" in olga.get("/employees/new").text
    front.services.allowances.set(
        front.site.company_id,
        endpoint_pattern="PJSIP/r{extension}",
        endpoints="PJSIP/hall",
        by=NOBODY,
    )
    assert offered(olga.get("/employees/101").text) == ["PJSIP/r101", "PJSIP/hall", "PJSIP/101"]
    assert offered(olga.get("/employees/new").text) == ["", "PJSIP/hall"]
    new = {**FORM, "extension": "103", "numbers": "103"}
    assert olga.post("/employees/new", data={**new, "endpoint": ""}).status_code == 303
    assert front.site.office.employees["103"].endpoint == "PJSIP/r103"


def test_where_the_operator_has_decided_nothing_that_is_said(front: Front) -> None:
    rival = front.visitor("rival")
    company_id = front.services.offices.site(OTHER_COMPANY).company_id
    front.services.allowances.set(company_id, endpoint_pattern="", by=NOBODY)
    said = "Администратор сервера ещё не указал, какие телефоны доступны этой компании"
    assert said in rival.get("/employees/new").text
    new = {**FORM, "extension": "103", "numbers": "103"}
    answer = rival.post("/employees/new", data=new)
    assert answer.status_code == 422
    assert "администратор сервера ещё не указал" in answer.text
    assert "администратор сервера ещё не указал" in rival.get("/problems").text
    # What is there stays, and is sent back.
    other_name = {"name": "Анна Лис", "person": "same"}
    assert rival.post("/employees/101", data={**FORM, **other_name}).status_code == 303
    kept = front.services.offices.get(OTHER_COMPANY).employees["101"]
    assert (kept.name, kept.endpoint) == ("Анна Лис", "PJSIP/101")
    told = problem(script(front, "rival").put("employees/103", json={"name": "Анна"}), 422)
    assert told["problems"] == [
        "employees.103.endpoint: the server's administrator has not said yet which phones this "
        "company may use"
    ]


def test_a_script_sends_back_what_the_operator_has_set(front: Front, api: TestClient) -> None:
    front.services.offices.edit(
        COMPANY,
        lambda office: office.model_copy(
            update={
                "employees": {
                    **office.employees,
                    "101": office.employees["101"].model_copy(update={"endpoint": "Local/7@desk"}),
                }
            }
        ),
        by=NOBODY,
    )
    told = api.get("employees/101").json()
    assert told["endpoint"] == "Local/7@desk"
    sent = {name: value for name, value in told.items() if name != "extension"}
    assert (
        api.put("employees/101", json={**sent, "name": "Анна"}).json()["endpoint"] == "Local/7@desk"
    )
    problem(api.put("employees/104", json=sent), 422)
    assert {
        "severity": "warning",
        "where": "employees.101.endpoint",
        "message": f"“Local/7@desk” {REFUSED_PHONE}",
    } in api.get("problems").json()["items"]


def test_what_is_allowed_can_be_asked_for(front: Front, api: TestClient) -> None:
    front.services.allowances.set(front.site.company_id, endpoints="PJSIP/hall", by=NOBODY)
    assert api.get("company/allowance").json() == {
        "endpoint_pattern": "PJSIP/{extension}",
        "endpoints": ["PJSIP/hall"],
        "allow": "national",
        "numbers": [
            {"number": "*1#", "in_use": False},
            {"number": "200", "in_use": False},
            {"number": "74951234567", "in_use": True},
            {"number": "74952223344", "in_use": False},
        ],
    }
    problem(script(front, "anna").get("company/allowance"), 403)


@pytest.mark.parametrize("number", FOREIGN)
def test_no_form_leads_calls_to_a_number_that_may_not_be_dialled(
    front: Front, olga: Visitor, number: str
) -> None:
    before = front.site.office
    said = f"на номер {number} этой компании звонить не разрешено"
    for address, form in (
        (
            "/employees/101",
            {**FORM, "endpoint": "PJSIP/101", "busy": "dial", "busy_number": number},
        ),
        ("/menus/main/keys", {"key": "5", "action.kind": "dial", "action.number": number}),
    ):
        answer = olga.post(address, data=form)
        assert answer.status_code == 422, address
        assert said in answer.text, address
    assert front.site.office == before


@pytest.mark.parametrize("number", FOREIGN)
def test_no_script_leads_calls_to_a_number_that_may_not_be_dialled(
    front: Front, api: TestClient, number: str
) -> None:
    before = front.site.office
    dial = {"action": "dial", "number": number}
    several = {"action": "ring", "employees": ["101", "102"], "no_answer": dial}
    refused = f"{number} is not one of the numbers that this company may dial"
    for address, body, place in (
        ("employees/101/forward/always", dial, "employees.101.forward.always"),
        ("menus/main/keys/5", dial, "menus.main.keys.5"),
        ("menus/main/keys/5", several, "menus.main.keys.5.no_answer"),
        ("menus/night", {"greeting": "sound:vm-intro", "default": dial}, "menus.night.default"),
        ("employees/104", {"name": "Д", "forward": {"busy": dial}}, "employees.104.forward.busy"),
    ):
        assert problem(api.put(address, json=body), 422)["problems"] == [f"{place}: {refused}"]
    assert front.site.office == before


def test_in_english_too(front: Front, olga: Visitor) -> None:
    front.services.users.change(front.user("olga").id, language="en", by=NOBODY)
    form = {**FORM, "endpoint": "IAX2/x@y", "always": "dial", "always_number": "+4930123456"}
    page = olga.post("/employees/101", data=form).text
    assert f"“IAX2/x@y” {REFUSED_PHONE}" in page
    assert "+4930123456 is not one of the numbers that this company may dial" in page
    page = olga.post("/numbers", data={"number": OTHER_NUMBER, "target": "voicemail"}).text
    assert "is not yours: the server&#39;s administrator assigns numbers" in page


def test_one_and_the_same_is_said_of_anothers_number_and_of_nobodys(
    front: Front, olga: Visitor, api: TestClient
) -> None:
    told = []
    for number in (OTHER_NUMBER, "74959998877"):
        page = olga.post("/numbers", data={"number": number, "target": "voicemail"})
        answer = api.put(f"numbers/{number}", json={"voicemail": True})
        assert (page.status_code, answer.status_code) == (422, 422)
        assert OTHER_COMPANY not in page.text + answer.text
        told.append((page.text + answer.text).replace(number, "NUMBER"))
    # The form shows the number also as it is written.
    assert "не ваш" in told[0]
    assert re.sub(r"\s+", " ", told[0]) == re.sub(r"\s+", " ", told[1])


def test_assigned_numbers_are_shown_until_they_are_used(
    front: Front, olga: Visitor, api: TestClient
) -> None:
    assert "Выделены вашей компании" in olga.get("/numbers").text
    assert "+7 495 222-33-44" in olga.get("/numbers").text
    for number in (SPARE_NUMBER, "200", "*1#"):
        assert api.put(f"numbers/{quote(number)}", json={"voicemail": True}).status_code == 200
    assert "Выделены вашей компании" not in olga.get("/numbers").text


def test_a_login_that_is_taken_is_not_told_with_a_name(front: Front, api: TestClient) -> None:
    front.services.users.change(front.user("rival").id, name="Роза Тайнова", by=NOBODY)
    taken = {"login": "Rival", "name": "Кто-то", "role": "employee"}
    told = problem(api.post("users", json=taken), 422)
    assert told["problems"] == ["login: “rival” is taken"]
    page = front.visitor("olga").post("/users/new", data={**taken, "current": PASSWORD})
    assert page.status_code == 422
    assert "«rival»" in page.text
    for secret in (OTHER_COMPANY, "Роза Тайнова"):
        assert secret not in page.text + str(told)


def test_a_company_that_is_renamed_meanwhile_hears_of_no_other(
    front: Front, olga: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    offices = front.services.offices
    seen, ask = [offices.snapshot()], offices.snapshot
    offices.rename(COMPANY, "Василёк", by=NOBODY)
    # It is renamed while the request is on its way.
    monkeypatch.setattr(offices, "snapshot", lambda: seen.pop() if seen else ask())
    page = olga.post("/numbers", data={"number": "200", "target": "voicemail"})
    assert OTHER_COMPANY not in page.text
    assert page.status_code == 303
    assert "200" in offices.get("Василёк").numbers


def test_what_the_operator_decides_stands_in_the_companys_log(front: Front, olga: Visitor) -> None:
    front.services.allowances.set(front.site.company_id, allow="national, +49", by=NOBODY)
    page = olga.get("/audit").text
    assert "Разрешено администратором сервера" in page
    assert "Номера, на которые можно звонить" in page
    assert "<bdi>national, +49</bdi>" in page
    assert "Номер выделен компании" in page
    assert "Номер выделен компании" not in front.visitor("rival").get("/audit").text

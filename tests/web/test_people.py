"""An extension goes to somebody else, somebody leaves: page and API tell whose what is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from starlette.testclient import TestClient

from storage.companies.reassigning import OldMessages, reassign
from storage.office import Office
from storage.office.edit import with_fields, without_entry
from tests.web.api.front import problem, script
from tests.web.conftest import NOBODY, PASSWORD, Front, Visitor

FORM = {"name": "Вера Королёва", "numbers": "101", "endpoint": "PJSIP/101", "ring_timeout": "20"}


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


@pytest.fixture
def boss(front: Front) -> Iterator[TestClient]:
    with script(front, "olga") as client:
        yield client


def listed(visitor: Visitor, address: str = "/messages") -> list[str]:
    """The ids of the messages on a page."""
    return list(
        dict.fromkeys(re.findall(r'href="/messages/([0-9a-f-]{36})', visitor.get(address).text))
    )


def hire(front: Front, login: str, extension: str) -> Visitor:
    """Somebody with an account, logged in."""
    front.services.users.add(
        company_id=front.site.company_id,
        login=login,
        name=login.title(),
        role="employee",
        extensions=[extension],
        password=PASSWORD,
        by=NOBODY,
    )
    _, token = front.services.sessions.log_in(login, PASSWORD, address="127.0.0.1", agent="tests")
    front.tokens = {**front.tokens, login: token}
    return front.visitor(login)


def give(front: Front, name: str, messages: OldMessages) -> None:
    reassign(front.services.offices, "Ромашка", "101", name, messages=messages, by=NOBODY)


def test_another_name_asks_who_it_is(front: Front, olga: Visitor) -> None:
    asked = olga.post("/employees/101", data=FORM)

    assert asked.status_code == 422
    page = unescape(asked.text)
    assert "выберите, чей это номер" in page
    assert "Чей теперь внутренний номер 101?" in page
    assert "прежние сообщения остаются у прежнего владельца (Анна Щукина)" in page
    assert 'value="Вера Королёва"' in page
    assert "checked" not in page.split('name="person"', 1)[1].split("</fieldset>")[0]
    assert front.site.office.employees["101"].name == "Анна Щукина"

    before = front.user("anna").people
    assert olga.post("/employees/101", data={**FORM, "person": "nobody"}).status_code == 422
    assert olga.post("/employees/101", data={**FORM, "person": "same"}).status_code == 303
    after = front.user("anna").people
    assert [(p.id, p.name) for p in after] == [(before[0].id, "Вера Королёва")]
    same = olga.post("/employees/101", data={**FORM, "person": "keep"})
    assert "номер уже принадлежит этому человеку" in same.text


def test_old_messages_stay_with_the_predecessor(front: Front, olga: Visitor) -> None:
    old = front.receive(front.box_of("101"))

    saved = olga.post("/employees/101", data={**FORM, "person": "keep"})
    new = front.receive(front.box_of("101"))
    vera, anna = hire(front, "vera", "101"), front.visitor("anna")

    assert saved.status_code == 303
    assert (listed(vera), listed(anna), listed(olga)) == ([new], [old], [new, old])
    assert listed(olga, "/messages?employee=101") == [new]
    for visitor, hidden in ((vera, old), (anna, new)):
        for what in ("", "/audio", "/download"):
            assert visitor.get(f"/messages/{hidden}{what}").status_code == 404
    former = front.user("anna").former[0]
    page = unescape(olga.get("/messages").text)
    assert f'<option value="employee:{former.id}">Анна Щукина · прежний владелец номера 101' in page
    assert listed(olga, f"/messages?employee={former.id}") == [old]
    log = unescape(olga.get("/audit?action=employee.").text)
    assert "Внутренний номер передан другому" in log
    assert "Прежние сообщения остаются у" in log


def test_old_messages_are_handed_over(front: Front, olga: Visitor) -> None:
    old = front.receive(front.box_of("101"))

    olga.post("/employees/101", data={**FORM, "person": "hand-over"})

    assert listed(hire(front, "vera", "101")) == [old]
    assert listed(front.visitor("anna")) == []
    assert "Передано сообщений" in olga.get("/audit?action=employee.").text


def test_a_greeting_of_the_predecessors_goes(front: Front, olga: Visitor) -> None:
    digest = front.site.office.prompts["main"].audio
    assert digest is not None
    front.services.offices.set_recorded_prompt(
        front.site.company_id, "greeting-101", digest, by=NOBODY
    )
    assert front.site.office.employees["101"].greeting == "prompt:greeting-101"

    olga.post("/employees/101", data={**FORM, "greeting": "prompt:greeting-101", "person": "keep"})

    assert front.site.office.employees["101"].greeting is None
    assert "greeting-101" not in front.site.office.prompts


def test_any_greeting_of_the_predecessors_goes_unless_another_is_chosen(
    front: Front, olga: Visitor
) -> None:
    def with_greeting(office: Office) -> Office:
        anna = with_fields(office.employees["101"], greeting="prompt:main")
        return with_fields(office, employees={**office.employees, "101": anna})

    front.services.offices.edit("Ромашка", with_greeting, by=NOBODY)
    form = {**FORM, "greeting": "prompt:main"}
    olga.post("/employees/101", data={**form, "name": "Анна Вторая", "person": "same"})
    assert front.site.office.employees["101"].greeting == "prompt:main"
    olga.post("/employees/101", data={**form, "person": "keep"})
    assert front.site.office.employees["101"].greeting is None
    assert "main" in front.site.office.prompts

    olga.post("/employees/101", data={**form, "name": "Глеб", "person": "hand-over"})
    assert front.site.office.employees["101"].greeting == "prompt:main"


def test_the_predecessors_account_has_no_phone(front: Front) -> None:
    give(front, "Вера", "keep")

    with script(front, "anna") as anna:
        assert anna.get("me/phones").json()["items"] == []
        problem(anna.patch("me/phones/101", json={"ring_timeout": 9}), 404)
        problem(anna.post("me/phones/101/greeting/record"), 404)
    assert front.visitor("anna").get("/account").status_code == 200


def test_stale_accounts_are_named_and_mended(front: Front, olga: Visitor, boss: TestClient) -> None:
    usual = boss.get("problems").json()["items"]
    old = front.receive(front.box_of("101"))
    give(front, "Вера", "keep")
    anna = front.user("anna")
    former = anna.former[0]

    page = unescape(olga.get("/problems").text)
    assert f'<a href="/users/{anna.id}">Учётная запись anna</a>' in page
    assert "Анна Щукина · прежний владелец номера 101" in page
    (item,) = (each for each in boss.get("problems").json()["items"] if each not in usual)
    assert (item["severity"], item["where"]) == ("warning", "users.anna")
    assert "Анна Щукина" in item["message"]
    told = boss.get(f"users/{anna.id}").json()
    assert told["extensions"] == []
    assert told["former"] == [{"id": former.id, "extension": "101", "name": "Анна Щукина"}]

    form = olga.get(f"/users/{anna.id}").text
    assert re.search(rf'value="{former.id}" checked', form)
    assert "прежний владелец" in olga.get("/users").text
    fields = {"login": "anna", "name": "Анна", "role": "employee"}
    olga.post(f"/users/{anna.id}", data={**fields, "extensions": [former.id, "102"]})
    assert front.user("anna").bound == ("102", former.id)
    assert listed(front.visitor("anna")) == [old]
    olga.post(f"/users/{anna.id}", data={**fields, "extensions": ["102"]})
    assert front.user("anna").bound == ("102",)
    assert listed(front.visitor("anna")) == []
    assert boss.get("problems").json()["items"] == usual


def test_who_is_removed_keeps_what_was_left_for_her(front: Front, olga: Visitor) -> None:
    old = front.receive(front.box_of("101"))
    anna = front.visitor("anna")
    front.services.offices.edit(
        "Ромашка",
        lambda office: with_fields(
            office,
            employees=without_entry(office.employees, "101", "employee"),
            menus={
                name: menu.model_copy(update={"keys": {}}) for name, menu in office.menus.items()
            },
        ),
        by=NOBODY,
    )

    assert listed(anna) == [old]
    assert "Анна Щукина · прежний владелец номера 101" in olga.get("/problems").text
    added = {**FORM, "extension": "101"}
    assert olga.post("/employees/new", data=added).status_code == 303
    new = front.receive(front.box_of("101"))
    assert listed(anna) == [old]
    assert anna.get(f"/messages/{new}").status_code == 404
    assert listed(hire(front, "vera", "101")) == [new]


def test_the_api_must_say_whose_the_messages_are(front: Front, boss: TestClient) -> None:
    old = front.receive(front.box_of("101"))

    problem(boss.post("employees/101/reassign", json={"name": "Вера"}), 422)
    problem(boss.post("employees/999/reassign", json={"name": "Вера", "messages": "keep"}), 404)
    told = problem(
        boss.post("employees/101/reassign", json={"name": "анна щукина", "messages": "keep"}), 422
    )
    assert told["problems"] == ["name: the extension is this person's already"]
    answer = boss.post("employees/101/reassign", json={"name": "Вера", "messages": "keep"})

    assert (answer.status_code, answer.json()["name"]) == (200, "Вера")
    assert boss.get("messages", params={"employee": "101"}).json()["items"] == []
    former = front.user("anna").former[0].id
    (found,) = boss.get("messages", params={"employee": former}).json()["items"]
    assert found["id"] == old


def test_put_with_another_name_is_the_same_person(front: Front, boss: TestClient) -> None:
    old = front.receive(front.box_of("101"))

    boss.put("employees/101", json={"name": "Анна Королёва"})

    assert listed(front.visitor("anna")) == [old]
    assert front.user("anna").extensions == ("101",)

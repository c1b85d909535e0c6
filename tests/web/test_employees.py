"""Employees on the page: their phones, and where their calls go."""

from __future__ import annotations

import re

import pytest

from storage.office import Dial, Employee, Nothing, Ring, Voicemail
from tests.web.conftest import NOBODY, Front, Visitor

FORM = {
    "name": "Анна Щукина",
    "numbers": "101, +7 916 000-11-22",
    "endpoint": "PJSIP/101",
    "ring_timeout": "20",
}


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


def employee(front: Front, extension: str = "101") -> Employee:
    return front.site.office.employees[extension]


def selected(page: str, rule: str) -> str:
    """What a rule's choice shows."""
    choice = re.search(rf'<select id="{rule}".*?</select>', page, re.DOTALL)
    assert choice is not None
    chosen = re.search(r'<option value="([^"]*)" selected', choice[0])
    assert chosen is not None
    return chosen[1]


def test_the_list_tells_where_calls_go_and_who_has_an_account(olga: Visitor) -> None:
    page = olga.get("/employees").text
    assert "Анна Щукина" in page
    assert re.search(r"Нет ответа: Голосовая почта\s+через 15 с", page)
    assert ">anna</a>" in page
    vera = {"extension": "103", "endpoint": "", "numbers": "", "name": "Вера"}
    olga.post("/employees/new", data={**FORM, **vera})
    assert "/users/new?extension=103" in olga.get("/employees").text


def test_the_form_shows_what_is_set(olga: Visitor) -> None:
    page = olga.get("/employees/101").text
    assert 'value="101, +7 916 000-11-22"' in page
    assert selected(page, "no_answer") == "voicemail"
    assert re.search(r'name="after"[^>]*value="15"', page)
    assert selected(page, "busy") == ""
    assert "/messages?box=employee&amp;employee=101" in page


def test_every_rule_can_lead_anywhere(front: Front, olga: Visitor) -> None:
    answer = olga.post(
        "/employees/101",
        data={
            **FORM,
            "no_answer": "voicemail",
            "after": "7,5",
            "busy": "ring 102",
            "unreachable": "dial",
            "unreachable_number": "+7 495 765-43-21",
        },
    )
    assert answer.status_code == 303
    forward = employee(front).forward
    assert (forward.no_answer, forward.no_answer_after) == (Voicemail(), 7.5)
    assert forward.busy == Ring(employee="102")
    assert forward.unreachable == Dial(number="+74957654321")
    assert forward.always is None
    page = olga.get("/employees/101").text
    assert selected(page, "busy") == "ring 102"
    assert selected(page, "unreachable") == "dial"
    assert "+74957654321" in page

    olga.post("/employees/101", data={**FORM, "no_answer": "voicemail 102", "always": "nothing"})
    forward = employee(front).forward
    assert forward.no_answer == Voicemail(employee="102")
    assert forward.no_answer_after is None
    assert forward.always == Nothing()
    assert (forward.busy, forward.unreachable) == (None, None)


def test_an_employee_is_added_with_the_usual_settings(front: Front, olga: Visitor) -> None:
    form = olga.get("/employees/new").text
    assert [selected(form, rule) for rule in ("no_answer", "busy", "unreachable", "always")] == [
        *("voicemail", "voicemail", "voicemail", "")
    ]
    answer = olga.post(
        "/employees/new",
        data={"extension": "103", "name": "Вера", "ring_timeout": "15", "busy": "voicemail"},
    )
    assert answer.headers["location"] == "/employees/103"
    added = employee(front, "103")
    assert (added.name, added.numbers, added.endpoint) == ("Вера", ("103",), "PJSIP/103")
    assert added.ring_timeout == 15
    assert added.forward.busy == Voicemail()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"ring_timeout": "soon"}, "нужно число"),
        ({"ring_timeout": "0"}, "нужно больше 0 секунд"),
        ({"ring_timeout": "99999"}, "должно быть не больше 3600"),
        ({"endpoint": "PJSIP/101&PJSIP/102"}, "не строка вызова Asterisk"),
        ({"numbers": "101, phone"}, "«phone» не номер телефона"),
        ({"name": " "}, "не должно быть пустым"),
        ({"busy": "ring 999"}, "нет сотрудника 999"),
        ({"busy": "dial", "busy_number": "x"}, "«x» не номер телефона"),
        ({"busy": "fly"}, "выберите, куда идут вызовы"),
        ({"busy": "dial"}, "укажите номер"),
        ({"ring_timeout": "-1"}, "нужно больше 0 секунд"),
        ({"no_answer": "voicemail", "after": "-1"}, "нужно больше 0 секунд"),
        ({"greeting": "prompt:nothing"}, "нет фразы «nothing»"),
        ({"busy": "ring 101"}, "вызов переадресуется по кругу"),
    ],
)
def test_what_is_wrong_is_told_in_the_form(
    front: Front, olga: Visitor, typed: dict[str, str], sentence: str
) -> None:
    before = employee(front)
    answer = olga.post("/employees/101", data={**FORM, **typed})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'aria-invalid="true"' in answer.text or 'role="alert"' in answer.text
    assert employee(front) == before


def test_what_was_typed_stays_in_the_form(olga: Visitor) -> None:
    answer = olga.post(
        "/employees/101",
        data={**FORM, "name": "<b>Анна</b>", "ring_timeout": "soon", "busy": "ring 102"},
    )
    assert 'value="&lt;b&gt;Анна&lt;/b&gt;"' in answer.text
    assert 'value="soon"' in answer.text
    assert selected(answer.text, "busy") == "ring 102"


@pytest.mark.parametrize(
    ("extension", "sentence"),
    [
        ("101", "сотрудник с таким внутренним номером уже есть"),
        ("", "не должно быть пустым"),
        ("x1", "не внутренний номер"),
        ("123456789", "не внутренний номер"),
    ],
)
def test_an_extension_has_to_be_new_and_digits(
    front: Front, olga: Visitor, extension: str, sentence: str
) -> None:
    answer = olga.post("/employees/new", data={**FORM, "extension": extension, "numbers": "777"})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert sorted(front.site.office.employees) == ["101", "102"]


def test_somebody_to_whom_something_leads_stays(front: Front, olga: Visitor) -> None:
    borises = {"name": "Борис Орлов", "ring_timeout": "20"}
    olga.post("/employees/102", data={**borises, "busy": "ring 101"})
    asked = olga.get("/employees/101/remove").text
    assert "Анна Щукина" in asked
    assert 'href="/menus/main/keys/1"' in asked
    assert 'href="/employees/102"' in asked
    question = asked[asked.index('action="/employees/101/remove"') :]
    assert "<button" not in question[: question.index("</form>")]
    refused = olga.post("/employees/101/remove")
    assert refused.status_code == 422
    assert "Меню «main», кнопка 1: нет сотрудника 101" in refused.text
    olga.post("/employees/102", data=borises)
    assert olga.post("/employees/102/remove").headers["location"] == "/employees"
    assert list(front.site.office.employees) == ["101"]


def test_what_the_check_finds_is_shown_in_place(front: Front, olga: Visitor) -> None:
    olga.post(
        "/employees/102",
        data={
            **FORM,
            "name": "Борис Орлов",
            "numbers": "",
            "always": "voicemail",
            "busy": "voicemail",
            "endpoint": "PJSIP/102",
        },
    )
    assert "при правиле «всегда» остальные не действуют" in olga.get("/employees/102").text
    assert "при правиле «всегда»" in olga.get("/employees").text
    assert "при правиле «всегда»" not in olga.get("/employees/101").text


def test_a_change_is_in_the_audit_log(front: Front, olga: Visitor) -> None:
    olga.post("/employees/101", data={**FORM, "ring_timeout": "33"})
    page = olga.get("/audit?action=config.").text
    assert "Сотрудник 101, время ожидания ответа" in page
    assert re.search(r"<del><bdi>20</bdi></del>.*?<ins><bdi>33</bdi></ins>", page)


def test_unknown_extensions_and_other_people_get_nothing(front: Front, olga: Visitor) -> None:
    assert olga.get("/employees/999").status_code == 404
    assert olga.post("/employees/999", data=FORM).status_code == 404
    assert olga.post("/employees/999/remove").status_code == 404
    anna = front.visitor("anna")
    for address in ("/employees", "/employees/new", "/employees/101"):
        assert anna.get(address).status_code == 403
    assert anna.post("/employees/101", data={**FORM, "name": "Я"}).status_code == 403


def test_a_page_in_english(front: Front, olga: Visitor) -> None:
    front.services.users.change(front.services.users.find("olga").id, language="en", by=NOBODY)
    page = olga.get("/employees/101").text
    assert "Ring timeout, seconds" in page
    assert not re.search("[а-я]{3,} [а-я]{3,}", page)


def test_a_phone_is_told_to_show_the_companys_messages(front: Front, olga: Visitor) -> None:
    def is_on() -> bool:
        switch = re.search(r'<input[^>]*name="company_lamp"[^>]*>', olga.get("/employees/101").text)
        assert switch
        return "checked" in switch[0]

    assert not is_on()
    olga.post("/employees/101", data={**FORM, "company_lamp": "yes"})
    assert employee(front).company_lamp
    assert is_on()
    olga.post("/employees/101", data=FORM)
    assert not employee(front).company_lamp
    assert not is_on()

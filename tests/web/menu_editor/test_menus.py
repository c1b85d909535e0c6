"""The administrator's pages of voice menus: what is chosen in the forms is what callers meet."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from storage.audit import AuditQuery
from storage.office import Menu, Ring, Voicemail, as_data
from tests.web.conftest import NOBODY, Front, Visitor

SETTINGS: dict[str, Any] = {
    "greeting": "prompt:main",
    "timeout": "4,5",
    "digit_timeout": "1.5",
    "repeats": "0",
    "invalid_limit": "2",
    "default.kind": "voicemail",
    "default.box": "",
    "invalid.kind": "repeat",
}


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


def menu(front: Front, name: str = "main") -> Menu:
    return front.site.office.menus[name]


def key(front: Front, name: str) -> dict[str, Any]:
    return as_data(menu(front).keys[name])


def shown(page: str) -> str:
    """The text of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_the_list_has_the_picture_and_says_the_same_in_words(olga: Visitor) -> None:
    page = olga.get("/menus")
    assert page.status_code == 200
    assert 'class="menu-picture' in page.text
    assert "Вызов: Анна Щукина" in shown(page.text)
    assert "Сообщение для компании" in shown(page.text)


def test_a_menu_is_made_with_a_new_text_and_then_reached_by_a_key(
    front: Front, olga: Visitor
) -> None:
    made = olga.post(
        "/menus", data={"name": "часы работы", "greeting": "say", "greeting_say": "С девяти."}
    )
    assert made.status_code == 303
    assert olga.get(made.headers["location"]).status_code == 200
    assert menu(front, "часы-работы").greeting == "prompt:часы-работы"
    assert front.site.office.prompts["часы-работы"].say == "С девяти."
    saved = olga.post(
        "/menus/main/keys",
        data={"key": "3", "action.kind": "menu", "action.menu": "часы-работы"},
    )
    assert saved.status_code == 303
    assert key(front, "3") == {"action": "menu", "menu": "часы-работы"}


def test_a_menu_with_a_name_that_cannot_be_keeps_the_form(front: Front, olga: Visitor) -> None:
    for name in ("a/b", "a:b", "a.b", "ы" * 65):
        page = olga.post(
            "/menus", data={"name": name, "greeting": "say", "greeting_say": "Мой текст"}
        )
        assert page.status_code == 422
        assert f'value="{name}"' in page.text
        assert "Мой текст" in page.text
        assert re.search(r'id="name-error">.*не подходит: нужны буквы', page.text), name
    taken = olga.post("/menus", data={"name": "main", "greeting": "prompt:main"})
    assert taken.status_code == 422
    empty = olga.post("/menus", data={"name": " ", "greeting": "prompt:main"})
    assert empty.status_code == 422
    assert list(front.site.office.menus) == ["main"]


def test_settings_are_changed(front: Front, olga: Visitor) -> None:
    saved = olga.post("/menus/main", data={**SETTINGS, "default.box": "102"})
    assert saved.status_code == 303
    changed = menu(front)
    assert (changed.timeout, changed.digit_timeout) == (4.5, 1.5)
    assert (changed.repeats, changed.invalid_limit, changed.direct_dial) == (0, 2, False)
    assert changed.default == Voicemail(employee="102")
    assert list(changed.keys) == ["1", "9"]


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    front: Front, olga: Visitor
) -> None:
    before = menu(front)
    page = olga.post("/menus/main", data={**SETTINGS, "timeout": "soon", "repeats": "0,5"})
    assert page.status_code == 422
    assert 'id="timeout-error"' in page.text
    assert 'id="repeats-error"' in page.text
    assert 'value="soon"' in page.text
    zero = olga.post("/menus/main", data={**SETTINGS, "timeout": "0"})
    assert zero.status_code == 422
    assert 'id="timeout-error"' in zero.text
    assert menu(front) == before


@pytest.mark.parametrize(
    ("fields", "action"),
    [
        ({"kind": "voicemail", "box": ""}, {"action": "voicemail"}),
        ({"kind": "voicemail", "box": "101"}, {"action": "voicemail", "employee": "101"}),
        ({"kind": "ring", "employee": "102"}, {"action": "ring", "employee": "102"}),
        ({"kind": "menu", "menu": "main"}, {"action": "menu", "menu": "main"}),
        (
            {"kind": "dial", "number": "+7 495 111-22-33"},
            {"action": "dial", "number": "+74951112233"},
        ),
        ({"kind": "play", "sound": "prompt:main"}, {"action": "play", "prompt": "prompt:main"}),
        ({"kind": "repeat"}, {"action": "repeat"}),
        ({"kind": "hangup"}, {"action": "hangup"}),
        (
            {
                "kind": "ring-several",
                "employees": ["102", "", "101", ""],
                "strategy": "in-turn",
                "timeout": "25",
                "no_answer.kind": "ring-several",
                "no_answer.employees": ["101"],
                "no_answer.strategy": "all",
                "no_answer.no_answer.kind": "hangup",
            },
            {
                "action": "ring",
                "employees": ["102", "101"],
                "strategy": "in-turn",
                "timeout": 25.0,
                "no_answer": {
                    "action": "ring",
                    "employees": ["101"],
                    "no_answer": {"action": "hangup"},
                },
            },
        ),
    ],
)
def test_every_action_can_be_given_to_a_key_and_is_shown_as_chosen(
    front: Front, olga: Visitor, fields: dict[str, Any], action: dict[str, Any]
) -> None:
    sent = {f"action.{name}": value for name, value in fields.items()}
    assert olga.post("/menus/main/keys", data={"key": "#", **sent}).status_code == 303
    assert key(front, "#") == action
    form = olga.get("/menus/main/keys/%23").text
    assert f'value="{fields["kind"]}" selected' in form
    assert olga.get("/menus/main").status_code == 200


def test_an_action_too_deep_for_the_form_is_kept_as_it_is(front: Front, olga: Visitor) -> None:
    action: Any = Voicemail()
    for _ in range(4):
        action = Ring(employees=("101", "102"), no_answer=action)
    office = front.site.office
    deep = office.menus["main"].model_copy(update={"keys": {"1": action}})
    front.services.offices.edit(
        office.company.name,
        lambda there: there.model_copy(update={"menus": {"main": deep}}),
        by=NOBODY,
    )
    form = olga.get("/menus/main/keys/1").text
    assert 'value="keep" selected' in form
    inner = "action.no_answer"
    saved = olga.post(
        "/menus/main/keys/1",
        data={
            "key": "2",
            "action.kind": "ring-several",
            "action.employees": ["102"],
            f"{inner}.kind": "ring-several",
            f"{inner}.employees": ["101", "102"],
            f"{inner}.no_answer.kind": "keep",
        },
    )
    assert saved.status_code == 303
    changed = menu(front).keys["2"]
    assert isinstance(changed, Ring)
    assert changed.employees == ("102",)
    assert changed.no_answer == action.no_answer


def test_a_key_is_moved_refused_and_removed(front: Front, olga: Visitor) -> None:
    moved = olga.post("/menus/main/keys/1", data={"key": "4", "action.kind": "hangup"})
    assert moved.status_code == 303
    assert list(menu(front).keys) == ["9", "4"]
    for wrong in ("9", "x", ""):
        page = olga.post("/menus/main/keys/4", data={"key": wrong, "action.kind": "hangup"})
        assert page.status_code == 422, wrong
    nobody = olga.post(
        "/menus/main/keys/4",
        data={"key": "4", "action.kind": "ring", "action.employee": "999"},
    )
    assert nobody.status_code == 422
    assert "999" in shown(nobody.text)
    assert olga.post("/menus/main/keys/4/remove").status_code == 303
    assert list(menu(front).keys) == ["9"]
    assert olga.get("/menus/main/keys/4").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"action.kind": "keep"},
        {"action.kind": "ring-several"},
        {"action.kind": "nonsense"},
        {},
        {"action.kind": "dial", "action.number": "<script>"},
        {"action.kind": "dial", "action.number": ""},
        {"action.kind": "ring-several", "action.employees": ["101"], "action.timeout": "long"},
        {"action.kind": "ring-several", "action.employees": ["101"], "action.strategy": "both"},
        {"action.kind": "play", "action.sound": "prompt:gone"},
    ],
)
def test_a_senseless_action_is_refused_with_a_sentence(
    front: Front, olga: Visitor, fields: dict[str, Any]
) -> None:
    page = olga.post("/menus/main/keys", data={"key": "7", **fields})
    assert page.status_code == 422
    assert 'id="action-error"' in page.text
    assert "<script>" not in page.text
    assert "7" not in menu(front).keys


def test_a_menu_that_something_leads_to_is_not_removed(front: Front, olga: Visitor) -> None:
    asked = olga.get("/menus/main/remove")
    assert 'href="/numbers"' in asked.text
    assert olga.post("/menus/main/remove").status_code == 422
    olga.post("/menus", data={"name": "night", "greeting": "prompt:main"})
    assert olga.post("/menus/night/remove").status_code == 303
    assert list(front.site.office.menus) == ["main"]


def test_problems_are_told_where_they_are_and_all_together(olga: Visitor) -> None:
    olga.post("/menus", data={"name": "lost", "greeting": "prompt:main"})
    for address in ("/menus", "/menus/lost", "/problems"):
        assert "menu-problem warning" in olga.get(address).text, address
    assert 'href="/menus/lost"' in olga.get("/problems").text


def test_employees_and_other_companies_cannot_touch_menus(front: Front) -> None:
    anna, rival = front.visitor("anna"), front.visitor("rival")
    assert anna.get("/menus").status_code == 403
    assert anna.post("/menus/main", data=SETTINGS).status_code == 403
    rival.post("/menus/main/keys/9/remove")
    assert "9" in menu(front).keys


def test_a_change_is_written_into_the_audit_log(front: Front, olga: Visitor) -> None:
    olga.post("/menus/main", data=SETTINGS)
    entry = front.services.audit.list(AuditQuery(company_id=front.site.company_id)).entries[0]
    assert (entry.who, entry.action) == ("olga", "config.change")

"""Two administrators with the same form open: neither overwrites the other unawares."""

from __future__ import annotations

import re
from html import unescape

import pytest

from storage.office import Target
from tests.web.conftest import NUMBER, Front, Visitor

SENTENCE = "это изменил кто-то другой"
MENU = {
    "greeting": "prompt:main",
    "timeout": "5",
    "digit_timeout": "2",
    "repeats": "1",
    "invalid_limit": "3",
    "default.kind": "voicemail",
    "invalid.kind": "repeat",
}
MAILBOX = {"min_seconds": "1", "max_seconds": "180", "silence_seconds": "8"}


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


def seen(page: str) -> dict[str, str]:
    """What a form says it was filled in from."""
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found is not None
    return {"seen": found[1]}


GLEB = {"name": "Глеб", "person": "same"}


@pytest.mark.parametrize(
    ("address", "first", "second"),
    [
        ("/employees/102", {"name": "Борис Орлов", "ring_timeout": "9"}, GLEB),
        ("/menus/main", {**MENU, "timeout": "9"}, {**MENU, "timeout": "7"}),
        (
            "/menus/main/keys/9",
            {"key": "9", "action.kind": "hangup"},
            {"key": "9", "action.kind": "repeat"},
        ),
        ("/mailbox", {**MAILBOX, "max_seconds": "99"}, {**MAILBOX, "max_seconds": "77"}),
        ("/mailbox", {**MAILBOX, "self_service": "yes"}, {**MAILBOX, "max_seconds": "77"}),
        (f"/numbers/{NUMBER}", {"target": "voicemail"}, {"target": "employee 101"}),
    ],
)
def test_a_change_made_meanwhile_is_told_before_it_is_overwritten(
    front: Front, olga: Visitor, address: str, first: dict[str, str], second: dict[str, str]
) -> None:
    second = {"ring_timeout": "5", **second}
    opened = seen(olga.get(address).text)
    assert olga.post(address, data={**first, **opened}).status_code == 303
    saved = front.site.office
    told = olga.post(address, data={**second, **opened})
    assert told.status_code == 409
    assert SENTENCE in unescape(told.text)
    assert front.site.office == saved
    assert olga.post(address, data={**second, **seen(told.text)}).status_code == 303
    assert front.site.office != saved


def test_what_was_typed_is_not_lost(olga: Visitor) -> None:
    opened = seen(olga.get("/employees/102").text)
    olga.post("/employees/102", data={"name": "Борис Орлов", "ring_timeout": "9", **opened})
    told = olga.post("/employees/102", data={"name": "Глеб", "ring_timeout": "5", **opened})
    assert 'value="Глеб"' in told.text


def test_an_account_is_not_overwritten_unawares(front: Front, olga: Visitor) -> None:
    boris = front.user("boris")
    address = f"/users/{boris.id}"
    form = {"login": "boris", "role": "employee", "extensions": "102"}
    opened = seen(olga.get(address).text)
    front.visitor("boris").get("/messages")
    assert olga.post(address, data={**form, "name": "Борис", **opened}).status_code == 303
    told = olga.post(address, data={**form, "name": "Глеб", **opened})
    assert told.status_code == 409
    assert SENTENCE in unescape(told.text)
    assert front.user("boris").name == "Борис"
    again = olga.post(address, data={**form, "name": "Глеб", **seen(told.text)})
    assert again.status_code == 303
    assert front.user("boris").name == "Глеб"


def test_a_key_given_another_action_does_not_stand_in_the_way_of_the_menus_settings(
    front: Front, olga: Visitor
) -> None:
    opened = seen(olga.get("/menus/main").text)
    olga.post("/menus/main/keys/9", data={"key": "9", "action.kind": "hangup"})
    assert olga.post("/menus/main", data={**MENU, "timeout": "7", **opened}).status_code == 303
    menu = front.site.office.menus["main"]
    assert (menu.timeout, menu.keys["9"].action) == (7, "hangup")


def test_a_form_that_has_seen_nothing_is_taken(front: Front, olga: Visitor) -> None:
    olga.get(f"/numbers/{NUMBER}")
    olga.post(f"/numbers/{NUMBER}", data={"target": "employee 101"})
    assert olga.post(f"/numbers/{NUMBER}", data={"target": "voicemail"}).status_code == 303
    assert front.site.office.numbers[NUMBER] == Target(voicemail=True)

"""The company's numbers and the settings of its voicemail, on the page."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from storage.office import Target
from tests.web.conftest import NUMBER, OTHER_COMPANY, OTHER_NUMBER, SPARE_NUMBER, Front, Visitor

SETTINGS = {"min_seconds": "1.5", "max_seconds": "90", "silence_seconds": "6"}


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


def test_the_list_tells_where_each_number_leads(olga: Visitor) -> None:
    page = olga.get("/numbers").text
    assert "+7 495 123-45-67" in page
    assert 'href="/menus/main"' in page


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("menu main", Target(menu="main")),
        ("employee 102", Target(employee="102")),
        ("voicemail", Target(voicemail=True)),
    ],
)
def test_a_number_is_added_led_elsewhere_and_removed(
    front: Front, olga: Visitor, target: str, leads_to: Target
) -> None:
    number = SPARE_NUMBER
    olga.post("/numbers", data={"number": number, "target": "voicemail"})
    assert front.site.office.numbers[number] == Target(voicemail=True)
    address = f"/numbers/{quote(number)}"
    assert re.search(r'value="voicemail" selected', olga.get(address).text)
    assert olga.post(address, data={"target": target}).status_code == 303
    assert front.site.office.numbers[number] == leads_to
    assert olga.post(f"{address}/remove").status_code == 303
    assert list(front.site.office.numbers) == [NUMBER]


def test_before_a_number_is_removed_it_is_said_what_callers_get(
    front: Front, olga: Visitor
) -> None:
    olga.post("/numbers", data={"number": "200", "target": "employee 101"})
    for page in ("/numbers", "/numbers/200"):
        assert 'href="/numbers/200/remove"' in olga.get(page).text
    asked = olga.get("/numbers/200/remove").text
    assert "Звонящие на этот номер услышат" in asked
    assert 'href="/employees/101"' in asked
    assert "единственный" not in asked
    olga.post("/numbers/200/remove")
    assert "единственный" in olga.get(f"/numbers/{NUMBER}/remove").text
    assert olga.get("/numbers/200/remove").status_code == 404


def test_a_short_code_with_a_hash_has_an_address_too(front: Front, olga: Visitor) -> None:
    olga.post("/numbers", data={"number": "*1#", "target": "employee 101"})
    link = re.search(r'href="(/numbers/%2A1%23)"', olga.get("/numbers").text)
    assert link is not None
    page = olga.get(link[1])
    assert 'action="/numbers/%2A1%23"' in page.text
    assert olga.post(f"{link[1]}/remove").status_code == 303
    assert list(front.site.office.numbers) == [NUMBER]


@pytest.mark.parametrize(
    ("number", "target", "sentence"),
    [
        ("", "voicemail", "не должно быть пустым"),
        ("phone", "voicemail", "«phone» не номер телефона"),
        ("8 (495) 123-45-67", "voicemail", f"это тот же номер, что {NUMBER}"),
        (OTHER_NUMBER, "voicemail", "не ваш: номера компаниям выделяет администратор сервера"),
        ("+7 495 999-88-77", "voicemail", "не ваш: номера компаниям выделяет"),
        ("200", "menu night", "нет меню «night»"),
        ("200", "employee 999", "нет сотрудника 999"),
        ("200", "", "выберите, с чего начинается вызов"),
        ("200", "menu", "выберите, с чего начинается вызов"),
        ("200", "<script>", "выберите, с чего начинается вызов"),
    ],
)
def test_what_is_wrong_is_told_in_the_form(
    front: Front, olga: Visitor, number: str, target: str, sentence: str
) -> None:
    answer = olga.post("/numbers", data={"number": number, "target": target})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{number}"' in answer.text
    assert OTHER_COMPANY not in answer.text
    assert list(front.site.office.numbers) == [NUMBER]


def test_numbers_are_the_administrators(front: Front, olga: Visitor) -> None:
    assert olga.get("/numbers/999").status_code == 404
    assert olga.post("/numbers/999", data={"target": "voicemail"}).status_code == 404
    assert olga.post(f"/numbers/{OTHER_NUMBER}/remove").status_code == 404
    anna = front.visitor("anna")
    assert anna.get("/numbers").status_code == 403
    assert anna.post(f"/numbers/{NUMBER}/remove").status_code == 403
    assert anna.get("/mailbox").status_code == 403


def test_the_voicemails_settings_are_changed(front: Front, olga: Visitor) -> None:
    page = olga.get("/mailbox").text
    assert re.search(r'name="max_seconds"[^>]*value="180"', page)
    answer = olga.post(
        "/mailbox", data={**SETTINGS, "greeting": "prompt:main", "self_service": "yes"}
    )
    assert answer.status_code == 303
    voicemail = front.site.office.voicemail
    assert (voicemail.min_seconds, voicemail.max_seconds) == (1.5, 90)
    assert voicemail.silence_seconds == 6
    assert voicemail.greeting == "prompt:main"
    assert voicemail.review is False
    assert front.site.office.company.self_service is True
    olga.post("/mailbox", data={**SETTINGS, "review": "yes"})
    assert front.site.office.voicemail.review is True
    assert front.site.office.voicemail.greeting is None
    assert front.site.office.company.self_service is False


def test_contradicting_settings_are_refused(front: Front, olga: Visitor) -> None:
    before = front.site.office
    answer = olga.post("/mailbox", data={**SETTINGS, "min_seconds": "100", "review": "yes"})
    assert answer.status_code == 422
    assert "минимальная длина (100 с) должна быть меньше максимальной (90 с)" in answer.text
    assert 'value="100"' in answer.text
    olga.post("/mailbox", data={**SETTINGS, "min_seconds": "2,5", "review": "yes"})
    assert 'value="2,5"' in olga.get("/mailbox").text
    before = front.site.office
    wrong = olga.post("/mailbox", data={**SETTINGS, "min_seconds": "x", "max_seconds": ""})
    assert wrong.text.count("нужно число") == 2
    assert front.site.office == before


def test_how_much_a_mailbox_holds_is_set_and_told(front: Front, olga: Visitor) -> None:
    olga.post("/mailbox", data={**SETTINGS, "max_messages": " 100000 "})
    assert front.site.office.voicemail.max_messages == 100_000
    assert re.search(r'name="max_messages"[^>]*value="100000"', olga.get("/mailbox").text)
    assert "наибольшее число сообщений в ящике" in olga.get("/audit").text

    before = front.site.office
    for wrong, sentence in (
        ("1,5", "целое число"),
        ("0", "не меньше 1"),
        ("100001", "не больше 100000"),
    ):
        refused = olga.post("/mailbox", data={**SETTINGS, "max_messages": wrong})
        assert refused.status_code == 422
        assert sentence in refused.text
        assert f'value="{wrong}"' in refused.text
    assert front.site.office == before

    olga.post("/mailbox", data=SETTINGS)
    assert front.site.office.voicemail.max_messages is None


def test_a_pause_that_comes_too_late_is_warned_of(olga: Visitor) -> None:
    olga.post("/mailbox", data={**SETTINGS, "silence_seconds": "120"})
    assert "пауза никогда не завершит сообщение" in olga.get("/mailbox").text

"""The audit log on the page: in words, searched, paged, and each company's own."""

from __future__ import annotations

import re

import pytest

from storage.audit import note
from tests.web.conftest import NOBODY, OTHER_COMPANY, Front, Visitor


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


def test_who_listened_and_deleted_is_told_in_words(front: Front, olga: Visitor) -> None:
    message = front.receive(caller="79161234567", name="Иван <b>")
    front.visitor("olga").get(f"/messages/{message}/audio")
    olga.post(f"/messages/{message}/delete")
    page = olga.get("/audit").text
    assert "Сообщение прослушано" in page
    assert "Сообщение удалено" in page
    assert f'href="/messages/{message}"' in page
    assert "Иван &lt;b&gt; (79161234567)" in page
    assert "olga" in page
    assert "страница · testclient" in page


def test_a_change_of_settings_shows_before_and_after(olga: Visitor) -> None:
    olga.post(
        "/mailbox",
        data={"min_seconds": "1", "max_seconds": "60", "silence_seconds": "8", "review": "yes"},
    )
    page = olga.get("/audit").text
    assert "Почтовый ящик компании, максимальная длина сообщения" in page
    assert re.search(r"<bdi>180</bdi></del>.*?<bdi>60</bdi></ins>", page)
    olga.post("/numbers", data={"number": "200", "target": "employee 102"})
    assert "Номер 200" in olga.get("/audit").text


def test_forwarding_is_told_as_an_action(olga: Visitor) -> None:
    olga.post(
        "/employees/102",
        data={
            "name": "Борис Орлов",
            "ring_timeout": "20",
            "busy": "ring 101",
            "no_answer": "voicemail",
        },
    )
    page = olga.get("/audit?action=config.").text
    assert "Сотрудник 102, переадресация, занято" in page
    assert "Анна Щукина" in page


def test_the_log_is_searched_and_filtered(front: Front, olga: Visitor) -> None:
    anna = front.services.users.find("anna")
    olga.post(f"/users/{anna.id}/disable")
    olga.post("/numbers", data={"number": "200", "target": "voicemail"})
    users = olga.get("/audit?action=user.").text
    assert "Пользователь отключён" in users
    assert "Настройки изменены" not in users.partition("<tbody>")[2]
    found = olga.get("/audit?search=ANNA").text.partition("<tbody>")[2]
    assert "Пользователь отключён" in found
    assert "Настройки изменены" not in found
    assert "Ничего не найдено" in olga.get("/audit?search=nobody-at-all").text


def test_older_entries_are_on_the_next_page(front: Front, olga: Visitor) -> None:
    with front.installation.database.session() as session:
        for number in range(120):
            note(
                session,
                NOBODY,
                "login",
                company_id=front.site.company_id,
                subject=f"somebody-{number:03}",
            )
    seen: list[str] = []
    address: str | None = "/audit?search=somebody"
    while address:
        page = olga.get(address).text
        seen += re.findall(r"somebody-\d{3}", page.partition("<tbody>")[2])
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following and following[1].replace("&amp;", "&")
    assert seen == [f"somebody-{number:03}" for number in reversed(range(120))]


@pytest.mark.parametrize("before", ["", "x", "-1", "0", "9" * 30, "²"])
def test_a_wrong_place_in_the_log_is_no_failure(olga: Visitor, before: str) -> None:
    assert olga.get("/audit", params={"before": before, "action": "<x>"}).status_code == 200


def test_other_companies_see_none_of_it(front: Front, olga: Visitor) -> None:
    olga.post("/numbers", data={"number": "+7 495 222-33-44", "target": "voicemail"})
    page = front.visitor("rival").get("/audit").text
    assert "222-33-44" not in page
    assert "olga" not in page
    assert OTHER_COMPANY in page
    assert front.visitor("anna").get("/audit").status_code == 403

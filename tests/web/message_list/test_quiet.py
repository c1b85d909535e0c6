"""What was kept aside as probably empty, on the page: found, heard, and made ordinary."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from storage.actor import EVERYTHING
from storage.messages.query import Query
from storage.office import Office
from storage.office.edit import with_fields
from tests.web.api.front import script
from tests.web.browser import PHONE, Visitors, faults_of, violations, visitors_of
from tests.web.conftest import COMPANY, NOBODY, Front
from tests.web.message_list.test_messages import follow, shown, words

YES = "Да."
"""Less speech than makes a message."""


def ordinary(front: Front) -> list[str]:
    return [message.id for message in front.services.messages.each(Query(limit=None))]


def test_it_has_a_list_of_its_own(front: Front) -> None:
    hers = front.receive(front.box_of("101"), words=YES)
    his = front.receive(front.box_of("102"), words=YES, name="Мария")
    spoken = front.receive()
    olga, anna = front.visitor("olga"), front.visitor("anna")

    assert shown(olga.get("/messages")) == [spoken]
    assert shown(olga.get("/messages?quiet=1")) == [his, hers]
    chosen = olga.get("/messages?quiet=1&mailbox=employee:101")
    assert chosen.headers["location"] == "/messages?box=employee&employee=101&quiet=1"
    assert shown(olga.get("/messages?quiet=1&employee=101")) == [hers]
    assert shown(olga.get("/messages?quiet=1&search=мария")) == [his]
    assert shown(anna.get("/messages?quiet=1")) == [hers]
    assert "Возможно, пустые 2" in words(olga.get("/messages"))
    assert "Возможно, пустые 1" in words(anna.get("/messages"))
    assert "Через 14 дней они попадут в корзину." in words(olga.get("/messages?quiet=1"))
    front.services.messages.delete(his, by=NOBODY)
    assert "возможно, пустое" in words(olga.get("/messages?trash=1"))


def test_the_days_are_those_of_the_boxes_that_are_shown(front: Front) -> None:
    for extension in ("101", "102"):
        front.receive(front.box_of(extension), words=YES)

    def with_days(office: Office) -> Office:
        anna = with_fields(office.employees["101"], quiet_days=3)
        return with_fields(office, employees={**office.employees, "101": anna})

    front.services.offices.edit(COMPANY, with_days, by=NOBODY)
    olga, anna = front.visitor("olga"), front.visitor("anna")
    assert "Через 3 дня они попадут" in words(anna.get("/messages?quiet=1"))
    assert "Через 3 дня они попадут" in words(olga.get("/messages?quiet=1&employee=101"))
    assert "Через 14 дней они попадут" in words(olga.get("/messages?quiet=1&employee=102"))
    assert "срок у каждого ящика свой" in words(olga.get("/messages?quiet=1"))


def test_nothing_lies_aside(front: Front) -> None:
    assert "Возможно пустых сообщений нет" in words(front.visitor("anna").get("/messages?quiet=1"))


def test_one_click_makes_it_ordinary(front: Front) -> None:
    hers = front.receive(front.box_of("101"), words=YES)
    anna = front.visitor("anna")
    page = anna.get(f"/messages/{hers}")
    assert "Не пустое" in words(page)
    assert f"/messages/{hers}/mark" not in page.text

    page = follow(anna, anna.post(f"/messages/{hers}/accept", data={"back": f"/messages/{hers}"}))

    assert "1 сообщение перенесено в общий список." in page.text
    assert "новое" in words(page)
    assert shown(anna.get("/messages?state=new")) == [hers]
    assert shown(front.visitor("olga").get("/messages?quiet=1")) == []


def test_many_are_accepted_at_once(front: Front) -> None:
    aside = [front.receive(words=YES, name=name) for name in ("Иван", "Мария")]
    olga = front.visitor("olga")
    form = {"message": aside, "action": "accept", "back": "/messages?quiet=1"}

    page = follow(olga, olga.post("/messages/selected", data=form))

    assert shown(page) == []
    assert ordinary(front) == aside[::-1]


def test_nobody_accepts_what_is_not_theirs(front: Front) -> None:
    his = front.receive(front.box_of("102"), words=YES)
    anna = front.visitor("anna")
    assert anna.post(f"/messages/{his}/accept").status_code == 404
    form = {"message": [his], "action": "accept"}
    assert anna.post("/messages/selected", data=form).status_code == 404
    with script(front, "anna") as client:
        assert client.post(f"messages/{his}/accept").status_code == 404
        assert client.post("messages/accept", json={"ids": [his]}).status_code == 404
        assert client.get("messages", params={"quiet": True}).json()["items"] == []
    assert ordinary(front) == []


def test_the_api_tells_and_accepts(front: Front) -> None:
    aside, spoken = front.receive(words=YES), front.receive()
    front.services.messages.listen(aside, by=NOBODY)
    with script(front, "olga") as client:

        def listed(**filters: bool) -> list[str]:
            items = client.get("messages", params=filters).json()["items"]
            return [item["id"] for item in items]

        assert (listed(), listed(quiet=True)) == ([spoken], [aside])
        assert client.get("messages/quiet").json() == {"count": 1, "at_least": False}
        told = client.get(f"messages/{aside}").json()
        assert (told["quiet"], told["kind"], told["state"]) == (True, "message", "heard")
        assert (told["mailbox"], told["urgent"], told["handling"], told["text"]) == (
            *(None, False, None, None),
        )

        assert client.post(f"messages/{aside}/accept").json()["quiet"] is False
        assert client.post("messages/accept", json={"ids": [aside, spoken]}).json() == {"ids": []}

        assert client.get("messages/new").json()["count"] == 2
        assert listed(quiet=True) == []


@pytest.fixture
async def visitors(browser: Browser, front: Front) -> AsyncIterator[Visitors]:
    async with visitors_of(browser, front) as visitors:
        yield visitors


async def test_mouse_and_keys_find_hear_and_accept_it(visitors: Visitors, front: Front) -> None:
    first, second = (front.receive(words=YES, name=name) for name in ("Иван", "Мария"))
    page = await visitors.come_in("olga")
    await page.goto("/messages")
    await page.get_by_role("link", name="Возможно, пустые").click()
    await expect(page.locator("li.message")).to_have_count(2)
    assert await violations(page) == []

    await page.locator(f"#message-{first}").hover()
    await page.locator(f"#message-{first}").get_by_role("button", name="Не пустое").click()
    await expect(page.locator("li.message")).to_have_count(1)
    await expect(page.locator("#toasts").get_by_text("перенесено в общий список")).to_be_visible()

    await page.locator(f"#message-{second} input[type=checkbox]").focus()
    await page.keyboard.press("Space")
    accept = page.locator("form#selected").get_by_role("button", name="Не пустое")
    await expect(accept).to_be_visible()
    await accept.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Возможно пустых сообщений нет")).to_be_visible()

    await page.get_by_role("link", name="Все", exact=True).click()
    await expect(page.locator("li.message.is-new")).to_have_count(2)
    assert faults_of(page) == []


async def test_it_appears_in_the_open_list_and_fits_a_phone(
    visitors: Visitors, front: Front
) -> None:
    page = await visitors.come_in("olga", size=PHONE, color_scheme="dark")
    await page.goto("/messages?quiet=1")
    front.receive(words=YES)
    await expect(page.locator("li.message")).to_have_count(1)
    assert await violations(page) == []
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) <= 0
    assert front.services.messages.quiet_count(EVERYTHING) == 1

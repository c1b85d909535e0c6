"""The trash emptied on the page: by whom, after which question, and of what."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from tests.web.browser import visitors_of
from tests.web.conftest import NOBODY, OTHER_COMPANY, Front, Visitor
from tests.web.message_list.test_messages import follow, shown, words


def asked(visitor: Visitor) -> dict[str, str]:
    """The form of the question, as it is shown."""
    page = visitor.get("/messages/trash/empty")
    assert page.status_code == 200
    return dict(re.findall(r'name="(asked_at)" value="([^"]+)"', page.text))


def test_an_administrator_empties_it_after_the_question(front: Front) -> None:
    olga, repository = front.visitor("olga"), front.services.messages
    first, second, held = (front.receive() for _ in range(3))
    repository.delete_many([first, second, held], by=NOBODY)
    repository.hold([held], reason="Дело 7", by=NOBODY)
    assert 'href="/messages/trash/empty"' in olga.get("/messages?trash=1").text
    question = words(olga.get("/messages/trash/empty"))
    assert "2 сообщения (" in question
    assert "будут удалены навсегда, восстановить их будет нельзя." in question
    assert "В корзине останется 1 сообщение с запретом удаления." in question

    done = olga.post("/messages/trash/empty", data=asked(olga))

    page = follow(olga, done)
    assert "2 сообщения удалены навсегда." in words(page)
    assert shown(page) == [held]
    assert {path.stem for path in (front.home / "audio").rglob("*.wav")} == {held}
    assert "Корзина очищена" in words(olga.get("/audit"))


def test_what_is_deleted_after_the_question_stays(front: Front) -> None:
    olga, repository = front.visitor("olga"), front.services.messages
    repository.delete(front.receive(), by=NOBODY)
    form = asked(olga)
    later = front.receive()
    repository.delete(later, by=NOBODY)
    olga.post("/messages/trash/empty", data=form)
    assert shown(olga.get("/messages?trash=1")) == [later]


def test_nothing_of_another_company_goes(front: Front) -> None:
    repository = front.services.messages
    theirs = front.receive(front.company_box(OTHER_COMPANY))
    ours = front.receive()
    repository.delete_many([theirs, ours], by=NOBODY)
    olga, rival = front.visitor("olga"), front.visitor("rival")
    olga.post("/messages/trash/empty", data=asked(olga))
    assert shown(rival.get("/messages?trash=1")) == [theirs]


@pytest.mark.parametrize("form", [{}, {"asked_at": "now"}, {"asked_at": "2026-08-14T06:30:05"}])
def test_it_is_not_emptied_unasked(front: Front, form: dict[str, str]) -> None:
    olga, message_id = front.visitor("olga"), front.receive()
    front.services.messages.delete(message_id, by=NOBODY)
    assert olga.post("/messages/trash/empty", data=form).status_code == 400
    assert shown(olga.get("/messages?trash=1")) == [message_id]


def test_an_empty_one_has_nothing_to_ask(front: Front) -> None:
    olga = front.visitor("olga")
    assert "/messages/trash/empty" not in olga.get("/messages?trash=1").text
    assert olga.get("/messages/trash/empty").headers["location"] == "/messages?trash=1"


async def test_it_is_emptied_by_mouse(browser: Browser, front: Front) -> None:
    front.services.messages.delete(front.receive(), by=NOBODY)
    async with visitors_of(browser, front) as visitors:
        page = await visitors.come_in("olga")
        await page.goto("/messages?trash=1")
        await page.get_by_role("link", name="Очистить корзину").click()
        await page.get_by_role("button", name="Очистить корзину").click()
        await expect(page.locator("#toasts")).to_have_text("1 сообщение удалено навсегда.")
        await expect(page.locator("main h2")).to_have_text("Корзина пуста")

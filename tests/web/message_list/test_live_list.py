"""The list while somebody works in it and news come, in a real browser, by mouse and by keys."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from functools import partial

import pytest
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from tests.web.browser import DESKTOP, PHONE, Visitors, faults_of, until, violations, visitors_of
from tests.web.conftest import NOBODY, Front

PLAYING = (
    "(({paused, currentTime}) => !paused && currentTime > 0)"
    "(document.querySelector('voice-player audio'))"
)


LOW = ViewportSize(width=844, height=390)
"""A phone on its side."""


@pytest.fixture
async def visitors(browser: Browser, front: Front) -> AsyncIterator[Visitors]:
    async with visitors_of(browser, front) as visitors:
        yield visitors


async def opened(
    visitors: Visitors, address: str = "/messages", size: ViewportSize = DESKTOP
) -> Page:
    """The list, whose stream of news has begun."""
    page = await visitors.come_in("olga", size=size, reduced_motion="reduce")
    async with page.expect_response("**/events*"):
        await page.goto(address)
    return page


def row(page: Page, message: str) -> Locator:
    return page.locator(f"#message-{message}")


async def top_of(found: Locator) -> float:
    box = await found.bounding_box()
    assert box is not None
    return box["y"]


async def test_what_was_new_stays_where_it_is_while_it_is_heard(
    visitors: Visitors, front: Front
) -> None:
    first, second, third = (front.receive(name=name) for name in ("Анна", "Пётр", "Иван"))
    page = await opened(visitors, "/messages?state=new")
    place = await top_of(row(page, third))
    play = row(page, third).locator("[data-play]")
    await play.click()
    await until(page, PLAYING)
    assert front.services.messages.new_count(front.user("olga")) == 3, "it was heard at once"
    await expect(page.locator(f"#message-{third}.is-new")).to_have_count(0)
    await expect(page.locator("#nav-messages .count")).to_contain_text("2")
    await expect(page.locator("li.message.is-new")).to_have_count(2)
    assert await top_of(row(page, third)) == place

    # The second click is a pause, as it was meant to be; nothing else is heard by it.
    await play.click()
    await until(page, f"!({PLAYING})")
    assert front.services.messages.new_count(front.user("olga")) == 2

    # What somebody else does is seen in place, too; the list is a new one once it is asked for.
    await asyncio.to_thread(partial(front.services.messages.delete, second, by=NOBODY))
    await expect(row(page, second)).to_contain_text("удалено")
    await expect(row(page, second).get_by_role("checkbox")).to_be_disabled()
    mark = partial(front.services.messages.mark, user=front.user("olga"), by=NOBODY)
    await asyncio.to_thread(mark, [first], "heard")
    await expect(page.locator("li.message.is-new")).to_have_count(0)
    await expect(page.locator("li.message")).to_have_count(3)
    # Nor do the others go when something is done to one of them.
    await row(page, first).hover()
    await row(page, first).get_by_role("link", name="Удалить").click()
    await page.get_by_role("dialog").get_by_role("button", name="Удалить").click()
    await expect(row(page, first)).to_have_count(0)
    await expect(page.locator("li.message")).to_have_count(2)
    await page.get_by_role("link", name="Новые").click()
    await expect(page.get_by_text("Всё прослушано")).to_be_visible()
    assert faults_of(page) == []


async def test_what_is_deleted_elsewhere_is_not_selected_and_not_played_next(
    visitors: Visitors, front: Front
) -> None:
    last, gone, first = (front.receive(name=name) for name in ("Анна", "Пётр", "Иван"))
    page = await opened(visitors)
    for ticked in (gone, last):
        await row(page, ticked).get_by_role("checkbox").check()
    await asyncio.to_thread(partial(front.services.messages.delete, gone, by=NOBODY))
    await expect(row(page, gone)).to_contain_text("удалено")
    await expect(page.locator("[name=message]:checked")).to_have_count(1)
    await expect(page.locator("#selected output")).to_have_text("Выбрано: 1")
    await page.get_by_role("button", name="Снять выделение").click()
    await expect(page.locator("#selected .selected")).to_be_hidden()
    restore = partial(front.services.messages.restore_many, [gone], by=NOBODY)
    await asyncio.to_thread(restore)
    await expect(row(page, gone).get_by_role("checkbox")).to_be_enabled()
    await expect(row(page, gone).get_by_role("checkbox")).not_to_be_checked()

    await asyncio.to_thread(partial(front.services.messages.delete, gone, by=NOBODY))
    await expect(row(page, gone)).to_contain_text("удалено")
    await row(page, first).locator("[data-play]").click()
    # The keys are the player's also where a box was ticked last; the space bar is the box's.
    await row(page, first).get_by_role("checkbox").focus()
    await page.keyboard.press("j")
    await expect(row(page, last)).to_have_attribute("aria-current", "true")
    await page.keyboard.press("Space")
    await expect(row(page, first).get_by_role("checkbox")).to_be_checked()
    await page.keyboard.press("x")
    await expect(page.locator("voice-player")).to_be_hidden()
    assert faults_of(page) == []


async def test_a_new_one_is_announced_and_moves_nothing_under_the_mouse(
    visitors: Visitors, front: Front
) -> None:
    rows = [front.receive() for _ in range(2)]
    page = await opened(visitors)
    await row(page, rows[0]).hover()
    place = await top_of(row(page, rows[0]))
    come = await asyncio.to_thread(partial(front.receive, name="Мария"))
    await expect(row(page, come)).to_be_in_viewport()
    assert abs(await top_of(row(page, rows[0])) - place) < 1
    await expect(page.locator("#announcer")).to_have_text("Новое сообщение: Мария")

    await page.locator("#nav-numbers").click()
    await expect(page.locator("h1")).to_have_text("Номера")
    await asyncio.to_thread(front.receive)
    await expect(page.locator("#announcer")).to_have_text("4 новых сообщения")
    assert faults_of(page) == []


async def test_no_message_falls_between_what_is_shown_and_what_comes(
    visitors: Visitors, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.message_list.address.PAGE", 2)
    ids = [front.receive() for _ in range(3)]
    page = await opened(visitors)
    older = page.locator("a[rel=next]")
    end = await older.get_attribute("href")
    ids.append(await asyncio.to_thread(front.receive))
    await expect(row(page, ids[3])).to_be_visible()
    await expect(page.locator("li.message")).to_have_count(3)
    assert await older.get_attribute("href") == end

    # More than a page while nobody listened: they are on the next one.
    await page.context.set_offline(True)
    ids += [await asyncio.to_thread(front.receive) for _ in range(3)]
    await page.context.set_offline(False)
    await expect(row(page, ids[6])).to_be_visible()
    await expect(page.locator("li.message")).to_have_count(5)
    await older.click()
    await expect(row(page, ids[4])).to_be_visible()
    await expect(row(page, ids[3])).to_be_visible()


async def test_all_of_the_page_and_all_that_is_found_are_selected(
    visitors: Visitors, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.message_list.address.PAGE", 2)
    ids = [front.receive() for _ in range(5)]
    page = await opened(visitors)
    every, ticked = page.locator("[data-pick-all]"), page.locator("[name=message]:checked")
    told = page.locator("#selected output")
    await every.click()
    await expect(ticked).to_have_count(2)
    await expect(told).to_have_text("Выбрано: 2")
    await every.click()
    await expect(ticked).to_have_count(0)
    await page.locator("[name=message]").first.check()
    await every.focus()
    await page.keyboard.press("Space")
    await expect(ticked).to_have_count(2)

    found = page.get_by_role("button", name="Выбрать все найденные: 5")
    await found.click()
    await expect(told).to_have_text("Выбраны все найденные: 5")
    await expect(found).to_be_hidden()
    await page.locator("[name=message]").first.uncheck()
    await expect(told).to_have_text("Выбрано: 1")
    await every.click()
    await found.focus()
    await page.keyboard.press("Enter")
    # News that change nothing of what is found leave it selected.
    mark = partial(front.services.messages.mark, user=front.user("olga"), by=NOBODY)
    await asyncio.to_thread(mark, ids[:1], "heard")
    await expect(page.locator("#nav-messages .count")).to_contain_text("4")
    await expect(told).to_have_text("Выбраны все найденные: 5")
    assert await violations(page) == []
    form = page.locator("#selected")
    await form.get_by_role("button", name="Отметить прослушанным").click()
    await expect(page.locator("li.message.is-new")).to_have_count(0)
    await expect(page.locator("#nav-messages .count")).to_have_count(0)

    await every.click()
    await found.click()
    await form.get_by_role("button", name="Удалить").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Удалить все найденные сообщения: 5?")
    await dialog.get_by_role("button", name="Удалить").click()
    await expect(page.get_by_text("Сообщений пока нет")).to_be_visible()
    assert faults_of(page) == []


async def test_deleted_on_its_own_page_it_leads_to_the_list(
    visitors: Visitors, front: Front
) -> None:
    front.receive(name="Мария")
    message = front.receive(name="Пётр")
    page = await opened(visitors)
    await page.get_by_role("searchbox").fill("Пётр")
    await expect(page.locator("li.message")).to_have_count(1)
    await expect(page).to_have_url(re.compile("search="))
    address = page.url
    await row(page, message).locator(".caller a").click()
    await page.locator(".trail a").click()
    await expect(page.locator("h1")).to_have_text("Голосовая почта")
    await expect(page).to_have_url(address)
    await expect(page.get_by_role("searchbox")).to_have_value("Пётр")

    await row(page, message).locator(".caller a").click()
    await expect(page.locator("h1")).to_have_text("Пётр")
    await page.get_by_role("link", name="Удалить").click()
    await page.get_by_role("dialog").get_by_role("button", name="Удалить").click()
    await expect(page).to_have_url(address)
    await expect(page.get_by_text("Ничего не найдено")).to_be_visible()
    await page.get_by_role("button", name="Отменить").click()
    await expect(row(page, message)).to_be_visible()
    await expect(page).to_have_url(address)
    assert faults_of(page) == []


async def test_a_month_is_chosen_without_a_year(visitors: Visitors, front: Front) -> None:
    front.receive()
    page = await opened(visitors)
    month = page.get_by_label("Месяц", exact=True)
    await month.select_option(index=1)
    await page.wait_for_url("**/messages?month=20*")
    await expect(page.get_by_label("Год", exact=True)).not_to_have_value("")
    await page.get_by_label("Год", exact=True).select_option("")
    await expect(page).to_have_url(f"{visitors.url}/messages")


async def test_what_plays_goes_on_over_the_end_of_a_page(
    visitors: Visitors, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.message_list.address.PAGE", 2)
    ids = [front.receive(name=name) for name in ("Анна", "Пётр", "Иван", "Мария")]
    page = await opened(visitors)
    await page.get_by_label("Порядок").select_option("oldest")
    await expect(page.locator("li.message").first).to_have_id(f"message-{ids[0]}")
    await row(page, ids[1]).locator("[data-play]").click()
    await until(page, PLAYING)
    await page.keyboard.press("a")
    to_the_end = "audio => (audio.currentTime = audio.duration - 0.2)"
    audio = page.locator("voice-player audio")
    await audio.evaluate(to_the_end)
    await expect(page.locator("voice-player strong")).to_have_text("Иван")
    await expect(row(page, ids[2])).to_have_attribute("data-state", "playing")
    assert "before=" in page.url
    await until(page, PLAYING)

    # Also while another section is open.
    await page.locator("#nav-numbers").click()
    await expect(page.locator("h1")).to_have_text("Номера")
    await audio.evaluate(to_the_end)
    await expect(page.locator("voice-player strong")).to_have_text("Мария")
    await expect(page.locator("h1")).to_have_text("Номера")
    assert faults_of(page) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE, LOW], ids=["desktop", "phone", "low"])
async def test_a_key_shows_the_keys(visitors: Visitors, size: ViewportSize) -> None:
    page = await opened(visitors, size=size)
    await page.get_by_role("searchbox").focus()
    await page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Горячие клавиши")
    await expect(keys).to_be_hidden()
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("?")
    await expect(keys).to_be_visible()
    await expect(keys.get_by_text("Пробел")).to_be_in_viewport()
    await expect(keys).to_contain_text("К плееру и обратно")
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await expect(keys).to_be_hidden()
    await page.locator(".account summary").click()
    await page.get_by_role("button", name="Горячие клавиши").click()
    await expect(keys).to_be_visible()
    await keys.get_by_role("button", name="Закрыть").click()
    await expect(page.locator(".account summary")).to_be_focused()
    assert faults_of(page) == []

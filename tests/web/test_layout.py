"""What is seen of the list at the sizes of real screens, in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from sqlalchemy import update

from storage.database.tables import MessageRow
from tests.web.browser import Visitors, visitors_of
from tests.web.conftest import NOBODY, Front

LONG = 1805.0
"""Seconds: 30:05."""
AUGUST = datetime(2026, 8, 14, 6, 30, tzinfo=UTC)
CUT_OFF = """els => els.filter(el => el.scrollWidth > el.clientWidth || el.clientWidth < 20)
                     .map(el => `${el.textContent}: ${el.scrollWidth} in ${el.clientWidth}`)"""
LINES = """els => els.map(el => {
  const range = document.createRange();
  range.selectNodeContents(el);
  return new Set([...range.getClientRects()].map(rect => Math.round(rect.bottom / 8))).size;
})"""
ON_TOP = """el => {
  const { left, top, width, height } = el.getBoundingClientRect();
  const there = document.elementFromPoint(left + width / 2, top + height / 2);
  return el.contains(there) || there.contains(el);
}"""
IN_SIGHT = """() => {
  const player = document.querySelector("voice-player").getBoundingClientRect();
  const end = player.height ? player.top : innerHeight;
  return [...document.querySelectorAll(".message")]
    .map(el => el.getBoundingClientRect())
    .filter(({ top, bottom }) => top >= 0 && bottom <= end).length;
}"""


@pytest.fixture
async def visitors(browser: Browser, front: Front) -> AsyncIterator[Visitors]:
    """A list of long messages, from numbers and from people with long names."""
    for minute in range(4):
        front.receive(name="", caller="79161234567", at=AUGUST.replace(minute=minute))
        front.receive(
            front.box_of("101"), name="Константин Константинопольский", at=AUGUST.replace(hour=5)
        )
    with front.installation.database.session() as session:
        session.execute(update(MessageRow).values(duration=LONG))
    async with visitors_of(browser, front) as visitors:
        yield visitors


async def listed(visitors: Visitors, width: int, height: int = 800, **options: Any) -> Page:
    page = await visitors.come_in("olga", size={"width": width, "height": height}, **options)
    await page.goto("/messages")
    return page


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize(
    ("width", "touch"), [(1280, False), (1024, False), (768, False), (390, True), (320, True)]
)
async def test_numbers_and_lengths_are_whole(
    visitors: Visitors, front: Front, width: int, touch: bool, language: Any
) -> None:
    speak(front, language)
    page = await listed(visitors, width, is_mobile=touch, has_touch=touch)
    numbers = page.locator(".caller a", has_text="+7 916 123-45-67")
    assert await numbers.count() == 4
    assert await numbers.evaluate_all(CUT_OFF) == []
    lengths = page.locator(".message .at small > span", has_text="30:05")
    assert await lengths.count() == 8
    assert set(await lengths.evaluate_all(LINES)) == {1}
    for part in (lengths.first, page.locator(".message time").first):
        await expect(part).to_be_visible()
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_length_and_time_stay_in_sight_under_the_mouse(
    visitors: Visitors, front: Front, language: Any
) -> None:
    speak(front, language)
    page = await listed(visitors, 1024)
    row = page.locator(".message").first
    await row.hover()
    await expect(row.locator(".row-actions")).to_have_css("opacity", "1")
    for part in (row.locator(".at small > span").first, row.locator("time")):
        assert await part.evaluate(ON_TOP)
        assert await part.evaluate("el => el.scrollWidth <= el.parentElement.clientWidth")
    for button in await row.locator(".row-actions .button").all():
        assert await button.evaluate(ON_TOP)


@pytest.mark.parametrize(("width", "count"), [(1280, 305), (1280, 1000), (390, 305)])
async def test_the_badge_holds_its_number(
    visitors: Visitors, front: Front, monkeypatch: pytest.MonkeyPatch, width: int, count: int
) -> None:
    monkeypatch.setattr(front.services.messages, "new_count", lambda _user: count)
    page = await listed(visitors, width)
    badges = page.locator(".count")
    assert await badges.count() == 2
    assert await badges.evaluate_all(CUT_OFF) == []
    assert await page.locator("#nav-messages").evaluate("el => el.scrollWidth <= el.clientWidth")


@pytest.mark.parametrize(("width", "height"), [(844, 390), (640, 400), (640, 360), (512, 384)])
async def test_on_a_low_screen_messages_stay_in_sight(
    visitors: Visitors, width: int, height: int
) -> None:
    page = await listed(visitors, width, height)
    assert await page.evaluate(IN_SIGHT) >= 1
    await page.locator(".play").first.click()
    player = page.locator("voice-player")
    await expect(player).to_be_visible()
    assert await height_of(player) < height / 3.5
    assert await page.evaluate(IN_SIGHT) >= 1
    row = page.locator(".message").nth(2)
    await row.scroll_into_view_if_needed()
    assert await page.evaluate(IN_SIGHT) >= 2
    controls = await player.locator("button, a").all()
    edges = [await control.bounding_box() for control in controls]
    assert all(edge and edge["x"] + edge["width"] <= width for edge in edges if edge)


@pytest.mark.parametrize("width", [1280, 1024, 844, 390, 320])
async def test_the_next_row_is_where_it_was_when_one_is_ticked(
    visitors: Visitors, width: int
) -> None:
    page = await listed(visitors, width)
    boxes = [page.locator("[name=message]").nth(number) for number in (0, 1)]
    await boxes[0].scroll_into_view_if_needed()
    before = await boxes[1].bounding_box()
    await boxes[0].check()
    assert await boxes[1].bounding_box() == before
    delete = page.locator("#selected [value=delete]")
    await expect(delete).to_be_visible()
    in_row = page.locator(".row-actions .danger").first
    colour = "el => getComputedStyle(el).color"
    assert await delete.evaluate(colour) == await in_row.evaluate(colour)


async def test_a_list_is_printed_as_a_list(visitors: Visitors) -> None:
    page = await listed(visitors, 1280, color_scheme="dark")
    await page.locator(".play").first.click()
    await page.set_viewport_size({"width": 720, "height": 1000})  # a sheet of A4
    await page.emulate_media(media="print")
    for hidden in (
        "voice-player",
        ".side",
        ".play",
        ".row-actions",
        ".find",
        "#year",
        ".order",
        "[data-zip]",
    ):
        await expect(page.locator(hidden).first).to_be_hidden()
    row = page.locator(".message", has_text="Константин").first
    for text in (
        "Константин Константинопольский",
        "+7 916 123-45-67",
        "Анна Щукина · 101",
        "30:05",
    ):
        await expect(row.locator("bdi, small > span", has_text=text).first).to_be_visible()
    await expect(page.locator("main")).to_contain_text("14 августа 2026 г.")
    assert await page.locator(".caller a").evaluate_all(CUT_OFF) == []
    assert await height_of(row) < 60
    colour = "getComputedStyle(document.body).backgroundColor"
    assert await page.evaluate(colour) == "rgb(255, 255, 255)"


def speak(front: Front, language: Literal["ru", "en"]) -> None:
    """Have the administrator's pages in that language."""
    olga = front.user("olga")
    front.services.users.change(
        olga.id, company_id=olga.company_id, name=olga.name, language=language, by=NOBODY
    )


async def height_of(element: Locator) -> float:
    box = await element.bounding_box()
    assert box is not None
    return box["height"]

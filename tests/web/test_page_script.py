"""What the page's scripts do beyond htmx, in a real browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Literal

import pytest
from playwright.async_api import Browser, Route, expect

from tests.web.browser import PHONE, Visitors, faults_of, until, visitors_of
from tests.web.conftest import Front


@pytest.fixture
async def visitors(browser: Browser, front: Front) -> AsyncIterator[Visitors]:
    async with visitors_of(browser, front) as visitors:
        yield visitors


async def test_after_the_session_one_logs_in_and_returns(visitors: Visitors, front: Front) -> None:
    page = await visitors.come_in("olga")
    async with page.expect_response("**/events*"):
        await page.goto("/messages?state=new")
    await asyncio.to_thread(front.services.sessions.end, front.tokens["olga"])
    bar = page.locator("#connection")
    # Told by the stream itself, which would have gone on for minutes.
    await expect(bar).to_contain_text("Сеанс закончился.")
    await bar.get_by_role("link", name="Войти снова").click()
    await expect(page).to_have_url(f"{visitors.url}/login?next=%2Fmessages%3Fstate%3Dnew")
    assert faults_of(page) == []


async def test_a_page_whose_scripts_come_slowly_hears_of_messages(
    visitors: Visitors, front: Front
) -> None:
    page = await visitors.come_in("olga")
    goes_on = asyncio.Event()

    async def slowly(route: Route) -> None:
        await goes_on.wait()
        await route.continue_()

    await page.route("**/hx-sse.min.js*", slowly)
    await page.goto("/messages", wait_until="commit")
    await until(page, "Boolean(window.htmx)")
    await page.evaluate("new Promise(resolve => setTimeout(resolve, 50))")  # behind its own timer
    goes_on.set()
    await page.wait_for_load_state()
    message = await asyncio.to_thread(front.receive)
    await expect(page.locator(f"#message-{message}")).to_be_visible()


@pytest.mark.parametrize("key", ["Control", "Shift"])
async def test_a_link_opens_elsewhere_when_asked_to(
    visitors: Visitors, key: Literal["Control", "Shift"]
) -> None:
    page = await visitors.come_in("olga")
    await page.goto("/messages")
    await until(page, "Boolean(window.htmx)")
    async with page.context.expect_page() as opened:
        await page.locator("#nav-numbers").click(modifiers=[key])
    other = await opened.value
    await other.wait_for_load_state()
    assert other.url.endswith("/numbers")
    assert page.url.endswith("/messages")


async def test_on_a_phone_the_open_section_is_in_sight(visitors: Visitors) -> None:
    page = await visitors.come_in("olga", size=PHONE)
    for address in ("/audit", "/messages", "/users"):
        await page.goto(address)
        await expect(page.locator(f"#nav-{address[1:]}")).to_be_in_viewport(ratio=1)
    await page.goto("/messages")
    await page.locator("#nav-employees").click()
    await expect(page.locator("h1")).to_have_text("Сотрудники")
    await expect(page.locator("#nav-employees")).to_be_in_viewport(ratio=1)

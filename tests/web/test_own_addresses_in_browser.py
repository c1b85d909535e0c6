"""One's own mail addresses in a real browser: by keyboard, on a narrow screen and in the dark."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from storage.office.edit import with_fields
from tests.web.browser import Visitors, faults_of, violations, visitors_of
from tests.web.conftest import COMPANY, NOBODY, Front
from tests.web.test_own_addresses import HOME, code, told

NARROW = ViewportSize(width=360, height=740)
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
async def visitors(browser: Browser, front: Front) -> AsyncIterator[Visitors]:
    front.services = dataclasses.replace(front.services, has_mail_server=True)
    front.services.offices.edit(
        COMPANY,
        lambda office: with_fields(office, company=with_fields(office.company, self_service=True)),
        by=NOBODY,
    )
    async with visitors_of(browser, front) as visitors:
        yield visitors


async def test_an_address_is_set_and_confirmed_by_keyboard(
    visitors: Visitors, front: Front
) -> None:
    page = await visitors.come_in("anna", size=NARROW, color_scheme="dark")
    await page.goto("/account")
    await page.get_by_label("Адрес электронной почты").focus()
    await page.keyboard.type(HOME)
    for _ in range(3):  # what comes along, and up to which size
        await page.keyboard.press("Tab")
    await expect(page.locator("[name=event][value='message.kept']")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#toasts").get_by_text("Письмо с кодом отправлено.")).to_be_visible()
    field = page.get_by_label(f"Код из письма на {HOME}")
    await field.fill("0000 000")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("это не тот код")).to_be_visible()
    await expect(field).to_have_attribute("aria-invalid", "true")
    assert await violations(page) == []
    assert await page.evaluate(WIDE) <= 0
    await field.fill(code(front))
    await page.keyboard.press("Enter")
    await expect(page.locator("#toasts").get_by_text("Адрес подтверждён.")).to_be_visible()
    assert told(front) == [HOME]
    assert await violations(page) == []
    assert [fault for fault in faults_of(page) if "422" not in fault] == []


async def test_an_administrator_sees_it_and_takes_it_away(visitors: Visitors, front: Front) -> None:
    anna = await visitors.come_in("anna", java_script_enabled=False)
    await anna.goto("/account")
    await anna.get_by_label("Адрес электронной почты").fill(HOME)
    await anna.get_by_role("button", name="Отправлять туда письма").click()
    await expect(anna.get_by_text("не подтверждён")).to_be_visible()
    front.services.users.change(front.user("olga").id, language="en", by=NOBODY)
    olga = await visitors.come_in("olga", size=NARROW)
    await olga.goto("/employees/101/notify")
    section = olga.get_by_role("region", name="Set by the employee")
    await expect(section).to_contain_text(HOME)
    assert await violations(olga) == []
    assert await olga.evaluate(WIDE) <= 0
    await section.get_by_role("button", name="Remove").click()
    await expect(olga.locator("#toasts").get_by_text("Removed.")).to_be_visible()
    await expect(section).to_have_count(0)
    assert faults_of(olga) == []

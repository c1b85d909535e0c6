"""The pictures of README and the guides, taken of the real page in a real browser.

    python -m tests.web.screenshots

The messages are spoken by a synthesiser and kept as a call would keep them.
"""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from playwright.async_api import Page

from storage.office import parse_office
from tests.web.browser import DESKTOP, PHONE, Visitors, chromium, until, visitors_of
from tests.web.conftest import NOBODY, Front, make_home
from web.language.texts import LANGUAGES, Language

FOLDER: Final = Path(__file__).parents[2] / "docs" / "screenshots"
EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "office.toml"

# Who called, how many minutes ago, whom (an extension, or "" for the company), and what was said.
CALLS: Final = (
    ("79161112233", "Мария", 4, "", "Добрый день, это Мария. Пришлите мне, пожалуйста, договор."),
    ("79267778899", "Олег", 35, "101", "Анна, это Олег. Встреча переносится на три часа дня."),
    ("74959876543", "", 110, "", "Здравствуйте. Вы сегодня работаете до шести или до семи?"),
    ("79035556677", "Иван", 60 * 20, "102", "Борис, это Иван. Перезвоните мне завтра утром."),
    ("78123456789", "Склад", 60 * 23, "", "Это склад. Ваш заказ собран, можно забирать."),
    ("79161112233", "Мария", 60 * 47, "101", "Анна, договор получила, спасибо большое."),
    ("79851234567", "", 60 * 75, "", "Алло. Я насчёт вакансии. Перезвоните, пожалуйста."),
    ("79035556677", "Иван", 60 * 24 * 9, "", "Счёт оплатили, проверьте, пожалуйста."),
    ("79267778899", "Олег", 60 * 24 * 34, "102", "Борис, я опоздаю минут на двадцать."),
)
NAMES: Final = {"olga": "Ольга Смирнова", "anna": "Анна Петрова", "rival": "Пётр Лютиков"}
HEARD: Final = 3
"""From this call on, everything was listened to."""


async def take() -> None:
    """Every picture, in Russian and in English."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        front = Front(home, make_home(home))
        office = parse_office(EXAMPLE.read_text("utf-8"))
        front.services.offices.apply(office, EXAMPLE.parent, by=NOBODY)
        _receive(front)
        try:
            async with chromium() as browser, visitors_of(browser, front) as visitors:
                for language in LANGUAGES:
                    await _take_all(visitors, front, language)
        finally:
            front.close()


def _receive(front: Front) -> None:
    now = datetime.now(UTC)
    for index, (caller, name, minutes, extension, words) in enumerate(CALLS):
        box = front.box_of(extension) if extension else front.company_box()
        at = now - timedelta(minutes=minutes)
        message = front.receive(box, caller=caller, name=name, at=at, words=words)
        if index >= HEARD:
            for login in ("olga", "anna"):
                user = front.user(login)
                if user.is_administrator or extension in user.extensions:
                    front.services.messages.mark([message], "heard", user=user, by=NOBODY)


async def _take_all(visitors: Visitors, front: Front, language: Language) -> None:
    for login, name in NAMES.items():
        user = front.user(login)
        front.services.users.change(user.id, by=NOBODY, name=name, language=language)
    page = await visitors.come_in("olga", size=DESKTOP, device_scale_factor=2)
    await page.goto("/messages")
    await _play_first(page)
    await _save(page, f"list-{language}")
    await page.locator("[data-command=close]").click()
    await page.goto("/menus")
    await _save(page, f"menu-{language}")
    await page.goto("/employees/101")
    await _save(page, f"employee-{language}")
    dark = await visitors.come_in("olga", size=DESKTOP, device_scale_factor=2, color_scheme="dark")
    await dark.goto("/messages")
    await _play_first(dark)
    await _save(dark, f"dark-{language}")
    phone = await visitors.come_in(
        "anna", size=PHONE, device_scale_factor=2, has_touch=True, is_mobile=True
    )
    await phone.goto("/messages")
    await _play_first(phone)
    await _save(phone, f"phone-{language}")
    empty = await visitors.come_in("rival", size=DESKTOP, device_scale_factor=2)
    await empty.goto("/messages")
    await _save(empty, f"empty-{language}")


async def _play_first(page: Page) -> None:
    """Begin to play the second message, and stop two seconds into it."""
    row = page.locator("[data-message]").nth(1)
    await row.hover()
    await row.locator("[data-play]").first.click()
    await until(page, "document.querySelector('audio').currentTime > 1.5")
    await page.keyboard.press("Space")


async def _save(page: Page, name: str) -> None:
    await page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    asyncio.run(take())

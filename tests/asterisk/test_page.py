"""«Голосовая почта»: what real callers leave is found, heard and looked after in a real browser."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.asterisk.conftest import Telephony, press_until_gone
from tests.asterisk.listening import SAME, likeness
from tests.asterisk.offices import office
from tests.asterisk.test_review import kept_from, recording_started
from tests.speech import speak
from tests.web.browser import faults_of, until, violations, watch

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]

CALLER = "79165550071"
SHOWN_CALLER = "+7 916 555-00-71"
SPEECH = "Добрый день. Это Пётр Семёнов. Перезвоните мне, пожалуйста, насчёт поставки."
PASSWORD = "a password for tests"


@dataclass(frozen=True)
class Company:
    """A company of a test's own, with an administrator and two employees who may log in."""

    telephony: Telephony
    name: str
    number: str

    def login(self, who: str) -> str:
        return f"{who}-{self.number}"

    async def leave(self, *, key: str = "", caller: str = CALLER, name: str = "Пётр") -> str:
        """Call, choose, speak, hang up; the id of the message once it is kept."""
        telephony = self.telephony
        before = {message["id"] for message in await telephony.house.messages()}
        now = len(telephony.inside.events)
        person = await telephony.phones.call(self.number, caller=caller, name=name)
        if key:
            await person.press(key)
        await recording_started(telephony, now)
        await person.say(speak(SPEECH))
        await person.hang_up()
        while True:
            new = [m["id"] for m in await kept_from(telephony, caller) if m["id"] not in before]
            if new:
                return str(new[0])


COUNTER = itertools.count(74950000071)


@pytest.fixture
async def company(telephony: Telephony) -> Company:
    number = str(next(COUNTER))
    company = Company(telephony, f"Почта {number}", number)
    await telephony.house.apply(office(telephony.phones.sip, company=company.name, number=number))
    people = {"vera": ("administrator",), "anna": ("employee", "101"), "boris": ("employee", "102")}
    for who, (role, *extensions) in people.items():
        words = ["--name", who.title(), "--role", role, "--company", company.name]
        words += [word for extension in extensions for word in ("--extension", extension)]
        words.append("--password-stdin")
        await telephony.house.voicepost("users", "add", company.login(who), *words, said=PASSWORD)
    return company


@dataclass(frozen=True)
class Desk:
    """Somebody before the page."""

    page: Page

    def row(self, message_id: str) -> Locator:
        return self.page.locator(f"#message-{message_id}")


@asynccontextmanager
async def at_the_page(browser: Browser, company: Company, who: str) -> AsyncIterator[Desk]:
    """Log in as a person would."""
    context = await browser.new_context(
        base_url=f"http://127.0.0.1:{company.telephony.house.web_port}",
        locale="ru-RU",
        reduced_motion="reduce",
    )
    page = await context.new_page()
    watch(page)
    await page.goto("/")
    await page.get_by_label("Логин").fill(company.login(who))
    await page.get_by_label("Пароль").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Голосовая почта")
    yield Desk(page)
    assert faults_of(page) == []
    await context.close()


async def test_a_message_comes_by_itself_is_heard_and_taken_away(
    company: Company, browser: Browser, tmp_path: Path
) -> None:
    telephony = company.telephony
    async with at_the_page(browser, company, "vera") as desk:
        page = desk.page
        await expect(page.locator("[data-message]")).to_have_count(0)
        message = await company.leave()

        # It appears in the open page, and in its title, without anybody's doing.
        await expect(desk.row(message)).to_be_visible()
        await expect(desk.row(message)).to_contain_text(SHOWN_CALLER)
        await expect(page).to_have_title(f"(1) Голосовая почта · {company.name}")
        await expect(page.get_by_role("navigation").first).to_contain_text("1")

        await desk.row(message).hover()
        await desk.row(message).locator("[data-play]").click()
        await until(page, "!document.querySelector('audio').paused")
        await until(page, "document.querySelector('audio').currentTime > 0.5")
        await expect(page).to_have_title(f"Голосовая почта · {company.name}")
        await page.get_by_role("button", name="1×").click()
        assert await page.evaluate("document.querySelector('audio').playbackRate") == 1.25
        assert await page.evaluate("document.querySelector('audio').preservesPitch") is True

        # What comes out of the page is what was spoken into the phone.
        await desk.row(message).hover()
        async with page.expect_download() as downloading:
            await desk.row(message).get_by_role("link", name="Скачать").click()
        download = await downloading.value
        assert CALLER in download.suggested_filename
        taken = tmp_path / "taken.wav"
        await download.save_as(taken)
        assert likeness(speak(SPEECH), taken) > SAME
        (known,) = [m for m in await telephony.house.messages() if m["id"] == message]
        assert hashlib.sha256(taken.read_bytes()).hexdigest() == known["sha256"]

        # Deleting asks, and can be undone.
        await desk.row(message).hover()
        await desk.row(message).get_by_role("link", name="Удалить").click()
        await page.get_by_role("dialog").get_by_role("button", name="Удалить").click()
        await expect(desk.row(message)).to_have_count(0)
        await page.get_by_role("button", name="Отменить").click()
        await expect(desk.row(message)).to_be_visible()
        assert await violations(page) == []
    told = [
        entry["action"]
        for entry in await telephony.house.json("audit", "list", "--company", company.name)
    ]
    for action in (
        "login",
        "message.play",
        "message.download",
        "message.delete",
        "message.restore",
    ):
        assert action in told, action


async def test_employees_hear_their_own_messages_and_nothing_else(
    company: Company, browser: Browser
) -> None:
    own = await company.leave(key="1")
    await company.leave()
    async with (
        at_the_page(browser, company, "anna") as anna,
        at_the_page(browser, company, "boris") as boris,
    ):
        await expect(anna.row(own)).to_be_visible()
        await expect(anna.page.locator("[data-message]")).to_have_count(1)
        await expect(boris.page.locator("[data-message]")).to_have_count(0)
        await expect(anna.page.get_by_role("link", name="Удалить")).to_have_count(0)
        sections = anna.page.get_by_role("navigation", name="Разделы").get_by_role("link")
        await expect(sections).to_have_count(1)
        statuses = [
            (await desk.page.request.get(f"/messages/{own}/audio")).status for desk in (anna, boris)
        ]
        assert statuses == [200, 404]
        refused = await anna.page.request.post(
            f"/messages/{own}/delete", headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert refused.status == 403


async def test_the_list_is_searched_and_narrowed(company: Company, browser: Browser) -> None:
    first = await company.leave(caller="79165550072", name="Артём")
    second = await company.leave(key="1", caller="74951112272", name="")
    async with at_the_page(browser, company, "vera") as desk:
        search = desk.page.get_by_role("searchbox")
        for words, shown, hidden in (
            ("8 (916) 555-00-72", first, second),
            ("анна петрова", second, first),
            ("ПЕТРОВ", second, first),
            ("111-22-72", second, first),
        ):
            await search.fill(words)
            await expect(desk.row(shown)).to_be_visible()
            await expect(desk.row(hidden)).to_have_count(0)
        await search.fill("")
        await expect(desk.row(first)).to_be_visible()
        year = desk.page.get_by_label("Год", exact=True)
        await year.select_option(index=1)
        await expect(desk.page).to_have_url(re.compile(r"month=\d{4}$"))
        await expect(desk.row(first)).to_be_visible()
        await desk.page.get_by_label("Месяц", exact=True).select_option(index=1)
        await expect(desk.page).to_have_url(re.compile(r"month=\d{4}-\d\d$"))
        await expect(desk.row(second)).to_be_visible()


async def test_a_greeting_is_recorded_by_phone_from_the_page(
    company: Company, browser: Browser, tmp_path: Path
) -> None:
    telephony = company.telephony
    telephony.phones.behaviours["101"] = "answer"
    async with at_the_page(browser, company, "vera") as desk:
        page = desk.page
        await page.goto("/prompts/welcome")
        await page.get_by_label("Запись по телефону").check()
        await page.get_by_label("На какой телефон позвонить").select_option("101")
        rung, now = len(telephony.phones.ears.events), len(telephony.inside.events)
        await page.get_by_role("button", name="Сохранить").click()
        speaker = await telephony.phones.answered("101", after=rung)
        await recording_started(telephony, now)
        await speaker.say(speak(SPEECH))
        await speaker.press("#")
        await press_until_gone(speaker, "1")

        sound = tmp_path / "welcome.wav"
        answer = await page.request.get("/prompts/welcome/audio")
        sound.write_bytes(await answer.body())
        assert likeness(speak(SPEECH), sound) > SAME

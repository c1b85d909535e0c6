"""New messages told by the browser: to whom it is switched on, once, and of what is theirs only."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from storage.intake.intake import Kept
from tests.speech import speak
from tests.statements import statements_of
from tests.web.browser import Visitors, faults_of, until, violations, visitors_of
from tests.web.conftest import NOBODY, Front

RECORDED = """
  window.recorded = [];
  window.sounds = 0;
  window.Notification = class extends EventTarget {
    static permission = PERMISSION;
    static async requestPermission() {
      if (Notification.permission === "default") Notification.permission = ANSWER;
      return Notification.permission;
    }
    constructor(title, options) {
      super();
      if (ILLEGAL) throw new TypeError("Illegal constructor");
      recorded.push({ title, ...options });
      window.last = this;
    }
    close() {}
  };
  const Real = window.AudioContext;
  window.AudioContext = class extends Real {
    constructor() { super(); window.sounds += 1; }
  };
"""
SHOWS = "Показывать уведомление"
SOUNDS = "Подавать звуковой сигнал"
NARROW = ViewportSize(width=360, height=740)


@pytest.fixture
async def visitors(browser: Browser, front: Front) -> AsyncIterator[Visitors]:
    async with visitors_of(browser, front) as visitors:
        yield visitors


async def come_in(
    visitors: Visitors,
    login: str = "anna",
    *,
    permission: str = "default",
    answer: str = "granted",
    illegal: bool = False,
    more: str = "",
    **options: Any,
) -> Page:
    """A browser that writes down what it would show."""
    page = await visitors.come_in(login, **options)
    script = RECORDED.replace("PERMISSION", repr(permission)).replace("ANSWER", repr(answer))
    script = script.replace("ILLEGAL", "true" if illegal else "false") + more
    await page.context.add_init_script(script)
    return page


async def recorded(*pages: Page) -> list[dict[str, str]]:
    """What the tabs have shown, without the sample."""
    shown = [each for page in pages for each in await page.evaluate("recorded")]
    return cast(list[dict[str, str]], [each for each in shown if each["tag"] != "sample"])


async def switch_on(page: Page, *labels: str) -> None:
    await page.goto("/account")
    for label in labels:
        await page.get_by_label(label).click()
        await expect(page.get_by_label(label)).to_be_checked()


async def told_of(message: str, *pages: Page) -> None:
    """Wait until one of the tabs has shown a message."""
    async with asyncio.timeout(30):
        while message not in [each["tag"] for each in await recorded(*pages)]:
            await asyncio.sleep(0.05)


def receive_quiet(front: Front) -> str:
    """A message for Anna that is kept aside as probably empty."""
    outcome = front.installation.intake.take_in(
        speak("Да.", path=front.home / f"{uuid.uuid4()}-in.wav"),
        mailbox=front.box_of("101"),
        caller_number="79161234567",
        received_at=datetime.now(UTC),
        source="ari",
        min_speech=60.0,
    )
    assert isinstance(outcome, Kept)
    assert outcome.quiet
    return outcome.id


async def test_several_tabs_tell_once_and_of_ones_own_messages(
    visitors: Visitors, front: Front
) -> None:
    first = await come_in(visitors)
    await switch_on(first, SHOWS)
    assert [each["title"] for each in await first.evaluate("recorded")] == ["Уведомления включены"]
    second = await first.context.new_page()
    await second.goto("/messages")
    await second.evaluate('Notification.permission = "granted"')
    await asyncio.to_thread(front.receive, front.box_of("102"))
    await asyncio.to_thread(receive_quiet, front)
    message = await asyncio.to_thread(front.receive, front.box_of("101"), name="Иван <b>Щ</b>")
    await told_of(message, first, second)
    last = await asyncio.to_thread(front.receive, front.box_of("101"))
    await told_of(last, first, second)
    one, other = await recorded(first, second)
    assert {one["tag"], other["tag"]} == {message, last}
    told = one if one["tag"] == message else other
    assert told["title"] == "Новое голосовое сообщение"
    assert told["body"].splitlines()[:2] == [
        "Иван <b>Щ</b>, +7 916 123-45-67",
        "Кому: Анна Щукина · 101",
    ]
    assert told["silent"]
    assert told["lang"] == "ru"
    assert faults_of(first) == []


async def test_a_tab_that_sees_late_what_others_store_tells_nothing_again(
    visitors: Visitors, front: Front
) -> None:
    first = await come_in(visitors)
    await switch_on(first, SHOWS)
    second = await first.context.new_page()
    await second.goto("/messages")
    await second.evaluate('Notification.permission = "granted"')
    for tab in (first, second):
        await tab.evaluate("""() => {
          const real = Storage.prototype.getItem;
          Storage.prototype.getItem = function (name) {
            return name === "voicepost-shown" ? null : real.call(this, name);
          };
        }""")
    messages = []
    for _ in range(2):
        messages.append(await asyncio.to_thread(front.receive, front.box_of("101")))
        await told_of(messages[-1], first, second)
    await expect(second.locator(f"#message-{messages[-1]}")).to_be_visible()
    assert sorted(each["tag"] for each in await recorded(first, second)) == sorted(messages)


async def test_nobody_is_told_who_has_not_switched_it_on(visitors: Visitors, front: Front) -> None:
    page = await come_in(visitors, permission="granted")
    await page.goto("/messages")
    message = await asyncio.to_thread(front.receive, front.box_of("101"))
    await expect(page.locator(f"#message-{message}")).to_be_visible()
    await switch_on(page, SHOWS)
    other = await asyncio.to_thread(front.receive, front.box_of("101"))
    await told_of(other, page)
    assert [each["tag"] for each in await recorded(page)] == [other]
    await page.get_by_label(SHOWS).click()
    third = await asyncio.to_thread(front.receive, front.box_of("101"))
    await expect(page.locator("#nav-messages .count")).to_contain_text("3")
    await page.goto("/messages")
    await expect(page.locator(f"#message-{third}")).to_be_visible()
    assert await recorded(page) == []


async def test_a_click_opens_the_message_as_a_link_would(visitors: Visitors, front: Front) -> None:
    page = await come_in(visitors)
    await switch_on(page, SHOWS)
    await page.evaluate("window.stays = true")
    message = await asyncio.to_thread(front.receive, front.box_of("101"))
    await told_of(message, page)
    await page.evaluate('last.dispatchEvent(new Event("click"))')
    await expect(page).to_have_url(f"{visitors.url}/messages/{message}")
    await expect(page.get_by_role("heading", name="Иван")).to_be_visible()
    assert await page.evaluate("stays"), "the player would have been cut off"
    assert faults_of(page) == []


async def test_it_is_switched_by_keyboard_and_kept_in_the_browser(visitors: Visitors) -> None:
    page = await come_in(visitors)
    await page.goto("/account")
    await page.get_by_label(SHOWS).focus()
    await page.keyboard.press("Space")
    await expect(page.get_by_label(SHOWS)).to_be_checked()
    await page.keyboard.press("Tab")
    await expect(page.get_by_label(SOUNDS)).to_be_focused()
    await page.keyboard.press("Space")
    assert await page.evaluate("sounds") == 1
    await page.evaluate('Notification.permission = "granted"')
    await page.get_by_role("link", name="Голосовая почта").first.click()
    await expect(page).to_have_url(f"{visitors.url}/messages")
    await page.go_back()
    await expect(page.get_by_label(SHOWS)).to_be_checked()
    await expect(page.get_by_label(SOUNDS)).to_be_checked()
    await page.get_by_label(SHOWS).focus()
    await page.keyboard.press("Space")
    await expect(page.get_by_label(SHOWS)).not_to_be_checked()


async def test_only_a_click_asks_for_leave_and_a_no_is_said(visitors: Visitors) -> None:
    page = await come_in(visitors, answer="denied")
    await page.goto("/account")
    await expect(page.locator("[data-why]")).to_be_empty()
    assert await page.evaluate("Notification.permission") == "default"
    await page.get_by_label(SHOWS).click()
    await expect(page.locator("[data-why]")).to_contain_text("Браузер заблокировал уведомления")
    await expect(page.get_by_label(SHOWS)).not_to_be_checked()
    assert await page.evaluate("recorded") == []
    assert await violations(page) == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("delete window.Notification;", "Этот браузер не показывает уведомлений"),
        (
            'Object.defineProperty(window, "isSecureContext", { value: false });',
            "только со страниц, открытых по https",
        ),
    ],
)
async def test_a_browser_that_cannot_says_why(visitors: Visitors, more: str, sentence: str) -> None:
    page = await come_in(visitors, more=more)
    await page.goto("/account")
    await expect(page.locator("[data-why]")).to_contain_text(sentence)
    await expect(page.get_by_label(SHOWS)).to_be_disabled()
    await expect(page.get_by_label(SOUNDS)).to_be_enabled()
    assert faults_of(page) == []


async def test_a_telephones_browser_that_only_seems_to_can_says_so(visitors: Visitors) -> None:
    page = await come_in(visitors, illegal=True)
    await page.goto("/account")
    await page.get_by_label(SHOWS).click()
    await expect(page.locator("[data-why]")).to_contain_text("не показывает уведомлений")
    await expect(page.get_by_label(SHOWS)).to_be_disabled()
    await expect(page.get_by_label(SHOWS)).not_to_be_checked()
    assert faults_of(page) == []


async def test_the_sound_comes_from_a_tab_that_may_and_from_one_alone(
    visitors: Visitors, front: Front
) -> None:
    silent = await come_in(visitors)
    # Nobody clicks in it: what asks a page from here counts as a click, so that is said for it.
    await silent.add_init_script(
        'Object.defineProperty(navigator, "userActivation", { value: { hasBeenActive: false } });'
    )
    await silent.goto("/messages")
    clicked, another = await silent.context.new_page(), await silent.context.new_page()
    for page in (clicked, another):
        await page.goto("/account")
    await clicked.get_by_label(SOUNDS).click()
    await expect(another.get_by_label(SOUNDS)).to_be_checked()
    await another.get_by_role("heading", name="Моя учётная запись").click()
    await asyncio.to_thread(front.receive, front.box_of("101"))
    pages = (silent, clicked, another)
    async with asyncio.timeout(30):
        while sum([await page.evaluate("sounds") for page in pages]) < 2:
            await asyncio.sleep(0.05)
    message = await asyncio.to_thread(front.receive, front.box_of("101"))
    await expect(silent.locator(f"#message-{message}")).to_be_visible()
    async with asyncio.timeout(30):
        while sum([await page.evaluate("sounds") for page in pages]) < 3:
            await asyncio.sleep(0.05)
    assert await silent.evaluate("sounds") == 0
    assert await recorded(*pages) == []


async def test_the_switches_are_for_everybody(visitors: Visitors, front: Front) -> None:
    front.services.users.change(front.user("anna").id, language="en", by=NOBODY)
    for login, options in (
        ("anna", {"size": NARROW, "color_scheme": "dark"}),
        ("olga", {"size": NARROW}),
    ):
        page = await visitors.come_in(login, **cast(dict[str, Any], options))
        await page.goto("/account")
        await expect(page.locator("[data-notifications]")).to_be_visible()
        assert await violations(page) == []
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await page.evaluate(wide) <= 0
    page = await visitors.come_in("anna", java_script_enabled=False)
    await page.goto("/account")
    await expect(page.locator("[data-notifications]")).to_be_hidden()


async def test_a_real_notification_is_shown(visitors: Visitors, front: Front) -> None:
    page = await visitors.come_in("anna", permissions=["notifications"])
    await switch_on(page, SHOWS)
    await page.goto("/messages")
    await until(page, 'Notification.permission === "granted"')
    await asyncio.to_thread(front.receive, front.box_of("101"))
    await until(page, 'JSON.parse(localStorage.getItem("voicepost-shown") ?? "[]").length === 1')
    assert faults_of(page) == []


# --- what the server says -------------------------------------------------------------------------


def asked(front: Front, login: str, *ids: str) -> list[dict[str, str]]:
    answer = front.visitor(login).get("/notifications", params={"message": list(ids)})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    return cast(list[dict[str, str]], answer.json()["notifications"])


def test_nothing_is_said_of_what_is_anothers_heard_deleted_or_not_there(front: Front) -> None:
    hers, his = front.receive(front.box_of("101")), front.receive(front.box_of("102"))
    aside = receive_quiet(front)
    for ids in ((his,), (aside,), (str(uuid.uuid4()),), ("no id",), (hers[:20],), ()):
        assert asked(front, "anna", *ids) == []
    assert [each["id"] for each in asked(front, "anna", hers, his, hers)] == [hers]
    assert asked(front, "rival", hers, his) == []
    messages = front.services.messages
    messages.listen(hers, user=front.user("anna"), by=NOBODY)
    assert asked(front, "anna", hers) == []
    assert [each["id"] for each in asked(front, "olga", hers)] == [hers]
    messages.delete(hers, by=NOBODY)
    assert asked(front, "olga", hers) == []


def test_many_are_looked_up_as_fast_as_one(front: Front) -> None:
    ids = [front.receive() for _ in range(3)]
    asked(front, "olga", *ids)
    counted = []
    for some in (ids[:1], ids):
        with statements_of(front.installation.database) as statements:
            assert len(asked(front, "olga", *some)) == len(some)
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_many_at_once_are_told_as_so_many(front: Front) -> None:
    ids = [front.receive() for _ in range(4)]
    assert [each["address"] for each in asked(front, "olga", *ids[:3])] == [
        f"/messages/{each}" for each in ids[:3]
    ]
    (told,) = asked(front, "olga", *ids)
    assert told == {
        "id": ids[-1],
        "title": "4 новых голосовых сообщения",
        "text": "",
        "address": "/messages",
    }


def test_a_withheld_number_is_said_to_be_one(front: Front) -> None:
    message = front.receive(front.box_of("101"), caller="anonymous", name="")
    (told,) = asked(front, "anna", message)
    assert told["text"].splitlines()[0] == "Номер скрыт"

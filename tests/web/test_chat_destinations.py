"""Chats on the page and in the API: told by administrators, and their addresses shown to nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from storage.audit import AuditQuery
from storage.words.chats import hidden_address
from tests.notifications.bot_api import TOKEN
from tests.web.api.front import problem, script
from tests.web.browser import PHONE, Visitors, faults_of, violations, visitors_of
from tests.web.conftest import Front, Visitor
from tests.web.queued import queued

CHAT = f"tgram://{TOKEN}/-1001234567890"
SHOWN = hidden_address(CHAT)
SECRETS = (*TOKEN.split(":"), "1001234567890")
PAGES = ("/employees/101/notify", "/mailbox/notify")


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


def kept(front: Front, page: str) -> list[str]:
    office = front.site.office
    notify = office.employees["101"].notify if "101" in page else office.voicemail.notify
    return [each.sent_to for each in notify or ()]


def form(address: str = CHAT, **more: str) -> dict[str, str]:
    return {"kind": "chat", "address": address, "event": "message.kept", "attach": "none", **more}


@pytest.mark.parametrize("page", PAGES)
def test_a_chat_is_told_changed_and_removed_on_the_page(
    front: Front, olga: Visitor, page: str
) -> None:
    assert olga.post(page, data=form()).headers["location"] == page
    shown = olga.get(page).text
    assert SHOWN in shown
    assert "Чат" in shown
    assert kept(front, page) == [CHAT]

    for address in (SHOWN, CHAT):
        again = olga.post(page, data=form(address, attach="opus"))
        assert again.status_code == 422
        assert f"{SHOWN} уже есть в списке" in again.text
    changed = form(SHOWN, attach="opus", was=SHOWN)
    assert olga.post(f"{page}/edit", data=changed).status_code == 303
    changed = form(attach="opus", event="message.heard", was=SHOWN)
    assert olga.post(f"{page}/edit", data=changed).status_code == 303
    assert kept(front, page) == [CHAT]
    shown += olga.get(page).text + olga.get(f"{page}/edit", params={"address": SHOWN}).text
    assert "Opus" in shown.partition("<tbody>")[2].partition("</tbody>")[2]

    shown += olga.get("/audit").text
    for secret in SECRETS:
        assert secret not in shown
    assert olga.post(f"{page}/remove", data={"address": SHOWN}).status_code == 303
    assert kept(front, page) == []


def test_what_is_no_chat_is_told_at_its_field(front: Front, olga: Visitor) -> None:
    for address, said in (
        ("tgram://x", "чат в Telegram — это tgram://ТОКЕН-БОТА/ЧАТ"),
        ("ntfys://a b", "адрес чата — это URL без пробелов"),
        ("mailto://a:b@c", "«mailto» — неизвестный вид чата"),
        (SHOWN, "скрыт, а прежний здесь неизвестен"),
    ):
        answer = olga.post(PAGES[0], data=form(address))
        assert answer.status_code in (400, 409, 422)
        assert said in answer.text
    assert 'value="chat" checked' in " ".join(answer.text.split())
    assert kept(front, PAGES[0]) == []


def test_what_was_sent_to_chats_is_listed(front: Front, olga: Visitor) -> None:
    queued(front, kind="chat", address=SHOWN, state="sent", answer="HTTP 200 message 7")
    page = olga.get("/deliveries").text
    assert SHOWN in page
    assert "Чат<br>" in page
    with script(front, "olga") as client:
        (item,) = client.get("deliveries").json()["items"]
    assert (item["kind"], item["to"]) == ("chat", SHOWN)


def test_scripts_tell_chats_and_get_no_addresses(front: Front) -> None:
    employee = {"name": "Анна Щукина", "notify": [{"chat": CHAT, "attach": "opus"}]}
    with script(front, "olga") as client:
        put = client.put("employees/101", json=employee)
        assert put.status_code == 200, put.text
        got = client.get("employees/101")
        assert got.json()["notify"] == [{"chat": SHOWN, "attach": "opus"}]
        again = client.put("employees/101", json={**employee, "notify": got.json()["notify"]})
        assert again.json()["notify"] == got.json()["notify"]
        assert kept(front, "101") == [CHAT]

        box = client.put("mailbox", json={"notify": [{"chat": CHAT}]})
        assert box.json()["notify"] == [{"chat": SHOWN}]
        wrong = client.put("mailbox", json={"notify": [{"chat": f"tgram://{TOKEN}"}]})
        problem(wrong, 422)
    entries = front.services.audit.list(AuditQuery()).entries
    for text in (put.text, got.text, again.text, box.text, wrong.text, *map(str, entries)):
        for secret in SECRETS:
            assert secret not in text


@pytest.fixture
async def visitors(browser: Browser, front: Front) -> AsyncIterator[Visitors]:
    async with visitors_of(browser, front) as visitors:
        yield visitors


async def test_a_chat_is_told_by_mouse(visitors: Visitors, front: Front) -> None:
    page = await visitors.come_in("olga")
    await page.goto("/employees/101/notify")
    await page.get_by_label("Чат", exact=True).check()
    await page.get_by_label("Адрес", exact=True).fill(CHAT)
    await page.get_by_label("Прикладывать запись").select_option("Opus")
    await page.get_by_role("button", name="Сохранить").click()
    row = page.get_by_role("row", name=SHOWN)
    await expect(row).to_contain_text("Прикладывать запись: Opus")
    assert kept(front, "101") == [CHAT]

    phone = await visitors.come_in("olga", size=PHONE, color_scheme="dark")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for tab in (page, phone):
        await tab.goto("/employees/101/notify")
        assert await violations(tab) == []
        assert await tab.evaluate(wide) <= 0
        assert faults_of(tab) == []
        assert TOKEN not in await tab.content()
    await row.get_by_role("button", name="Удалить").click()
    await expect(row).to_have_count(0)
    assert kept(front, "101") == []

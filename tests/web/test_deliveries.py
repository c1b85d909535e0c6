"""What was sent to whom, on the page: seen, sent once more, and not sent any more."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, expect

from storage.audit import AuditQuery
from storage.companies.reassigning import reassign
from storage.notifications.delivery import Delivery
from tests.web.api.front import UNKNOWN
from tests.web.browser import PHONE, Visitors, faults_of, violations, visitors_of
from tests.web.conftest import COMPANY, NOBODY, OTHER_COMPANY, Front, Visitor
from tests.web.queued import queued


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


def of(front: Front, delivery_id: str) -> Delivery:
    return front.services.deliveries.get(delivery_id)


def rows_of(page: str) -> list[str]:
    """The rows of the table, each as people read it."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def test_before_anything_was_sent_the_page_says_so(olga: Visitor) -> None:
    page = olga.get("/deliveries")
    assert page.status_code == 200
    assert "Пока ничего не отправлялось." in page.text
    assert 'href="/deliveries"' in olga.get("/audit").text, "a section as others are"


def test_it_tells_who_was_told_and_what_they_said(front: Front, olga: Visitor) -> None:
    message = front.receive()
    queued(front, state="sent", answer="250 OK", message=message)
    queued(front, kind="webhook", address="https://hooks.example/x", answer="HTTP 503", tries=2)
    queued(front, state="failed", answer="550 no such mailbox", tries=5, event="message.deleted")
    queued(front, state="cancelled", event="message.heard", tries=0)
    page = olga.get("/deliveries").text
    cancelled, failed, waiting, sent = rows_of(page)
    assert "Новое голосовое сообщение" in sent
    assert "Почта anna@example.com" in sent
    assert "отправлено 1 попытка 250 OK" in sent
    assert f'href="/messages/{message}"' in page
    assert "Вебхук https://hooks.example/x" in waiting
    assert re.search(r"ожидает 2 попытки, следующая попытка: .+ HTTP 503", waiting)
    assert "Голосовое сообщение удалено" in failed
    assert "не отправлено 5 попыток 550 no such mailbox" in failed
    assert "Голосовое сообщение прослушано" in cancelled
    assert "отменено 0 попыток" in cancelled
    for row in (cancelled, failed, waiting, sent):
        assert "Отправить ещё раз" in row
        assert ("Не отправлять" in row) == (row is waiting)


@pytest.mark.parametrize("event", ["box.full", "messages.more", "messages.unheard"])
def test_what_is_of_no_message_says_whose_mailbox_it_was(
    front: Front, olga: Visitor, event: str
) -> None:
    queued(front, event=event)
    queued(front, event=event, of="101")
    queued(front, event="message.kept", message=front.receive(), of="101")
    kept, annas, own = rows_of(olga.get("/deliveries").text)
    assert "Почтовый ящик: Анна Щукина (101)" in annas
    assert "Почтовый ящик компании" in own
    assert "Почтовый ящик" not in kept

    reassign(front.services.offices, COMPANY, "101", "Вера Лис", messages="keep", by=NOBODY)
    assert "Почтовый ящик: Анна Щукина (101)" in rows_of(olga.get("/deliveries").text)[1]


def test_an_address_is_shown_as_people_write_it(front: Front, olga: Visitor) -> None:
    queued(front, address="anna@xn--e1afmkfd.xn--p1ai")
    queued(front, address="anna@xn--80ak6aa92e.com")  # letters that look Latin, and are not
    tricky, written = rows_of(olga.get("/deliveries").text)
    assert "anna@пример.рф" in written
    assert "anna@xn--80ak6aa92e.com" in tricky


def test_the_same_in_english(front: Front, olga: Visitor) -> None:
    assert "Nothing has been sent yet." in _in_english(front, olga)
    queued(front, state="failed", answer="550 no", tries=2)
    queued(front, tries=1)
    page = _in_english(front, olga)
    waiting, failed = rows_of(page)
    assert "New voice message Mail anna@example.com" in failed
    assert "not sent 2 tries 550 no Send again" in failed
    assert re.search(r"waiting 1 try, next try .+ Send again Do not send", waiting)
    assert not re.search(r"[А-Яа-я]", page.partition("<tbody>")[2].partition("</tbody>")[0])


def _in_english(front: Front, olga: Visitor) -> str:
    front.services.users.change(front.user("olga").id, language="en", by=NOBODY)
    return olga.get("/deliveries").text


def test_only_those_in_one_state_are_shown(front: Front, olga: Visitor) -> None:
    for state in ("waiting", "sent", "failed", "cancelled"):
        queued(front, state=state, address=f"{state}@example.com")
    for state in ("waiting", "sent", "failed", "cancelled"):
        page = olga.get("/deliveries", params={"state": state}).text
        (row,) = rows_of(page)
        assert f"{state}@example.com" in row
        assert f'value="{state}" selected' in page
    for nothing in ("", "x", "<b>", "sent'"):
        assert len(rows_of(olga.get("/deliveries", params={"state": nothing}).text)) == 4


def test_older_ones_are_on_the_next_page(front: Front, olga: Visitor) -> None:
    for number in range(120):
        queued(front, state="failed", address=f"n{number:03}@example.com")
        if number % 10 == 0:
            queued(front, state="sent")
    seen: list[str] = []
    address: str | None = "/deliveries?state=failed"
    pages = 0
    while address:
        page = olga.get(address).text
        pages += 1
        seen += re.findall(r"n\d{3}@", page.partition("<tbody>")[2])
        assert ('href="/deliveries?state=failed">' in page) == (pages > 1), "back to the newest"
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following and following[1].replace("&amp;", "&")
    assert pages == 3
    assert seen == [f"n{number:03}@" for number in reversed(range(120))]


@pytest.mark.parametrize("before", ["", "x", "-1", UNKNOWN, UNKNOWN.upper(), "0" * 300, "\x00"])
def test_a_wrong_place_in_the_list_is_no_failure(front: Front, olga: Visitor, before: str) -> None:
    queued(front)
    assert olga.get("/deliveries", params={"before": before}).status_code == 200


def test_who_has_sent_one_again_is_where_they_were(front: Front, olga: Visitor) -> None:
    failed = queued(front, state="failed", answer="550 no such mailbox", tries=5)
    where = {"state": "failed", "before": "x"}
    answer = olga.post(f"/deliveries/{failed}/retry", data=where)
    assert answer.headers["location"] == "/deliveries?state=failed"
    assert 'name="state" value="failed"' not in olga.get("/deliveries").text
    queued(front, state="failed", answer="550 no such mailbox", tries=5)
    shown = olga.get("/deliveries", params={"state": "failed"}).text
    assert 'name="state" value="failed"' in shown


def test_one_is_sent_once_more(front: Front, olga: Visitor) -> None:
    failed = queued(front, state="failed", answer="550 no such mailbox", tries=5)
    started = datetime.now(UTC)
    answer = olga.post(f"/deliveries/{failed}/retry")
    assert (answer.status_code, answer.headers["location"]) == (303, "/deliveries")
    assert "Отправляется ещё раз." in olga.get("/deliveries").text
    again = of(front, failed)
    assert (again.state, again.tries, again.ended_at) == ("waiting", 0, None)
    assert again.next_try_at is not None
    assert again.next_try_at >= started
    (entry,) = front.services.audit.list(AuditQuery(action="delivery.retry")).entries
    assert (entry.who, entry.subject) == ("olga", "anna@example.com")
    assert "anna@example.com" in olga.get("/audit").text


def test_one_is_not_sent_any_more(front: Front, olga: Visitor) -> None:
    waiting, sent = queued(front, answer="451 later"), queued(front, state="sent")
    olga.post(f"/deliveries/{waiting}/cancel")
    assert "Больше не отправляется." in olga.get("/deliveries").text
    cancelled = of(front, waiting)
    assert (cancelled.state, cancelled.next_try_at) == ("cancelled", None)
    assert cancelled.answer == "451 later"
    olga.post(f"/deliveries/{sent}/cancel")
    assert f"Отправка {sent} уже состоялась" in olga.get("/deliveries").text
    assert of(front, sent).state == "sent", "what is done is done"
    entries = front.services.audit.list(AuditQuery(action="delivery.cancel")).entries
    assert [entry.subject for entry in entries] == ["anna@example.com"]


@pytest.mark.parametrize("deed", ["retry", "cancel"])
def test_another_companys_are_not_there(front: Front, olga: Visitor, deed: str) -> None:
    theirs = queued(front, company=OTHER_COMPANY, address="rival@example.com")
    assert "rival@example.com" not in olga.get("/deliveries").text
    assert "rival@example.com" in front.visitor("rival").get("/deliveries").text
    before = of(front, theirs)
    for unknown in (theirs, UNKNOWN, "x", UNKNOWN.upper(), "%00", "-" * 36):
        assert olga.post(f"/deliveries/{unknown}/{deed}").status_code == 404
    assert of(front, theirs) == before


def test_it_is_for_administrators(front: Front) -> None:
    waiting = queued(front)
    before = of(front, waiting)
    anna, nobody = front.visitor("anna"), front.visitor()
    assert anna.get("/deliveries").status_code == anna.get("/audit").status_code == 403
    assert 'href="/deliveries"' not in anna.get("/").text
    assert nobody.get("/deliveries").status_code == nobody.get("/audit").status_code
    for deed in ("retry", "cancel"):
        assert anna.post(f"/deliveries/{waiting}/{deed}").status_code == 403
        nobody.post(f"/deliveries/{waiting}/{deed}")
    assert of(front, waiting) == before


def test_a_request_from_a_page_elsewhere_does_nothing(front: Front, olga: Visitor) -> None:
    waiting = queued(front)
    before = of(front, waiting)
    for deed in ("retry", "cancel"):
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert olga.post(f"/deliveries/{waiting}/{deed}", headers=foreign).status_code == 403
        assert olga.get(f"/deliveries/{waiting}/{deed}").headers["location"] == "/deliveries"
    assert of(front, waiting) == before


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{7*7}}",
        "javascript:alert(1)",
        "\u202egnp.exe\u2066",
        "\x1b[31mred\x07",
        "щ" * 2_000,
    ],
)
def test_what_strangers_answer_harms_no_page(front: Front, olga: Visitor, text: str) -> None:
    harmless = olga.get("/deliveries").text
    queued(front, kind="webhook", address=f"https://hooks.example/{text}", answer=f"550 {text}")
    page = olga.get("/deliveries").text
    for mark in ("<script", "<img"):
        assert page.count(mark) == harmless.count(mark)
    assert not re.search(r"""=["']?javascript:""", page)
    assert ">49<" not in page
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", page)


# -- In a real browser -----------------------------------------------------------------------


@pytest.fixture
async def visitors(browser: Browser, front: Front) -> AsyncIterator[Visitors]:
    async with visitors_of(browser, front) as visitors:
        yield visitors


async def test_one_is_sent_once_more_by_mouse(visitors: Visitors, front: Front) -> None:
    queued(front, state="sent", answer="250 OK", address="olga@example.com")
    long = f"https://hooks.example/{'long/' * 60}"
    failed = queued(front, state="failed", answer="HTTP 500 " + "x" * 250, address=long, tries=9)
    page = await visitors.come_in("olga")
    await page.goto("/")
    await page.get_by_role("link", name="Отправка уведомлений").click()
    row = page.get_by_role("row", name="hooks.example")
    await expect(row).to_contain_text("не отправлено")
    await row.get_by_role("button", name="Отправить ещё раз").click()
    await expect(page.locator("#toasts").get_by_text("Отправляется ещё раз.")).to_be_visible()
    await expect(row).to_contain_text("ожидает")
    assert of(front, failed).state == "waiting"
    await row.get_by_role("button", name="Не отправлять").click()
    await expect(page.locator("#toasts").get_by_text("Больше не отправляется.")).to_be_visible()
    await expect(row).to_contain_text("отменено")
    assert of(front, failed).state == "cancelled"
    await page.get_by_label("Какие отправки").select_option("отправлено")
    await page.get_by_role("button", name="Показать").click()
    await expect(page.get_by_role("row", name="olga@example.com")).to_be_visible()
    await expect(row).to_have_count(0)

    phone = await visitors.come_in("olga", size=PHONE, color_scheme="dark")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for tab in (page, phone):
        await tab.goto("/deliveries")
        assert await violations(tab) == []
        assert await tab.evaluate(wide) <= 0
        assert faults_of(tab) == []


def test_one_stands_by_itself_where_letters_about_it_lead(front: Front, olga: Visitor) -> None:
    """What a letter says did not arrive is not looked for in the whole list."""
    message = front.receive()
    one = queued(front, state="failed", message=message, answer="HTTP 410")
    queued(front, address="boris@example.com")
    page = olga.get(f"/deliveries/{one}").text
    (row,) = rows_of(page)
    assert "anna@example.com" in row
    assert f"/messages/{message}" in page
    assert f"/deliveries/{one}/retry" in page
    assert 'href="/deliveries"' in page
    assert front.visitor("rival").get(f"/deliveries/{one}").status_code == 404
    for no_id in (message, "x"):
        assert olga.get(f"/deliveries/{no_id}").status_code == 404

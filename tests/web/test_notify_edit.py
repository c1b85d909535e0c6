"""A destination is changed in a form that is filled in; adding one never changes another."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from storage.office.edit import with_entry, with_fields
from storage.office.notify import (
    AnyDestination,
    ChatDestination,
    MailDestination,
    WebhookDestination,
)
from tests.notifications.bot_api import TOKEN
from tests.web.browser import Visitors, faults_of, violations, visitors_of
from tests.web.conftest import COMPANY, NOBODY, Front, Visitor
from tests.web.queued import queued

HERE = "/employees/101/notify"
EDIT = f"{HERE}/edit"
ANNA, HOOK = "anna@example.com", "https://crm.example.com/hook"
FIRST, SECOND = f"whsec_{'QUFB' * 8}", f"whsec_{'QkJC' * 8}"
WHOLE = MailDestination(
    mail=ANNA,
    attach="opus",
    attach_up_to=1_234_567,
    once_sent="mark-heard",
    events=("message.kept", "box.full"),
    between="09:00-18:00",
    most_per_hour=5,
)


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


def tell(front: Front, *destinations: AnyDestination) -> None:
    office = front.site.office
    who = office.employees["101"].model_copy(update={"notify": destinations})
    employees = with_entry(office.employees, "101", who)
    change = {"employees": employees}
    front.services.offices.edit(COMPANY, lambda now: with_fields(now, **change), by=NOBODY)


def told(front: Front) -> tuple[AnyDestination, ...]:
    return tuple(front.site.office.employees["101"].notify or ())


def form_in(page: str) -> dict[str, object]:
    """What a browser would send of the form as it was shown."""
    form = page.partition('action="/employees/101/notify/edit"')[2].partition("</form>")[0]
    values: dict[str, object] = {"event": []}
    for field in re.findall(r"<input[^>]*>", form):
        name, value = (re.findall(rf' {each}="([^"]*)"', field) for each in ("name", "value"))
        if 'type="checkbox"' not in field:
            values[name[0]] = unescape(value[0])
        elif " checked" in field:
            values["event"] = [*values["event"], value[0]]  # type: ignore[misc]
    for name, options in re.findall(r'<select[^>]*name="(\w+)".*?>(.*?)</select>', form, re.S):
        values[name] = re.findall(r'value="([^"]*)" selected', options)[0]
    return values


@pytest.mark.parametrize(
    "destination",
    [
        WHOLE,
        MailDestination(mail=ANNA, daily="08:00"),
        MailDestination(mail="anna@xn--e1afmkfd.xn--p1ai", unheard_minutes=15),
        WebhookDestination(webhook=f"{HOOK}?a=1&b=2", secret=FIRST, old_secret=SECOND),
        WebhookDestination(webhook=HOOK, secret=FIRST, unheard_minutes=5, most_per_hour=60),
        ChatDestination(chat=f"tgram://{TOKEN}/42", attach="opus", daily="09:00"),
    ],
    ids=["mail", "digest", "reminder", "webhook", "webhooks-reminder", "chat"],
)
def test_what_is_saved_as_it_is_shown_stays_as_it_was(
    front: Front, olga: Visitor, destination: AnyDestination
) -> None:
    other = MailDestination(mail="other@example.com")
    tell(front, other, destination)
    (link,) = re.findall(rf'href="({EDIT}\?address=[^"]+)"', olga.get(HERE).text)[1:]
    page = olga.get(unescape(link)).text
    for secret in (FIRST, SECOND, TOKEN):
        assert secret not in page
    assert olga.post(EDIT, data=form_in(page)).headers["location"] == HERE
    assert told(front) == (other, destination)


def test_one_thing_is_changed_and_the_others_stay(front: Front, olga: Visitor) -> None:
    tell(front, WHOLE)
    form = form_in(olga.get(EDIT, params={"address": ANNA}).text)
    olga.post(EDIT, data={**form, "attach": "mp3"})
    assert told(front) == (WHOLE.model_copy(update={"attach": "mp3"}),)


def test_an_address_that_is_there_is_changed_by_no_empty_form(front: Front, olga: Visitor) -> None:
    tell(front, WHOLE)
    form = {"kind": "mail", "address": "anna@EXAMPLE.com", "event": "message.kept"}
    answer = olga.post(HERE, data=form)
    assert answer.status_code == 422
    (error,) = re.findall(r'id="address-error">(.*?)</p>', answer.text, re.DOTALL)
    assert "anna@example.com уже есть в списке" in error
    link = f'<a href="{EDIT}?address=anna%40example.com">Изменить, о чём туда сообщать</a>'
    assert link in answer.text
    assert told(front) == (WHOLE,)
    # A reminder is another destination of the same address.
    assert olga.post(HERE, data={**form, "unheard_minutes": "5"}).status_code == 303
    again = olga.post(HERE, data={**form, "unheard_minutes": "9"})
    assert f"{EDIT}?address=anna%40example.com&amp;reminder=yes" in again.text
    assert len(told(front)) == 2


def test_what_was_changed_meanwhile_is_not_overwritten(front: Front, olga: Visitor) -> None:
    tell(front, WHOLE)
    form = form_in(olga.get(EDIT, params={"address": ANNA}).text)
    other = WHOLE.model_copy(update={"attach": "wav"})
    tell(front, other)
    answer = olga.post(EDIT, data={**form, "attach": "mp3"})
    assert answer.status_code in (409, 422)
    assert "изменил кто-то другой" in answer.text
    assert told(front) == (other,)
    tell(front)
    assert olga.post(EDIT, data=form).status_code == 404
    assert olga.get(EDIT, params={"address": ANNA}).status_code == 404


def test_another_address_takes_its_place_and_never_anothers(front: Front, olga: Visitor) -> None:
    tell(front, WHOLE, MailDestination(mail="boss@example.com"))
    form = form_in(olga.get(EDIT, params={"address": ANNA}).text)
    taken = olga.post(EDIT, data={**form, "address": "boss@example.com"})
    assert taken.status_code == 422
    assert "boss@example.com уже есть в списке" in taken.text
    assert told(front)[0] == WHOLE
    olga.post(EDIT, data={**form, "address": "home@example.com"})
    assert told(front)[0] == WHOLE.model_copy(update={"mail": "home@example.com"})


def test_a_receivers_own_secret_is_typed_and_shown_nowhere(front: Front, olga: Visitor) -> None:
    new = {"kind": "webhook", "address": HOOK, "event": "message.kept"}
    for wrong in ("whsec_short", "kept"):
        answer = olga.post(HERE, data={**new, "secret": wrong})
        assert answer.status_code == 422
        (error,) = re.findall(r'id="secret-error">(.*?)</p>', answer.text, re.DOTALL)
        assert "whsec_" in error
    pages = [answer.text, olga.post(HERE, data={**new, "secret": FIRST}).text]
    assert told(front) == (WebhookDestination(webhook=HOOK, secret=FIRST),)

    edit = olga.get(EDIT, params={"address": HOOK}).text
    pages.append(edit)
    pages.append(olga.post(EDIT, data={**form_in(edit), "secret": SECOND}).text)
    assert told(front) == (WebhookDestination(webhook=HOOK, secret=SECOND, old_secret=FIRST),)
    pages += [olga.get(page).text for page in (HERE, "/audit")]
    for page in pages:
        assert FIRST not in page
        assert SECOND not in page


def test_a_secret_goes_to_no_other_place(front: Front, olga: Visitor) -> None:
    tell(front, WebhookDestination(webhook=HOOK, secret=FIRST, old_secret=SECOND))
    form = form_in(olga.get(EDIT, params={"address": HOOK}).text)
    page = olga.post(EDIT, data={**form, "address": "https://other.example.com/"}).text
    (hook,) = told(front)
    assert isinstance(hook, WebhookDestination)
    assert hook.secret not in (FIRST, SECOND)
    assert hook.old_secret is None
    assert hook.secret in unescape(page), "a new one is shown, this once"


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("webhook", {"attach": "wav"}, {"attach": "вебхук получает ссылку на запись"}),
        ("webhook", {"once_sent": "delete", "attach_up_to": "5"},
         {"once_sent": "только для почты", "attach_up_to": "только для почты"}),
        ("chat", {"attach": "wav"}, {"attach": "в чат уходит ссылка или запись в формате Opus"}),
        ("chat", {"once_sent": "mark-heard"}, {"once_sent": "только для почты"}),
        ("mail", {"secret": FIRST}, {"secret": "только для вебхука"}),
    ],
)  # fmt: skip
def test_what_another_kind_has_is_not_dropped_in_silence(
    front: Front, olga: Visitor, kind: str, typed: dict[str, str], said: dict[str, str]
) -> None:
    address = {"webhook": HOOK, "mail": ANNA, "chat": f"tgram://{TOKEN}/42"}[kind]
    form = {"kind": kind, "address": address, "event": "message.kept", **typed}
    answer = olga.post(HERE, data=form)
    assert answer.status_code == 422
    errors = dict(re.findall(r'id="(\w+)-error">(.*?)</p>', answer.text, re.DOTALL))
    assert errors.keys() == said.keys()
    for field, sentence in said.items():
        assert sentence in errors[field]
    assert told(front) == ()


def test_those_who_may_not_tell_may_not_change(front: Front) -> None:
    tell(front, WHOLE)
    boris = front.visitor("boris")
    assert boris.get(EDIT, params={"address": ANNA}).status_code == 403
    assert boris.post(EDIT, data={"was": ANNA}).status_code == 403
    assert front.visitor("rival").get(EDIT, params={"address": ANNA}).status_code == 404


@pytest.fixture
async def visitors(browser: Browser, front: Front) -> AsyncIterator[Visitors]:
    async with visitors_of(browser, front) as visitors:
        yield visitors


@pytest.mark.parametrize("width", [320, 1024, 1280])
async def test_an_address_stays_whole(visitors: Visitors, front: Front, width: int) -> None:
    tell(
        front,
        MailDestination(mail=ANNA),
        WebhookDestination(webhook=f"{HOOK}/{'x' * 200}", secret=FIRST),
    )
    queued(front, event="messages.more", of="101", answer="x" * 200)
    page = await visitors.come_in("olga", size=ViewportSize(width=width, height=800))
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for where in (HERE, "/deliveries"):
        await page.goto(where)
        address = page.locator(".to bdi").filter(has_text=ANNA)
        assert await address.evaluate("each => each.getClientRects().length") == 1, where
        assert await page.evaluate(wide) <= 0, where


async def test_one_is_changed_by_mouse(visitors: Visitors, front: Front) -> None:
    tell(front, WHOLE)
    page = await visitors.come_in("olga")
    await page.goto(HERE)
    await page.get_by_role("link", name=f"Изменить {ANNA}").click()
    await expect(page.get_by_label("Адрес", exact=True)).to_have_value(ANNA)
    await expect(page.get_by_label("Прикладывать запись")).to_have_value("opus")
    assert await violations(page) == []
    await page.get_by_label("Прикладывать запись").select_option("MP3")
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_role("row", name=ANNA)).to_contain_text("Прикладывать запись: MP3")
    assert told(front) == (WHOLE.model_copy(update={"attach": "mp3"}),)
    assert faults_of(page) == []

"""The pages of people and settings in a real browser: for everybody, with scripts or without."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from storage.office import Dial, Voicemail
from storage.office.edit import with_fields
from tests.web.browser import PHONE, Visitors, faults_of, violations, visitors_of
from tests.web.conftest import COMPANY, NOBODY, PASSWORD, Front

NEW_PASSWORD = "seven red pears"
OLGAS = (
    *("/users", "/users/new?extension=102", "/employees", "/employees/new", "/employees/101"),
    *("/employees/101/remove", "/numbers", "/mailbox", "/company", "/audit", "/account"),
    "/employees/101/pin",
)


@pytest.fixture
async def visitors(browser: Browser, front: Front) -> AsyncIterator[Visitors]:
    async with visitors_of(browser, front) as visitors:
        yield visitors


async def test_no_page_leaves_anybody_out(visitors: Visitors, front: Front) -> None:
    front.services.offices.edit(
        COMPANY,
        lambda office: with_fields(office, company=with_fields(office.company, self_service=True)),
        by=NOBODY,
    )
    desk = await visitors.come_in("olga")
    phone = await visitors.come_in("olga", size=PHONE, color_scheme="dark")
    for page in (desk, phone):
        for address in (*OLGAS, f"/users/{front.services.users.find('anna').id}"):
            await page.goto(address)
            assert await violations(page) == [], address
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert await page.evaluate(wide) <= 0, address
        assert faults_of(page) == []
    anna = await visitors.come_in("anna")
    await anna.goto("/account")
    assert await violations(anna) == []
    assert faults_of(anna) == []


async def test_forwarding_is_set_in_the_form(visitors: Visitors, front: Front) -> None:
    page = await visitors.come_in("olga")
    await page.goto("/employees")
    await page.get_by_role("link", name="Борис Орлов").click()
    number = page.locator("[name=busy_number]")
    await expect(number).to_be_hidden()
    await page.get_by_label("Занято", exact=True).select_option("На другой номер…")
    await expect(number).to_be_visible()
    await number.fill("+7 495 765-43-21")
    await page.get_by_label("Нет ответа", exact=True).select_option("Голосовая почта")
    await page.locator("[name=after]").fill("7")
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.locator("#toasts").get_by_text("Сохранено: Борис Орлов.")).to_be_visible()
    forward = front.site.office.employees["102"].forward
    assert forward.busy == Dial(number="+74957654321")
    assert (forward.no_answer, forward.no_answer_after) == (Voicemail(), 7)

    await page.get_by_label("Время ожидания ответа, секунд").fill("0")
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_text("нужно больше 0 секунд")).to_be_visible()
    await expect(page.get_by_label("Время ожидания ответа, секунд")).to_have_value("0")
    # The browser itself notes the answer 422; nothing else went wrong.
    assert [fault for fault in faults_of(page) if "422" not in fault] == []


async def test_a_user_is_let_in_by_a_link_without_scripts(visitors: Visitors, front: Front) -> None:
    page = await visitors.come_in("olga", java_script_enabled=False)
    await page.goto("/employees/102")
    await page.goto("/users/new?extension=102")
    await page.get_by_label("Логин").fill("vera")
    await page.get_by_label("Ваш текущий пароль").fill(PASSWORD)
    await page.get_by_role("button", name="Добавить пользователя").click()
    link = await page.get_by_label("Ссылка").input_value()
    guest = await visitors.come_in(java_script_enabled=False)
    await guest.goto(link)
    for field in await guest.locator("input[type=password]").all():
        await field.fill("seven red pears")
    await guest.locator("main button[type=submit], main form button").first.click()
    front.services.sessions.log_in("vera", "seven red pears", address="", agent="")


async def test_a_password_is_changed_and_a_token_made_by_mouse(
    visitors: Visitors, front: Front
) -> None:
    anna = front.user("anna")
    _, old = front.services.tokens.make(anna.id, "old script", by=NOBODY)
    page = await visitors.come_in("anna")
    await page.goto("/account")
    form = page.locator("form", has=page.get_by_role("heading", name="Пароль", exact=True))
    for label, text in (
        ("Текущий пароль", "not my password"),
        ("Новый пароль", NEW_PASSWORD),
        ("Новый пароль ещё раз", NEW_PASSWORD),
    ):
        await form.get_by_label(label, exact=True).fill(text)
    await form.get_by_role("button", name="Сменить пароль").click()
    await expect(form.get_by_text("Неверный текущий пароль.")).to_be_visible()
    for label, text in (
        ("Текущий пароль", PASSWORD),
        ("Новый пароль", NEW_PASSWORD),
        ("Новый пароль ещё раз", NEW_PASSWORD),
    ):
        await form.get_by_label(label, exact=True).fill(text)
    await form.get_by_label("Отозвать и мои токены API").check()
    await form.get_by_role("button", name="Сменить пароль").click()
    await expect(page.locator("#toasts").get_by_text("Пароль сменён.")).to_be_visible()
    assert front.services.tokens.find(old) is None

    form = page.get_by_role("form", name="Новый токен")
    await form.get_by_label("Для чего токен").fill("Табло")
    await form.get_by_label("только читать и слушать").click()
    await form.get_by_label("Срок действия, дней").fill("10")
    await form.get_by_label("Текущий пароль").fill(NEW_PASSWORD)
    await form.get_by_role("button", name="Создать токен").click()
    secret = await page.get_by_label("Токен", exact=True).input_value()
    bearer = front.services.tokens.find(secret)
    assert bearer is not None
    assert (bearer.user.login, bearer.read_only) == ("anna", True)
    await page.get_by_role("link", name="Готово").click()
    row = page.get_by_role("row", name="Табло")
    await expect(row).to_contain_text("только чтение")
    await expect(row).to_contain_text("осталось 10 дней")
    assert await violations(page) == []
    assert [fault for fault in faults_of(page) if "422" not in fault] == []


async def test_a_token_is_made_and_revoked_by_keyboard(visitors: Visitors, front: Front) -> None:
    anna = front.user("anna")
    page = await visitors.come_in("anna")
    await page.goto("/account")
    await page.get_by_label("Для чего токен").focus()
    await page.keyboard.type("Табло")
    await page.keyboard.press("Tab")  # what it may: reading is chosen already
    await expect(page.locator("[name=rights][value=read]")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("[name=rights][value=all]")).to_be_checked()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Tab")
    await expect(page.locator("[name=days]")).to_have_value("90")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    secret = await page.get_by_label("Токен", exact=True).input_value()
    bearer = front.services.tokens.find(secret)
    assert bearer is not None
    assert bearer.read_only

    await page.goto("/account")
    await page.get_by_role("row", name="Табло").get_by_role("button", name="Отозвать").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#toasts").get_by_text("Токен отозван.")).to_be_visible()
    assert front.services.tokens.of_user(anna.id) == []


async def test_a_link_for_somebody_asks_for_ones_own_password(
    visitors: Visitors, front: Front
) -> None:
    anna = front.user("anna")
    page = await visitors.come_in("olga")
    await page.goto(f"/users/{anna.id}")
    card = page.locator("form", has=page.get_by_role("heading", name="Пароль", exact=True))
    await card.get_by_label("Ваш текущий пароль").fill("not my password")
    await card.get_by_role("button", name="Создать новый пароль").click()
    await expect(card.get_by_text("Неверный текущий пароль.")).to_be_visible()
    await card.get_by_label("Ваш текущий пароль").fill(PASSWORD)
    await card.get_by_role("button", name="Создать одноразовую ссылку").click()
    link = await page.get_by_label("Ссылка").input_value()
    assert front.services.invitations.look(link.partition("key=")[2]).user == anna

"""When a destination is told, on the page: set, seen, and taken back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from storage.office.notify import AnyDestination, MailDestination
from tests.web.browser import PHONE, Visitors, faults_of, violations, visitors_of
from tests.web.conftest import NOBODY, Front, Visitor
from tests.web.test_deliveries import rows_of

HERE = "/employees/101/notify"
EDIT = f"{HERE}/edit"
WAS = {"was": "anna@example.com"}
MAIL = {"kind": "mail", "address": "anna@example.com", "event": "message.kept"}


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


def told(front: Front) -> tuple[AnyDestination, ...]:
    return tuple(front.site.office.employees["101"].notify or ())


def test_a_digest_is_set_and_seen(front: Front, olga: Visitor) -> None:
    assert olga.post(HERE, data={**MAIL, "daily": "08:00"}).status_code == 303

    assert told(front) == (MailDestination(mail="anna@example.com", daily="08:00"),)
    (row,) = rows_of(olga.get(HERE).text)
    assert "Раз в день в 08:00: что ещё не прослушано" in row
    assert "за час" not in row, "as with any"


def test_times_are_set_and_taken_back(front: Front, olga: Visitor) -> None:
    times = {"between_from": "09:00", "between_until": "18:00", "most_per_hour": "5"}
    olga.post(HERE, data={**MAIL, **times})
    (one,) = told(front)
    assert (one.between, one.most_per_hour) == ("09:00-18:00", 5)
    (row,) = rows_of(olga.get(HERE).text)
    assert "В промежутке 09:00–18:00" in row
    assert "Не больше 5 за час" in row

    olga.post(EDIT, data={**WAS, **MAIL, **dict.fromkeys(times, "")})
    assert told(front) == (MailDestination(mail="anna@example.com"),)


def test_a_reminder_stands_beside_what_is_told_at_once(front: Front, olga: Visitor) -> None:
    olga.post(HERE, data={**MAIL, "attach": "mp3"})
    olga.post(HERE, data={**MAIL, "unheard_minutes": "15"})
    olga.post(EDIT, data={**WAS, **MAIL, "reminder": "yes", "unheard_minutes": "21"})

    at_once, reminder = told(front)
    assert (at_once.unheard_minutes, reminder.unheard_minutes) == (None, 21)
    first, second = rows_of(olga.get(HERE).text)
    assert "не прослушано" not in first
    assert "Только о том, что не прослушано через 21 минуту" in second

    olga.post(f"{HERE}/remove", data={"address": "anna@example.com", "reminder": "yes"})
    assert told(front) == (at_once,)
    olga.post(f"{HERE}/remove", data={"address": "anna@example.com", "reminder": ""})
    assert told(front) == ()


def test_each_row_removes_its_own(front: Front, olga: Visitor) -> None:
    olga.post(HERE, data=MAIL)
    olga.post(HERE, data={**MAIL, "unheard_minutes": "15"})
    page = olga.get(HERE).text
    assert re.findall(r'name="reminder" value="(\w*)"', page) == ["", "yes"]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"daily": "8 o'clock"}, "daily", "— не время суток, например 08:00"),
        ({"between_from": "09:00"}, "between_from", "— не промежуток времени"),
        ({"unheard_minutes": "soon"}, "unheard_minutes", "целое число"),
        ({"unheard_minutes": "0"}, "unheard_minutes", "1"),
        ({"most_per_hour": "99999"}, "most_per_hour", "3600"),
        ({"kind": "webhook", "address": "https://crm.example.com/", "daily": "08:00"}, "daily",
         "сводка — для людей, а не для вебхуков"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(
    front: Front, olga: Visitor, typed: dict[str, str], field: str, sentence: str
) -> None:
    answer = olga.post(HERE, data={**MAIL, **typed})
    assert 400 <= answer.status_code < 500
    (error,) = re.findall(rf'id="{field}-error">(.*?)</p>', answer.text, re.DOTALL)
    assert sentence in error
    for name, value in typed.items():
        if name not in ("kind", "address"):
            assert f'value="{value}"'.replace("'", "&#39;") in answer.text, "what was typed stays"
    assert told(front) == ()


DIGEST = "не сочетается со сводкой раз в день: выберите что-то одно"
TOGETHER = "does not go with a digest once a day: choose one of the two"


@pytest.mark.parametrize(
    ("typed", "said", "in_english"),
    [
        ({"daily": "08:00", "unheard_minutes": "15"},
         {"unheard_minutes": DIGEST}, {"unheard_minutes": TOGETHER}),
        ({"daily": "08:00", "between_from": "09:00", "between_until": "18:00"},
         {"between_from": DIGEST}, {"between_from": TOGETHER}),
        ({"daily": "08:00", "between_until": "18:00", "between_from": "9:00",
          "unheard_minutes": "15"},
         {"between_from": DIGEST, "unheard_minutes": DIGEST},
         {"between_from": TOGETHER, "unheard_minutes": TOGETHER}),
        ({"daily": "08:00", "event": "message.deleted"},
         {"events": "сводка бывает только о новых сообщениях: отметьте лишь их"},
         {"events": "a digest tells of new messages alone: tick only these"}),
        ({"unheard_minutes": "15", "event": "message.deleted"},
         {"events": "напоминание бывает только о новых сообщениях: отметьте лишь их"},
         {"events": "a reminder tells of new messages alone: tick only these"}),
        ({"daily": "08:00", "attach": "wav", "once_sent": "delete"},
         {"once_sent": DIGEST}, {"once_sent": TOGETHER}),
        ({"attach_up_to": "50.1"},
         {"attach_up_to": "должно быть не больше 50"},
         {"attach_up_to": "must be at most 50"}),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_said_at_the_field(
    front: Front,
    olga: Visitor,
    typed: dict[str, str],
    said: dict[str, str],
    in_english: dict[str, str],
) -> None:
    assert _mistakes(olga.post(HERE, data={**MAIL, **typed}).text) == said
    front.services.users.change(front.user("olga").id, language="en", by=NOBODY)
    page = olga.post(HERE, data={**MAIL, **typed}).text
    assert _mistakes(page) == in_english
    for field in said:
        named = rf'aria-describedby="(?:[\w-]+ )?{field}-error" aria-invalid="true"'
        assert len(re.findall(named, page)) == (2 if field == "between_from" else 1), field
    assert told(front) == ()


def _mistakes(page: str) -> dict[str, str]:
    """What is said to be wrong, by the fields it is said at."""
    found = re.findall(r'id="(\w+)-error">(.*?)</p>', page, re.DOTALL)
    return {field: re.sub(r"<[^>]+>", "", error).strip() for field, error in found}


def test_how_large_a_recording_may_be_is_typed_in_megabytes(front: Front, olga: Visitor) -> None:
    olga.post(HERE, data={**MAIL, "attach": "wav", "attach_up_to": "0.75"})
    (one,) = told(front)
    assert isinstance(one, MailDestination)
    assert one.attach_up_to == 750_000
    (row,) = rows_of(olga.get(HERE).text)
    assert "Прикладывать запись: WAV · до 0,75 МБ" in row.replace("\xa0", " ")

    form = olga.get(f"{EDIT}?address=anna%40example.com").text
    assert 'id="attach_up_to" name="attach_up_to" type="text" value="0,75"' in form
    olga.post(EDIT, data={**WAS, **MAIL, "attach": "wav"})
    (row,) = rows_of(olga.get(HERE).text)
    assert "МБ" not in row


def test_the_form_is_in_english_too(front: Front, olga: Visitor) -> None:
    front.services.users.change(front.user("olga").id, language="en", by=NOBODY)
    olga.post(HERE, data={**MAIL, "unheard_minutes": "1"})
    page = olga.get(HERE).text
    assert "Only what is still unheard after 1 minute" in page
    form = page.partition("<h2>When</h2>")[2].partition("</form>")[0]
    assert "At most an hour" in form
    assert not re.search("[А-Яа-я]", form)


@pytest.fixture
async def visitors(browser: Browser, front: Front) -> AsyncIterator[Visitors]:
    async with visitors_of(browser, front) as visitors:
        yield visitors


async def test_times_are_chosen_by_hand(visitors: Visitors, front: Front) -> None:
    page = await visitors.come_in("olga")
    phone = await visitors.come_in("olga", size=PHONE, color_scheme="dark")
    await page.goto(HERE)
    await page.get_by_label("Адрес").fill("anna@example.com")
    await page.get_by_label("Не раньше").fill("09:00")
    await page.get_by_label("Не позже").fill("18:00")
    await page.get_by_label("не прослушано через столько минут").fill("15")
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.get_by_role("row", name="anna@example.com")).to_contain_text("09:00–18:00")
    reminder = {"unheard_minutes": 15, "between": "09:00-18:00"}
    assert told(front) == (MailDestination(mail="anna@example.com", **reminder),)  # type: ignore[arg-type]

    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for tab in (page, phone):
        await tab.goto(HERE)
        assert await violations(tab) == []
        assert await tab.evaluate(wide) <= 0
        assert faults_of(tab) == []

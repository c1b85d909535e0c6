"""The company's name, language and time zone: set on the page, and asked for at the beginning."""

from __future__ import annotations

import html
import re

import pytest
from playwright.async_api import Browser, expect

from storage.words.phone_numbers import country_of
from tests.web.api.front import script
from tests.web.browser import visitors_of
from tests.web.conftest import COMPANY, NOBODY, OTHER_COMPANY, Front, Visitor
from tests.web.message_list.test_messages import follow, words
from web.language.timezones import zones, zones_beside

ACCOUNT = {
    "name": "Vera",
    "login": "vera",
    "password": "many green pears",
    "again": "many green pears",
}


def settings(front: Front) -> tuple[str, str, str]:
    company = (
        front.services.offices.snapshot().offices[front.user("olga").company_id].office.company
    )
    return company.name, company.language, company.timezone


def test_name_language_and_zone_are_set(front: Front) -> None:
    olga = front.visitor("olga")
    form = olga.get("/company").text
    assert f'value="{COMPANY}"' in form
    assert '<option value="Europe/Moscow" selected>Москва (UTC+3)</option>' in form
    front.receive()

    done = olga.post(
        "/company", data={"name": "Daisy", "language": "en", "timezone": "Asia/Yekaterinburg"}
    )

    page = follow(olga, done)
    assert "Company · Daisy</title>" in page.text
    assert "Saved. Company Name of the company" in words(page)
    assert settings(front) == ("Daisy", "en", "Asia/Yekaterinburg")
    assert "1 message" in words(olga.get("/messages"))
    assert "Daisy" in words(olga.get("/audit?action=config."))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", " ", "не должно быть пустым"),
        ("name", OTHER_COMPANY, f"компания «{OTHER_COMPANY}» уже есть"),
        ("timezone", "Moscow", "не часовой пояс"),
        (
            "timezone",
            "Asia/Almaty",
            "пояс другой страны может указать только администратор сервера",
        ),
    ],
)
def test_what_cannot_be_is_told_and_kept_as_typed(
    front: Front, field: str, value: str, told: str
) -> None:
    before = settings(front)
    form = dict(zip(("name", "language", "timezone"), before, strict=True)) | {field: value}
    answer = front.visitor("olga").post("/company", data=form)
    assert answer.status_code == 422
    assert told in words(answer)
    assert f'value="{value.strip()}"' in answer.text
    assert settings(front) == before


def test_a_form_that_somebody_else_overtook_is_shown_again(front: Front) -> None:
    olga = front.visitor("olga")
    seen = re.findall(r'name="seen" value="([^"]+)"', olga.get("/company").text)[0]
    form = {"name": "Первая", "language": "ru", "timezone": "Europe/Moscow", "seen": seen}
    assert olga.post("/company", data=form).status_code == 303
    assert olga.post("/company", data=form | {"name": "Вторая"}).status_code == 409
    assert settings(front)[0] == "Первая"


def test_zones_of_the_companys_country_are_offered(front: Front) -> None:
    offered = re.findall(
        r'<option value="([^"]+/[^"]+)"', front.visitor("olga").get("/company").text
    )
    assert "Asia/Vladivostok" in offered
    assert {country_of(zone) for zone in offered} == {"RU"}


def test_zones_are_told_by_their_cities() -> None:
    russian, english = dict(zones("ru")), dict(zones("en"))
    assert russian["Asia/Kolkata"] == "Калькутта (UTC+5:30)"
    assert english["Asia/Kolkata"] == "Kolkata (UTC+5:30)"
    assert english["America/Bogota"] == "Bogota (UTC−5)"
    assert list(english.values()) == sorted(english.values(), key=str.casefold)
    assert ("Nowhere/Land", "Nowhere/Land") in zones("en", "Nowhere/Land")
    assert zones_beside("en", "UTC") == [("UTC", "UTC (UTC+0)")]


def test_the_company_is_renamed_over_the_api(front: Front) -> None:
    with script(front, "olga") as client:
        told = client.put("company", json={"name": "Маргаритка"}).json()
        assert told["name"] == "Маргаритка"
        assert client.put("company", json={"name": OTHER_COMPANY}).status_code == 422
    assert settings(front) == ("Маргаритка", "ru", "Europe/Moscow")


# The company that is made with the first account


@pytest.fixture
def key(front: Front) -> str:
    return front.services.invitations.make(None, by=NOBODY)


def english(front: Front) -> Visitor:
    visitor = front.visitor()
    visitor.headers["Accept-Language"] = "en-GB"
    return visitor


def test_a_company_made_in_english_is_asked_for_its_zone(front: Front, key: str) -> None:
    nobody = english(front)
    form = nobody.get("/setup", params={"key": key}).text
    assert re.search(r'<select id="timezone"[^>]*>\s*<option value="" selected>Choose …', form)
    chosen = ACCOUNT | {"key": key, "company": "Daisy"}

    refused = nobody.post("/setup", data=chosen)
    assert refused.status_code == 422
    assert "choose a time zone" in html.unescape(refused.text)

    assert nobody.post("/setup", data=chosen | {"timezone": "Europe/London"}).status_code == 303
    company = front.services.offices.site("Daisy").office.company
    assert (company.language, company.timezone) == ("en", "Europe/London")


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("company", "\u202e", "не должно содержать управляющих символов"),
        ("timezone", "Moon/Base", "«Moon/Base» не часовой пояс"),
        ("name", " ", "не должно быть пустым"),
        ("login", "a b", "«a b» не логин"),
        ("password", "romashka22", "такой пароль быстро подберут"),
        ("again", "others", "Пароли не совпадают"),
    ],
)
def test_what_is_wrong_with_the_first_account_stands_beside_its_field(
    front: Front, key: str, field: str, typed: str, told: str
) -> None:
    nobody = front.visitor()
    nobody.headers["Accept-Language"] = "ru"
    form = ACCOUNT | {"key": key, "company": "Ромашка плюс", field: typed}
    if field == "password":
        form["again"] = typed
    refused = nobody.post("/setup", data=form)
    assert refused.status_code == 422
    beside = re.search(rf'id="{field}-error".*?<span>(.*?)</span>', refused.text, re.DOTALL)
    assert beside is not None
    assert told in html.unescape(beside[1])


def test_one_made_in_russian_is_in_moscow_unless_it_says_otherwise(front: Front, key: str) -> None:
    nobody = front.visitor()
    nobody.headers["Accept-Language"] = "ru"
    form = nobody.get("/setup", params={"key": key}).text
    assert '<option value="Europe/Moscow" selected>' in form
    assert nobody.post("/setup", data=ACCOUNT | {"key": key, "company": "Астра"}).status_code == 303
    assert front.services.offices.site("Астра").office.company.timezone == "Europe/Moscow"


async def test_the_browsers_zone_is_offered(browser: Browser, front: Front, key: str) -> None:
    async with visitors_of(browser, front) as visitors:
        page = await visitors.come_in(locale="en-GB", timezone_id="America/New_York")
        await page.goto(f"/setup?key={key}")
        await expect(page.get_by_label("Time zone of the company")).to_have_value(
            "America/New_York"
        )
        hidden = await visitors.come_in(locale="en-GB", timezone_id="UTC")
        await hidden.goto(f"/setup?key={key}")
        await expect(hidden.get_by_label("Time zone of the company")).to_have_value("")

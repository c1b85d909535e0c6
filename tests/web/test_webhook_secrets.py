"""A webhook's secret is replaced on the page: the new one is shown once, the old one signs too."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from playwright.async_api import Browser, ViewportSize

from storage.office.notify import WebhookDestination
from storage.office.told import told
from tests.web.browser import violations, visitors_of
from tests.web.conftest import COMPANY, Front, Visitor

HERE = "/mailbox/notify"
HOOK = "https://crm.example.com/hook"


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


def hook(front: Front) -> WebhookDestination:
    (there,) = told(front.services.offices.get(COMPANY), "")
    assert isinstance(there, WebhookDestination)
    return there


def shown(page: str) -> str:
    found = re.search(r'value="(whsec_[^"]+)"', page)
    assert found, page
    return found[1].replace("&#43;", "+").replace("&#x2F;", "/")


def test_a_secret_is_replaced_and_the_old_one_dropped(front: Front, olga: Visitor) -> None:
    form = {"kind": "webhook", "address": HOOK, "event": ["message.kept"]}
    first = shown(olga.post(HERE, data=form).text)
    assert hook(front).secret == first
    assert "Убрать старый секрет" not in olga.get(HERE).text

    page = olga.post(f"{HERE}/secret", data={"address": HOOK}).text
    second = shown(page)
    assert "Старым секретом тоже подписывается" in page
    assert (hook(front).secret, hook(front).old_secret) == (second, first)
    assert second != first
    listed = olga.get(HERE).text
    assert first not in listed
    assert second not in listed
    assert "Убрать старый секрет" in listed

    assert olga.post(f"{HERE}/secret/drop", data={"address": HOOK}).status_code == 303
    assert (hook(front).secret, hook(front).old_secret) == (second, None)


def test_of_what_is_no_webhook_there_is_no_secret(front: Front, olga: Visitor) -> None:
    olga.post(HERE, data={"kind": "mail", "address": "a@example.com", "event": ["message.kept"]})
    for address in ("a@example.com", "https://other.example.com/"):
        assert olga.post(f"{HERE}/secret", data={"address": address}).status_code == 404


@pytest.mark.parametrize("width", [360, 1280])
async def test_its_buttons_stand_apart_on_every_screen(
    browser: Browser, front: Front, olga: Visitor, width: int
) -> None:
    olga.post(HERE, data={"kind": "webhook", "address": HOOK, "event": ["message.kept"]})
    olga.post(f"{HERE}/secret", data={"address": HOOK})
    async with visitors_of(browser, front) as visitors:
        page = await visitors.come_in("olga", size=ViewportSize(width=width, height=740))
        await page.goto(HERE)
        names = ("Новый секрет", "Убрать старый секрет", "Удалить")
        found = [page.get_by_role("button", name=name) for name in names]
        boxes = [box for each in found if (box := await each.bounding_box())]
        assert len(boxes) == len(names)
        for one, other in combinations(boxes, 2):
            beside = (
                one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            )
            below = one["y"] + one["height"] <= other["y"] + 1
            assert beside or below, (one, other)
        assert all(box["x"] + box["width"] <= width for box in boxes)
        assert await violations(page) == []

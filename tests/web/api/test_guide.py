"""What the API can do, as a page to be read: nothing is missing, and nothing is from elsewhere."""

from __future__ import annotations

import re

from playwright.async_api import Browser, expect

from tests.web.browser import PHONE, faults_of, violations, visitors_of
from tests.web.conftest import Front
from tests.web.message_list.test_messages import words
from web.api.guide import guide_to


def test_every_operation_and_every_shape_is_there(front: Front) -> None:
    document = front.visitor().get("/api/v1/openapi.json").json()
    page = front.visitor("anna").get("/api")
    assert page.status_code == 200
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert f'id="{operation["operationId"]}"' in page.text
            assert f"{method.upper()}</b><code>{path}</code>" in page.text
    for shape in document["components"]["schemas"]:
        assert f'id="shape-{shape}"' in page.text
    linked = set(re.findall(r'href="#([^"]+)"', page.text))
    assert linked <= set(re.findall(r'id="([^"]+)"', page.text))


def test_the_account_leads_to_it(front: Front) -> None:
    account = front.visitor("anna").get("/account").text
    assert re.search(r'href="/api"[^>]*>Возможности API<', account)


def test_values_are_told_in_words() -> None:
    text = {"type": "string", "minLength": 1, "maxLength": 9}
    shape = {
        "description": "Some `<b>`.\n\nMore.",
        "required": ["ways"],
        "properties": {
            "ways": {"type": "array", "items": {"enum": ["a", None]}},
            "name": {"anyOf": [text, {"type": "null"}], "description": "See `GET`."},
            "at": {"type": "string", "format": "date-time"},
            "other": {"$ref": "#/components/schemas/Other"},
            "texts": {"type": "object", "additionalProperties": {"type": "string"}},
            "whatever": {},
        },
    }
    document = {"info": {}, "tags": [], "paths": {}, "components": {"schemas": {"Some": shape}}}
    (told,) = guide_to(document).shapes
    assert told.meaning == "<p>Some <code>&lt;b&gt;</code>.</p><p>More.</p>"
    assert [(part.name, part.kind) for part in told.parts] == [
        ("ways", "list of <code>a</code> or <code>null</code>"),
        ("name", "string, at least 1 characters, at most 9 characters or null"),
        ("at", "date-time"),
        ("other", '<a href="#shape-Other">Other</a>'),
        ("texts", "names with string"),
        ("whatever", "anything"),
    ]
    assert [part.name for part in told.parts if part.is_required] == ["ways"]


async def test_it_opens_and_is_read_in_a_browser(browser: Browser, front: Front) -> None:
    async with visitors_of(browser, front) as visitors:
        page = await visitors.come_in("olga")
        await page.goto("/account")
        await page.get_by_role("link", name="Возможности API").click()
        await expect(page.locator("h1")).to_have_text("Возможности API")
        operation = page.locator("#list_messages")
        await operation.locator("summary").click()
        await expect(operation.get_by_role("row", name="month")).to_be_visible()
        await operation.get_by_role("link", name="Messages", exact=True).click()
        await expect(page.locator("#shape-Messages")).to_be_in_viewport()
        assert await violations(page) == []
        await page.set_viewport_size(PHONE)
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert faults_of(page) == []


def test_it_says_where_the_server_is(front: Front) -> None:
    assert "http://testserver/api/v1/messages" in words(front.visitor("anna").get("/api"))

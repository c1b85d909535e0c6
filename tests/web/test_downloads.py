"""Long downloads tell how far they have come."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

from storage.inbox import Message, Query
from tests.web.browser import street
from tests.web.conftest import Front


def test_a_download_is_followed_by_whoever_began_it(front: Front) -> None:
    ids = [front.receive(), front.receive()]
    messages = [front.services.inbox.get(message_id) for message_id in ids]
    downloads = front.app.state.downloads
    under_way = downloads.followed((front.user("olga").id, "mine"), messages, 2)
    next(under_way)
    next(under_way)

    address = "/messages/export/progress?key=mine"
    assert front.visitor("olga").get(address).json() == {"done": 1, "total": 2}
    assert front.visitor("anna").get(address).status_code == 404
    under_way.close()  # the browser has gone away
    assert front.visitor("olga").get(address).status_code == 404


async def test_the_page_says_how_far_the_archive_is(
    browser: Browser, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.receive()
    front.receive()
    inbox, each, goes_on = front.services.inbox, front.services.inbox.each, threading.Event()

    def slowly(query: Query) -> Iterator[Message]:
        for message in each(query):
            yield message
            goes_on.wait(60)

    monkeypatch.setattr(inbox, "each", slowly)
    async with street(browser, front) as town:
        page = await town.come_in("olga")
        await page.goto("/messages")
        async with page.expect_download() as downloading:
            await page.get_by_role("link", name="Скачать все").click()
            toast = page.locator("#toasts")
            await expect(toast).to_have_text("Архив: 0 из 2 сообщений")
            goes_on.set()
        assert (await downloading.value).suggested_filename.startswith("голосовая-почта-")
        await expect(toast).to_have_text("Архив готов.")

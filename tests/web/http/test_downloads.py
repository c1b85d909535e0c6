"""Long downloads tell how far they have come."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

from storage.messages.repository import Message, Query
from tests.web.browser import faults_of, visitors_of
from tests.web.conftest import OTHER_COMPANY, Front
from web.http import progress
from web.http.progress import Downloads
from web.language.words import size_words


def test_a_download_is_followed_by_whoever_began_it(front: Front) -> None:
    ids = [front.receive(), front.receive()]
    messages = [front.services.messages.get(message_id) for message_id in ids]
    downloads = front.app.state.downloads
    under_way = downloads.followed((front.user("olga").id, "mine"), messages, 2)
    next(under_way)
    next(under_way)

    address = "/messages/export/progress?key=mine"
    told = {"state": "under way", "done": 1, "total": 2}
    assert front.visitor("olga").get(address).json() == told
    assert front.visitor("anna").get(address).json() == {"state": "unknown"}
    under_way.close()  # the browser has gone away
    assert front.visitor("olga").get(address).json() == told | {"state": "broken off"}


def test_a_download_that_came_to_its_end_is_complete(front: Front) -> None:
    front.receive()
    olga = front.visitor("olga")
    assert olga.get("/messages/export?key=mine").status_code == 200
    told = olga.get("/messages/export/progress?key=mine").json()
    assert told == {"state": "complete", "done": 1, "total": 1}


def test_how_large_it_is_is_told_before(front: Front) -> None:
    sizes = [front.services.messages.get(front.receive()).size for _ in range(2)]
    front.receive(front.company_box(OTHER_COMPANY))
    size = size_words(sum(sizes), "ru")
    olga = front.visitor("olga")

    told = olga.get("/messages/export/size").json()["question"]
    assert told == f"Скачать 2 сообщения? Размер архива — примерно {size}."
    of_anna = olga.get("/messages/export/size?employee=101").json()["question"]
    assert of_anna.startswith("Скачать 0 сообщений?")


def test_what_is_over_is_forgotten_some_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "MOST", 2)
    downloads = Downloads()
    for key in "abc":
        assert list(downloads.followed(("olga", key), (), 0)) == []
    assert downloads.of(("olga", "a")) is None
    assert downloads.of(("olga", "c")) is not None


async def test_the_page_says_how_far_the_archive_is(
    browser: Browser, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.receive()
    front.receive()
    repository, each, goes_on = (
        front.services.messages,
        front.services.messages.each,
        threading.Event(),
    )

    def slowly(query: Query) -> Iterator[Message]:
        for message in each(query):
            yield message
            goes_on.wait(60)

    monkeypatch.setattr(repository, "each", slowly)
    async with visitors_of(browser, front) as visitors:
        page = await visitors.come_in("olga")
        await page.goto("/messages")
        async with page.expect_download() as downloading:
            await page.get_by_role("link", name="Скачать все").click()
            dialog = page.locator("#confirm")
            await expect(dialog).to_contain_text("Скачать 2 сообщения?")
            await dialog.get_by_role("button", name="Скачать").click()
            toast = page.locator("#toasts")
            await expect(toast).to_have_text("Архив: 0 из 2 сообщений")
            goes_on.set()
        assert (await downloading.value).suggested_filename.startswith("голосовая-почта-")
        await expect(toast).to_have_text("Архив готов.")
        assert faults_of(page) == []

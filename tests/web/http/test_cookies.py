"""Cookies over TLS, in a real browser: only this host can have given them."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, BrowserContext, expect

from storage.accounts.opaque import digest, new_secret
from storage.database.account_tables import SessionRow
from tests.web.browser import serving
from tests.web.conftest import PASSWORD, Front
from tests.web.http.test_security import is_in
from web.http.cookies import HOST, NOTICE, SESSION
from web.http.devices import COOKIE as DEVICE


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A key, and the certificate that it gives itself."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    return key, certificate


@pytest.fixture
async def over_tls(
    front: Front, browser: Browser, certificate: tuple[Path, Path]
) -> AsyncIterator[BrowserContext]:
    """A browser before the web server, over TLS."""
    key, its_certificate = certificate
    async with serving(front, ssl_keyfile=key, ssl_certfile=its_certificate) as port:
        context = await browser.new_context(
            base_url=f"https://localhost:{port}", ignore_https_errors=True, locale="en-GB"
        )
        yield context
        await context.close()


async def names(context: BrowserContext) -> set[str]:
    return {str(cookie.get("name")) for cookie in await context.cookies()}


def earlier_session(front: Front, login: str) -> str:
    """The token of a session as they were before: without a prefix."""
    token, now = new_secret(), datetime.now(UTC)
    with front.installation.database.session() as session:
        session.add(
            SessionRow(
                token_hash=digest(token),
                user_id=front.user(login).id,
                created_at=now,
                seen_at=now,
                address="",
                agent="",
            )
        )
    return token


async def test_logging_in_and_out_over_tls(over_tls: BrowserContext, front: Front) -> None:
    message = front.receive()
    page = await over_tls.new_page()
    await page.goto("/login")
    await page.fill("[name=login]", "olga")
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url("**/messages")
    assert await names(over_tls) == {HOST + SESSION, HOST + DEVICE}
    for cookie in await over_tls.cookies():
        assert cookie.get("secure") and cookie.get("httpOnly") and cookie.get("path") == "/"
    # A notice comes along, is shown once, and undoes what was done.
    await page.goto(f"/messages/{message}/delete")
    await page.locator("main form button.danger").click()
    await page.locator("#toasts button").click()
    await expect(page.locator("#toasts")).to_contain_text("восстановлено")
    await page.goto("/messages")
    assert await names(over_tls) == {HOST + SESSION, HOST + DEVICE}
    await page.locator(".account summary").click()
    await page.locator("form[action='/logout'] button").click()
    await page.wait_for_url("**/login")
    assert await names(over_tls) == {HOST + DEVICE}  # which lets nobody in


async def test_a_session_of_before_goes_on_and_gets_its_new_name(
    over_tls: BrowserContext, front: Front
) -> None:
    page = await over_tls.new_page()
    await page.goto("/login")
    token = earlier_session(front, "olga")
    await over_tls.add_cookies([{"name": SESSION, "value": token, "url": page.url}])
    await page.goto("/messages")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.endswith("/messages")
    assert await names(over_tls) == {HOST + SESSION}
    await page.reload()
    assert page.url.endswith("/messages")
    assert front.services.sessions.find(token) is not None


async def test_a_session_that_a_neighbour_planted_is_not_taken(
    over_tls: BrowserContext, front: Front
) -> None:
    page = await over_tls.new_page()
    await page.goto("/login")
    planted = [{"name": SESSION, "value": front.tokens["rival"], "url": page.url}]
    await over_tls.add_cookies(planted)  # type: ignore[arg-type]
    await page.goto("/messages")
    assert "/login" in page.url


def test_an_unknown_cookie_of_before_is_not_renamed(front: Front) -> None:
    nobody = front.visitor()
    nobody.base_url = httpx2.URL("https://testserver")
    nobody.cookies.set(SESSION, "x" * 43)
    told = nobody.get("/messages")
    assert (told.status_code, "set-cookie" in told.headers) == (303, False)


def test_plain_http_goes_on(front: Front) -> None:
    olga = front.visitor("olga")
    assert is_in(olga)
    olga.cookies.set(HOST + SESSION, "anything")
    assert is_in(olga)
    assert SESSION in olga.post("/logout").headers["set-cookie"]
    assert not is_in(front.visitor("olga"))


def test_a_notice_of_a_neighbour_is_not_shown_over_tls(front: Front) -> None:
    olga = front.visitor("olga")
    olga.base_url = httpx2.URL("https://testserver")
    olga.cookies.set(HOST + SESSION, front.tokens["olga"])
    olga.cookies.set(
        NOTICE, "eyJ0ZXh0IjogIkNhbGwgbWUiLCAia2luZCI6ICIiLCAidW5kbyI6ICIiLCAiaWRzIjogW119"
    )
    page = olga.get("/messages")
    assert page.status_code == 200
    assert "Call me" not in page.text

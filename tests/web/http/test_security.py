"""What other sites, guessers and those who were let in once get from the pages: nothing."""

from __future__ import annotations

import html
import re
from typing import Any, cast

import pytest
from httpx2 import Response
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from storage.errors import NotFound
from tests.web.api.front import script
from tests.web.conftest import COMPANY, NOBODY, PASSWORD, Front, Visitor
from web.guard import COOKIE
from web.http.devices import COOKIE as DEVICE

pytestmark = pytest.mark.usefixtures("still")


def log_in(visitor: Visitor, login: str, password: str = PASSWORD, **more: str) -> Response:
    return visitor.post("/login", data={"login": login, "password": password, **more})


def is_in(visitor: Visitor) -> bool:
    """Whether the visitor is known."""
    return visitor.get("/account").status_code == 200


# Requests of other sites


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Origin": "http://testserver:8081"}, 403),
        ({"Origin": "http://testserver.evil.example"}, 403),
        ({"Origin": "http://evil.example/testserver"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "null", "Host": ""}, 403),
        ({"Referer": "http://testserver/messages"}, 403),
        ({"Origin": "http://testserver"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
    ],
)
def test_only_our_own_pages_change_anything(
    headers: dict[str, str], status: int, front: Front
) -> None:
    message = front.receive()
    olga = front.visitor("olga")
    del olga.headers["Sec-Fetch-Site"]
    told = olga.post(f"/messages/{message}/delete", headers=headers)
    assert told.status_code == status
    deleted = front.services.messages.get(message).deleted_at is not None
    assert deleted == (status == 303)


def test_another_site_logs_nobody_in_and_sets_nothing_up(front: Front) -> None:
    key = front.services.invitations.make(front.site.company_id, by=NOBODY)
    nobody = front.visitor()
    nobody.headers["Sec-Fetch-Site"] = "cross-site"
    told = log_in(nobody, "anna")
    assert told.status_code == 403
    assert "set-cookie" not in told.headers
    form = {"key": key, "login": "eve", "name": "E", "password": PASSWORD, "again": PASSWORD}
    assert nobody.post("/setup", data=form).status_code == 403
    assert front.services.invitations.look(key)


# Sessions and their cookies


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_script_and_no_other_site_gets_the_cookie(scheme: str, front: Front) -> None:
    nobody = front.visitor()
    nobody.base_url = f"{scheme}://testserver"
    told = log_in(nobody, "anna")
    session, device = told.headers.get_list("set-cookie")
    for cookie, samesite in ((session, "lax"), (device, "lax")):
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", f"samesite={samesite}", "path=/"} <= attributes
        assert ("secure" in attributes) == (scheme == "https")
        # No domain, which would tell it to others.
        assert not any(one.startswith("domain") for one in attributes)
        # An age would keep the session; by the other one nobody comes in.
        ages = [one for one in attributes if one.startswith(("max-age", "expires"))]
        assert ages == ([] if cookie == session else ["max-age=31536000"])
    assert device.startswith("__Host-voicepost_device=") == (scheme == "https")
    assert ("strict-transport-security" in told.headers) == (scheme == "https")


def test_each_login_makes_a_session_of_its_own(front: Front) -> None:
    browser, before = front.visitor("boris"), front.tokens["boris"]
    assert log_in(browser, "anna").status_code == 303
    told = browser.cookies.get(COOKIE, domain="testserver.local")
    assert told not in (None, before)
    assert front.services.sessions.find(before) is None
    planted = front.visitor()
    planted.cookies.set(COOKIE, "chosen-by-somebody-else")
    log_in(planted, "anna")
    assert front.services.sessions.find("chosen-by-somebody-else") is None


def test_a_session_ends_with_the_password_the_account_and_by_logging_out(front: Front) -> None:
    anna, boris, olga = (front.visitor(who) for who in ("anna", "boris", "olga"))
    front.services.users.set_password(front.user("anna").id, "many green pears", by=NOBODY)
    assert not is_in(anna)
    assert is_in(boris)
    front.services.users.disable(front.user("boris").id, by=NOBODY)
    assert not is_in(boris)
    assert log_in(boris, "boris").status_code == 422
    front.services.users.enable(front.user("boris").id, by=NOBODY)
    assert not is_in(boris)
    olga.post("/logout")
    olga.cookies.set(COOKIE, front.tokens["olga"])
    assert not is_in(olga)


def test_ones_own_new_password_ends_the_sessions_elsewhere(front: Front) -> None:
    here, elsewhere = front.visitor("anna"), front.visitor()
    log_in(elsewhere, "anna")
    change = {"old": PASSWORD, "new": "many green pears", "again": "many green pears"}
    assert here.post("/account/password", data=change).status_code == 303
    assert is_in(here)
    assert not is_in(elsewhere)


def test_another_role_and_other_numbers_count_at_once(front: Front) -> None:
    anna, users = front.visitor("anna"), front.services.users
    hers, company = front.receive(front.box_of("101")), front.receive()
    users.change(front.user("anna").id, role="administrator", by=NOBODY)
    assert anna.get("/users").status_code == 200
    assert anna.get(f"/messages/{company}/audio").status_code == 200
    users.change(front.user("anna").id, role="employee", extensions=("102",), by=NOBODY)
    assert anna.get("/users").status_code == 403
    assert anna.get(f"/messages/{company}/audio").status_code == 404
    assert anna.get(f"/messages/{hers}/audio").status_code == 404


def test_who_got_a_password_from_somebody_sees_nothing_before_choosing_another(
    front: Front,
) -> None:
    front.services.users.set_password(
        front.user("olga").id, "many green pears", must_change=True, by=NOBODY
    )
    message = front.receive()
    olga = front.visitor()
    log_in(olga, "olga", "many green pears")
    for address in ("/messages", f"/messages/{message}/audio", "/users", "/audit"):
        assert olga.get(address).headers["location"] == "/account"
    for address in ("/account/tokens", "/account", f"/messages/{message}/delete"):
        told = olga.post(address, data={"token_name": "t", "name": "N"})
        assert told.headers["location"] == "/account"
    assert olga.post("/logout").headers["location"] == "/login"
    assert not front.services.tokens.of_user(front.user("olga").id)
    assert front.services.messages.get(message).deleted_at is None


# Guessing


def test_guessing_takes_longer_and_longer_over_restarts_too(front: Front) -> None:
    nobody = front.visitor()
    told = [log_in(nobody, "anna", f"guess number {n}").status_code for n in range(5)]
    assert told == [422, 422, 422, 422, 429]
    again = Front(front.home, front.tokens)
    try:
        refused = log_in(again.visitor(), "anna")
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 900
        assert COOKIE not in refused.headers.get("set-cookie", "")
        # Others are not kept out by it, not even from the same address.
        assert log_in(again.visitor(), "boris").status_code == 303
    finally:
        again.close()


def behind_proxy(front: Front, proxy: str = "127.0.0.1") -> Visitor:
    """Visitors whose addresses a proxy tells, as the server takes them (see `web.proxies`)."""
    app: Any = ProxyHeadersMiddleware(cast(Any, front.app), front.installation.settings.web.proxies)
    visitor = Visitor(app, None)
    visitor._transport.client = (proxy, 50000)  # type: ignore[attr-defined]
    return visitor


def test_nobody_is_kept_out_by_wrong_passwords_from_elsewhere(front: Front) -> None:
    told = []
    for n in range(6):
        # What a visitor says himself stands in front of what the proxy knows.
        stranger = {"X-Forwarded-For": f"192.0.2.{n}, 198.51.100.1"}
        browser = behind_proxy(front)
        browser.headers.update(stranger)
        told.append(log_in(browser, "anna", f"guess number {n}").status_code)
    assert told == [422, 422, 422, 422, 429, 429]
    own = behind_proxy(front)
    own.headers["X-Forwarded-For"] = "203.0.113.5"
    assert log_in(own, "anna").status_code == 303


def test_only_a_proxy_that_is_named_tells_whose_address_it_is(front: Front) -> None:
    told = []
    for n in range(5):
        browser = behind_proxy(front, "198.51.100.9")
        browser.headers["X-Forwarded-For"] = f"192.0.2.{n}"
        told.append(log_in(browser, "anna", f"guess number {n}").status_code)
    assert told == [422, 422, 422, 422, 429]


def test_a_browser_that_was_in_before_comes_in_though_its_address_may_not(front: Front) -> None:
    own, other = front.visitor(), front.visitor()
    assert log_in(own, "anna").status_code == 303
    own.post("/logout")
    assert DEVICE in own.cookies
    assert not is_in(own)
    for number in range(22):
        log_in(other, f"login{number}", "a guess")
    assert log_in(other, "anna").status_code == 429
    assert log_in(own, "anna").status_code == 303
    assert is_in(own)
    # Only for the login that has been there, and not by a secret that is none of ours.
    assert log_in(own, "boris").status_code == 429
    other.cookies.set(DEVICE, "planted")
    assert log_in(other, "anna").status_code == 429


def test_nothing_tells_whose_logins_exist(front: Front) -> None:
    nobody = front.visitor()
    front.services.users.disable(front.user("boris").id, by=NOBODY)
    told = [
        log_in(nobody, login, "guess number 1").text.replace(login, "LOGIN")
        for login in ("anna", "nobodys", "boris")
    ]
    assert told[0] == told[1] == told[2]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "https://evil.example/messages",
        "\\\\evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        " //evil.example",
        "/\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "evil.example",
        "",
    ],
)
def test_logging_in_leads_nowhere_else(elsewhere: str, front: Front) -> None:
    told = log_in(front.visitor(), "anna", next=elsewhere)
    assert told.headers["location"] == "/messages"
    known = front.visitor("olga").get("/login", params={"next": elsewhere})
    assert known.headers["location"] == "/messages"
    form = front.visitor().get("/login", params={"next": elsewhere}).text
    assert "evil.example" not in form


def test_logging_in_leads_back_to_what_was_asked_for(front: Front) -> None:
    nobody = front.visitor()
    sent = nobody.get("/messages?search=a%26b&employee=101").headers["location"]
    form = nobody.get(sent).text
    wanted = re.search(r'name="next" value="([^"]*)"', form)
    assert wanted is not None
    told = log_in(nobody, "anna", next=html.unescape(wanted[1]))
    assert told.headers["location"] == "/messages?search=a%26b&employee=101"


# One-time links and tokens


def test_a_link_is_for_one_time_and_for_some_hours(front: Front) -> None:
    key = front.services.invitations.make(None, user_id=front.user("anna").id, hours=1, by=NOBODY)
    form = {"key": key, "password": "many green pears", "again": "many green pears"}
    nobody = front.visitor()
    assert nobody.get("/setup", params={"key": key}).status_code == 200
    assert nobody.post("/setup", data=form).status_code == 303
    assert nobody.get("/setup", params={"key": key}).status_code == 404
    assert nobody.post("/setup", data=form).status_code == 404
    with pytest.raises(NotFound):
        front.services.invitations.look(key)


def test_a_link_dies_with_what_it_is_for(front: Front) -> None:
    users, links, anna = front.services.users, front.services.invitations, front.user("anna")
    nobody = front.visitor()
    first = links.make(None, user_id=anna.id, by=NOBODY)
    second = links.make(None, user_id=anna.id, by=NOBODY)
    assert nobody.get("/setup", params={"key": first}).status_code == 404
    users.disable(anna.id, by=NOBODY)
    users.enable(anna.id, by=NOBODY)
    assert nobody.get("/setup", params={"key": second}).status_code == 404


def test_the_key_of_a_link_stays_here(front: Front) -> None:
    key = front.services.invitations.make(None, user_id=front.user("anna").id, by=NOBODY)
    page = front.visitor().get("/setup", params={"key": key})
    # No part of the address is told to anybody, and browsers still say where the form is from.
    assert page.headers["referrer-policy"] == "strict-origin"
    assert page.headers["cache-control"] == "private, no-store"
    assert re.findall(r'(?:href|src)="(?!/static/|#|/)[^"]*"', page.text) == []
    assert page.text.count(key) == 1
    assert key not in str(page.headers)


def test_a_token_dies_by_being_revoked_and_with_its_user(front: Front) -> None:
    anna = front.user("anna")
    with script(front, "anna") as program:
        assert program.get("me").status_code == 200
        (token,) = front.services.tokens.of_user(anna.id)
        front.visitor("anna").post(f"/account/tokens/{token.id}/revoke")
        assert program.get("me").status_code == 401
    with script(front, "anna") as program:
        front.services.users.disable(anna.id, by=NOBODY)
        assert program.get("me").status_code == 401
    # A token is no session, and none is taken from an address.
    _, secret = front.services.tokens.make(front.user("boris").id, "t", by=NOBODY)
    nobody = front.visitor()
    for address in ("/messages", f"/messages?token={secret}", f"/events?access_token={secret}"):
        told = nobody.get(address, headers={"Authorization": f"Bearer {secret}"})
        assert told.status_code in (303, 401)
    nobody.cookies.set(COOKIE, secret)
    assert nobody.get("/messages").status_code == 303


def test_a_link_says_whose_it_is_and_logs_in(front: Front) -> None:
    key = front.services.invitations.make(None, user_id=front.user("anna").id, by=NOBODY)
    nobody = front.visitor()
    form = nobody.get("/setup", params={"key": key}).text
    assert "Anna" in form
    assert COMPANY in form
    assert re.search(r'value="anna"[^>]* autocomplete="username"', form)
    chosen = {"key": key, "password": "many green pears", "again": "many green pears"}
    told = nobody.post("/setup", data=chosen)
    assert told.headers["location"] == "/messages"
    assert nobody.get("/messages").status_code == 200

"""Requests that make no sense, or mean harm: each gets its answer, and none breaks the server."""

from __future__ import annotations

import base64
import json
import re
from typing import Final

import pytest

from storage.errors import QueryError
from storage.messages.query import Query
from tests.refusals import refuses
from tests.web.api.front import API
from tests.web.conftest import Front
from web.guard import COOKIE
from web.http.assets import static
from web.http.bodies import LARGEST_BODY, LARGEST_TEXT
from web.notices import COOKIE as NOTICE

TEXTS: Final = ("%00", "%ff%fe", "%ED%A0%80", "%22%27%60;--", "*", "a" * 50_000, "%25" * 500)
NUMBERS: Final = ("-1", "0", "1e9", "9" * 40, "9223372036854775807", "%D9%A1", "")
MONTHS: Final = ("9999-12", "2249-01", "2099-12", "1900-01", "0000-00", "2026-13", "1900", "x")


def test_no_address_breaks_the_server(front: Front) -> None:
    olga, nobody = front.visitor("olga"), front.visitor()
    queries = [
        *(f"{name}={text}" for name in ("search", "employee", "box", "next") for text in TEXTS),
        *(f"{name}={number}" for name in ("before", "year", "after") for number in NUMBERS),
        *(f"month={month}" for month in MONTHS),
        "&" * 50_000,
        "a=1&" * 12_000,
    ]
    for query in queries:
        for path in ("/messages", "/messages/export", "/audit", "/users", f"{API}/messages"):
            assert olga.get(f"{path}?{query}").status_code < 500, (path, query[:80])
        assert nobody.get(f"/login?{query}").status_code < 500, query[:80]
    for text in TEXTS[:5]:
        for path in ("messages", "users", "menus", "prompts", "numbers", "employees"):
            assert olga.get(f"/{path}/{text}").status_code == 404, (path, text)
            assert olga.post(f"/{path}/{text}").status_code in (404, 405), (path, text)


@pytest.mark.parametrize("month", ["9999-12", "2200-01", "1969-12"])
def test_the_api_and_storage_refuse_months_without_messages(month: str, front: Front) -> None:
    assert front.visitor("olga").get(f"{API}/messages?month={month}").status_code == 422
    with refuses(QueryError, "a month is written like"):
        front.services.messages.list(Query(month=month))


def test_no_method_breaks_the_server(front: Front) -> None:
    message = front.receive()
    olga = front.visitor("olga")
    for path in ("/messages", f"/messages/{message}", "/login", static("page.js"), f"{API}/me"):
        for method in ("OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "BREW"):
            told = olga.request(method, path)
            assert told.status_code == 405 or path.startswith(API), (method, path)
            assert told.status_code < 500, (method, path)
        if not path.startswith((API, "/login")):
            assert olga.head(path).status_code == 200
            assert olga.head(path).content == b""
    assert olga.head(f"/messages/{message}/audio").status_code == 200
    assert "message.play" not in olga.get(f"{API}/audit").text


def test_a_method_in_disguise_is_none(front: Front) -> None:
    message = front.receive()
    told = front.visitor("olga").get(
        f"/messages/{message}/restore",
        headers={"X-HTTP-Method-Override": "POST"},
        params={"_method": "POST"},
    )
    assert told.status_code == 405


@pytest.mark.parametrize(
    "cookie",
    [
        base64.urlsafe_b64encode(b"[" * 20_000).decode(),
        base64.urlsafe_b64encode(
            json.dumps({"text": "\ud800", "kind": "\0", "undo": "", "ids": ["\udfff"]}).encode()
        ).decode(),
        base64.urlsafe_b64encode(b'{"text": 1, "kind": null, "undo": null, "ids": 7}').decode(),
        "%%%",
        "a" * 50_000,
    ],
)
def test_no_cookie_breaks_the_server(cookie: str, front: Front) -> None:
    olga = front.visitor("olga")
    olga.cookies.set(NOTICE, cookie)
    assert olga.get("/messages").status_code == 200
    nobody = front.visitor()
    nobody.cookies.set(COOKIE, cookie)
    assert nobody.get("/messages").status_code == 303


@pytest.mark.parametrize(
    "undo",
    [
        *("javascript:alert(1)", "//evil.example/", "https://evil.example", "/\\evil.example"),
        *("/logout", "/users/x/remove", " /messages/restore", "data:text/html,x", "\tjavascript:1"),
    ],
)
def test_a_notice_that_somebody_made_up_has_no_button(undo: str, front: Front) -> None:
    olga = front.visitor("olga")
    notice = {"text": "Undo me", "kind": "done", "undo": undo, "ids": ["x"]}
    olga.cookies.set(NOTICE, base64.urlsafe_b64encode(json.dumps(notice).encode()).decode())
    page = olga.get("/messages").text
    assert "Undo me" in page
    (shown,) = re.findall('<div class="notice done".*?</div>', page, re.DOTALL)
    assert "<form" not in shown


@pytest.mark.parametrize(
    "path", ["//evil.example/messages", "//evil.example//", "/%2F/evil.example"]
)
def test_an_address_that_browsers_take_for_another_sites_is_nowhere_in_a_page(
    path: str, front: Front
) -> None:
    for visitor in (front.visitor("olga"), front.visitor()):
        told = visitor.get(f"http://testserver{path}")
        assert told.status_code == 404
        assert "evil.example" not in told.text


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("undefined", b"a"),
        ("punycode", b"\xff-\xff"),
        ("idna", b"a" * 100),
        ("unicode_escape", rb"\ud800"),
        ("utf-7", b"+2AA-"),
        ("zlib", b"a"),
        ("\0", b"a"),
        ("utf-8", b"\xff\0"),
    ],
)
def test_no_letters_break_the_server(charset: str, text: bytes, front: Front) -> None:
    names = ("login", "password", "name", "key", "way_in", "say", "greeting_say", "message")
    body = b"".join(
        b'--X\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (name.encode(), text)
        for name in names
    )
    kind = {"Content-Type": f"multipart/form-data; boundary=X; charset={charset}"}
    olga, nobody = front.visitor("olga"), front.visitor()
    for visitor, path in (
        (nobody, "/login"),
        (nobody, "/setup"),
        (olga, "/users/new"),
        (olga, "/menus"),
        (olga, "/prompts"),
        (olga, "/employees/new"),
        (olga, "/numbers"),
        (olga, "/account"),
        (olga, "/messages/selected"),
    ):
        told = visitor.post(path, content=body + b"--X--\r\n", headers=kind)
        assert told.status_code < 500, (path, told.status_code)


def test_a_large_body_without_a_file_is_not_even_read(front: Front) -> None:
    nobody = front.visitor()
    for content in (b"&" * (LARGEST_TEXT + 1), iter([b"&" * 65_536] * 17)):
        told = nobody.post(
            "/login",
            content=content,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert told.status_code == 413


# Uploads


def test_hostile_uploads_are_refused_and_keep_no_path(front: Front) -> None:
    olga, anna = front.visitor("olga"), front.visitor("anna")
    playlist = b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n"
    for content in (b"", b"<script>", playlist, b"RIFF\xff\xff\xff\xffWAVEfmt ", b"\0" * 100_000):
        for visitor, address, field in (
            (olga, "/prompts", "file"),
            (anna, "/account/greeting/101", "sound"),
        ):
            told = visitor.post(
                address,
                data={"name": "hostile", "way": "file"},
                files={field: ("../../../etc/passwd", content)},
            )
            assert told.status_code == 422, (address, content[:20])
    assert list(front.site.office.prompts) == ["main"]
    huge = olga.post("/prompts", files={"file": ("a.wav", b"\0" * (LARGEST_BODY + 1))})
    assert huge.status_code == 413
    sound = (
        front.services.prompts.path(front.site.office.prompts["main"].audio or "")
    ).read_bytes()
    for number, name in enumerate(("../../x.wav", "..\\..\\x.wav", "/x.wav", "a\u202egpj.wav", "")):
        olga.post(
            "/prompts",
            data={"name": f"p{number}", "way": "file"},
            files={"file": (name, sound)},
        )
    kept = {prompt.file for prompt in front.site.office.prompts.values() if prompt.file}
    assert kept == {"x.wav", "recording"}

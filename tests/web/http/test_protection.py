"""What every answer tells browsers, and what no page has in it: scripts, even of callers."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Final

import pytest
from httpx2 import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from storage.messages.repository import MessageRepository
from storage.office import parse_office
from tests.web.api.front import API
from tests.web.conftest import COMPANY, NOBODY, NUMBER, OFFICE, Front
from web.http.assets import static
from web.http.bodies import LARGEST_TEXT

HOSTILE: Final = "<img src=x onerror=alert(1)>\"'</title><script>\u202egnp.exe\u2066\x07"
"""A caller's name that is HTML, ends attributes, and turns the direction of what follows."""
HOSTILE_NUMBER: Final = '"><b>+7\u202e'
SHOWN: Final = "&lt;img src=x onerror=alert(1)&gt;"
TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069\x07]")


def test_every_answer_is_protected_and_kept_in_no_cache(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = front.receive()
    olga, nobody = front.visitor("olga"), front.visitor()
    olga._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    answers = {
        200: olga.get("/messages"),
        206: olga.get(f"/messages/{message}/audio", headers={"Range": "bytes=0-9"}),
        303: nobody.get("/messages"),
        307: olga.get("/messages/"),
        400: olga.post("/messages/selected", data={"message": message, "action": "eat"}),
        401: nobody.post("/messages/selected"),
        403: front.visitor("anna").get("/users"),
        404: nobody.get("/nothing"),
        405: nobody.post("/messages"),
        413: nobody.post("/login", data={"login": "a" * LARGEST_TEXT}),
        416: olga.get(f"/messages/{message}/audio", headers={"Range": "bytes=99999999-"}),
        422: nobody.post("/login", data={"login": "anna", "password": "wrong"}),
    }
    others = [
        nobody.get(static("page.js")),
        nobody.get("/static/x/nothing.js"),
        nobody.get("/events"),
        olga.get("/messages/export"),
        olga.get(f"/messages/{message}/download"),
        olga.get(f"{API}/messages"),
        olga.get(f"{API}/messages/{message}/audio"),
        nobody.get(f"{API}/messages"),
        nobody.get(f"{API}/nothing"),
        nobody.get(f"{API}/openapi.json"),
    ]
    with capture_logs():
        monkeypatch.setattr(MessageRepository, "list", _broken)
        answers[500] = olga.get("/messages")
        others.append(olga.get(f"{API}/messages"))
        monkeypatch.setattr(MessageRepository, "new_count", _broken)
        # Not even the page that says so can be made.
        others.append(olga.get("/messages"))
    for status, told in answers.items():
        assert told.status_code == status
    assert [told.status_code for told in others[-2:]] == [500, 500]
    for told in (*answers.values(), *others):
        _check_protected(told)
        is_static = told.url.path.startswith(static(""))
        assert ("public" in told.headers["cache-control"]) == is_static, told.url
        assert "known to nobody" not in told.text


def _broken(*_args: object, **_more: object) -> None:
    raise RuntimeError("known to nobody")


def _check_protected(told: Response) -> None:
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in told.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert told.headers["x-content-type-options"] == "nosniff"
    assert told.headers["x-frame-options"] == "DENY"
    assert told.headers["referrer-policy"] == "same-origin"
    assert told.headers["cross-origin-resource-policy"] == "same-origin"
    assert told.headers["cache-control"]


def test_static_files_are_those_of_the_folder(front: Front) -> None:
    nobody = front.visitor()
    for path in (
        "../app.py",
        "..%2fapp.py",
        "%2e%2e/app.py",
        "..%5capp.py",
        "%2fetc/passwd",
        "....//app.py",
        "vendor",
        "",
        "%00",
    ):
        assert nobody.get(static("") + path).status_code == 404, path


# What is in the pages


class Markup(HTMLParser):
    """Looks for scripts, styles and handlers that stand in a page itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attributes: Sequence[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attributes}
        self._script = tag == "script"
        if self._script and "src" not in names:
            self.found.append("an inline script")
        # A frame that is let do nothing shows a letter as it is.
        is_sandboxed = tag == "iframe" and dict(attributes).get("sandbox", "let out") in (None, "")
        is_framed = tag in {"style", "base", "iframe", "object", "embed"} and not is_sandboxed
        if is_framed or "style" in names:
            self.found.append(f"<{tag}> with a style or a frame")
        handlers = (name for name in names if name.startswith(("on", "hx-on", "hx-vars")))
        self.found += [f"{tag} {name}" for name in handlers]
        for name, value in attributes:
            if name in {"href", "src", "action"} and not _is_within(value or ""):
                self.found.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.found.append("an inline script")


def _is_within(address: str) -> bool:
    return address.startswith(("/", "#", "?")) and not address.startswith("//")


def pages(front: Front, message: str) -> Iterator[str]:
    """The addresses of every page that can be looked at."""
    names = {
        "{id}": front.user("anna").id,
        "{extension}": "101",
        "{key}": "1",
        "{number}": NUMBER,
        "{name}": "main",
    }
    for route in front.app.routes:
        if isinstance(route, Route) and "GET" in (route.methods or ()) and route.path != "/events":
            path = route.path
            if path.startswith("/messages/"):
                path = path.replace("{id}", message)
            for name, value in names.items():
                path = path.replace(name, value)
            yield path


def test_no_page_has_a_script_in_it_and_a_hostile_caller_is_only_text(front: Front) -> None:
    hostile = OFFICE.format(name=COMPANY, number=NUMBER).replace(
        "Анна Щукина", "<b onclick=x>Анна</b>"
    )
    front.services.offices.apply(parse_office(hostile), by=NOBODY)
    message = front.receive(front.box_of("101"), caller=HOSTILE_NUMBER, name=HOSTILE)
    olga = front.visitor("olga")
    olga.post(f"/messages/{message}/mark", data={"state": "heard"})
    seen = 0
    for path in (*pages(front, message), "/nothing", "/messages?search=%3Cb+onclick%3Dx%3E"):
        told = olga.get(path)
        if not told.headers.get("content-type", "").startswith("text/html"):
            continue
        if "sandbox" in told.headers["content-security-policy"].split("; "):
            continue  # a letter, which has a style in it, and is of no site: see test_letter.py
        seen += 1
        markup = Markup()
        markup.feed(told.text)
        assert not markup.found, path
        for raw in ("<img src=x", "<b onclick", "<b>+7"):
            assert raw not in told.text, path
        assert not TURNS.search(told.text), path
    assert seen > 25
    shown = olga.get("/messages").text
    assert SHOWN in shown
    # In attributes as well.
    assert re.search(r'data-title="[^"<>]*&lt;img', shown)


def test_a_hostile_caller_is_text_for_programs_too(front: Front) -> None:
    message = front.receive(caller=HOSTILE_NUMBER, name=HOSTILE)
    olga = front.visitor("olga")
    told = olga.get(f"/messages/{message}/download").headers["content-disposition"]
    assert not re.search(r"[<>\r\n\x07]", told)
    assert "%E2%80%AE" not in told
    packed = zipfile.ZipFile(io.BytesIO(olga.get("/messages/export").content))
    for name in packed.namelist():
        assert re.fullmatch(r"[\w.+,() -]+", name), name
    table = packed.read("manifest.csv").decode()
    assert not TURNS.search(table)
    document = json.loads(olga.get(f"{API}/messages/{message}").content)
    assert document["id"] == message
    assert olga.get(f"{API}/messages").headers["content-type"] == "application/json"
    olga.get(f"/messages/{message}/audio")
    for told in (
        document,
        olga.get(f"{API}/messages").json()["items"][0],
        json.loads(packed.read("manifest.json"))[0],
        olga.get(f"{API}/audit").json()["items"][0]["details"],
    ):
        assert told["caller"] == {
            "name": HOSTILE.translate(dict.fromkeys(map(ord, "\u202e\u2066\x07"), " ")),
            "number": HOSTILE_NUMBER.replace("\u202e", " "),
        }
    log = olga.get("/audit").text
    assert "<img src=x" not in log
    assert not TURNS.search(log)

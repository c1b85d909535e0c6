"""Who gets into the API, and how it says no."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from storage.errors import DatabaseUnavailable
from storage.messages.repository import MessageRepository
from tests.web.api.front import API, UNKNOWN, problem, script
from tests.web.conftest import NOBODY, Front
from web import outages
from web.guard import COOKIE

# What each kind of person gets for what is an administrator's alone.
FOR_ADMINISTRATORS = (
    ("GET", "users"),
    ("GET", f"users/{UNKNOWN}"),
    ("DELETE", f"users/{UNKNOWN}"),
    ("POST", f"users/{UNKNOWN}/disable"),
    ("GET", "employees"),
    ("DELETE", "employees/101"),
    ("GET", "menus"),
    ("DELETE", "menus/main"),
    ("GET", "prompts"),
    ("DELETE", "prompts/main"),
    ("GET", "numbers"),
    ("GET", "mailbox"),
    ("GET", "problems"),
    ("GET", "audit"),
    ("DELETE", f"messages/{UNKNOWN}"),
    ("POST", f"messages/{UNKNOWN}/restore"),
)


@pytest.fixture
def stranger(front: Front) -> Iterator[TestClient]:
    """Somebody without a token or a session."""
    with TestClient(front.app, base_url=f"http://testserver{API}/") as client:
        yield client


def test_administration_is_for_administrators(front: Front, stranger: TestClient) -> None:
    with script(front, "anna") as anna:
        for method, path in FOR_ADMINISTRATORS:
            refused = stranger.request(method, path)
            problem(refused, 401)
            assert refused.headers["www-authenticate"].startswith("Bearer")
            problem(anna.request(method, path), 403)


def test_every_address_wants_to_know_who_asks(front: Front, stranger: TestClient) -> None:
    document = stranger.get("openapi.json").json()
    for path, operations in document["paths"].items():
        for method in operations:
            told = stranger.request(method, path.lstrip("/").replace("{", "").replace("}", ""))
            assert told.status_code in (401, 422), (method, path)
            assert told.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("header", ["Bearer vp_wrong", "Bearer", "Basic b2xnYTpwYXNz", ""])
def test_a_wrong_token_is_worth_nothing(header: str, front: Front, stranger: TestClient) -> None:
    told = stranger.get("me", headers={"Authorization": header})
    problem(told, 401)
    # Not even beside a session that is good.
    stranger.cookies.set(COOKIE, front.tokens["olga"])
    problem(stranger.get("me", headers={"Authorization": header}), 401)


def test_the_page_asks_with_its_session(front: Front) -> None:
    page = front.visitor("anna")
    assert page.get(f"{API}/me").json()["login"] == "anna"
    assert page.patch(f"{API}/me", json={"language": "en"}).json()["language"] == "en"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://elsewhere.example"},
        {},
    ],
)
def test_another_site_cannot_use_a_session(
    headers: dict[str, str], front: Front, stranger: TestClient
) -> None:
    stranger.cookies.set(COOKIE, front.tokens["olga"])
    refused = stranger.patch("me", json={"language": "en"}, headers=headers)
    problem(refused, 403)
    assert front.services.users.find("olga").language is None


def test_a_disabled_user_is_nobody(front: Front) -> None:
    anna = front.services.users.find("anna")
    with script(front, "anna") as client:
        front.services.users.disable(anna.id, by=NOBODY)
        problem(client.get("me"), 401)


def test_who_has_to_choose_a_password_does_that_first(front: Front) -> None:
    anna = front.services.users.find("anna")
    front.services.users.set_password(anna.id, "given by olga", by=NOBODY, must_change=True)
    _, session = front.services.sessions.log_in("anna", "given by olga", address="", agent="")
    with TestClient(
        front.app, base_url=f"http://testserver{API}/", headers={"Sec-Fetch-Site": "same-origin"}
    ) as page:
        page.cookies.set(COOKIE, session)
        problem(page.get("messages"), 403)
        assert page.get("me").json()["must_change_password"]
        change = {"current": "given by olga", "new": "my very own words"}
        assert page.put("me/password", json=change).status_code == 204
        assert page.get("messages").status_code == 200


def test_another_companys_administrator_finds_nothing_of_ours(front: Front) -> None:
    anna, message_id = front.services.users.find("anna"), front.receive()
    with script(front, "rival") as rival:
        for method, path in (
            ("GET", f"messages/{message_id}"),
            ("DELETE", f"messages/{message_id}"),
            ("GET", f"messages/{message_id}/audio"),
            ("GET", f"users/{anna.id}"),
            ("DELETE", f"users/{anna.id}"),
            ("POST", f"users/{anna.id}/disable"),
        ):
            told = problem(rival.request(method, path), 404)
            unknown = path.replace(message_id, UNKNOWN).replace(anna.id, UNKNOWN)
            assert told["detail"] == problem(rival.request(method, unknown), 404)["detail"].replace(
                UNKNOWN, message_id
            )
        assert rival.get("messages").json()["items"] == []
        assert {user["login"] for user in rival.get("users").json()["items"]} == {"rival"}
        assert {entry["who"] for entry in rival.get("audit").json()["items"]} <= {"rival", "tests"}


def test_what_is_not_there_is_a_problem_too(front: Front) -> None:
    with script(front, "olga") as olga:
        problem(olga.get("nothing"), 404)
        refused = olga.post("me")
        problem(refused, 405)
        assert "GET" in refused.headers["allow"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"{", "JSON"),
        (b"[" * 100_000, "body"),
        (b"", "missing"),
        (b'{"language": "de"}', "language"),
        (b'{"langauge": "ru"}', "langauge"),
        (b'{"name": "\\ud800"}', "name"),
        (b'{"name": "\\u0000"}', "name"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(body: bytes, place: str, front: Front) -> None:
    with script(front, "olga") as olga:
        told = olga.patch("me", content=body, headers={"Content-Type": "application/json"})
        assert told.status_code in (400, 422)
        assert place in problem(told, told.status_code)["detail"]


def test_a_large_body_is_refused(front: Front) -> None:
    with script(front, "olga") as olga:
        large = json.dumps({"name": "x" * 1_000_000}).encode()
        problem(olga.patch("me", content=large), 413)
        chunks = (large[start : start + 65536] for start in range(0, len(large), 65536))
        told = olga.patch("me", content=chunks, headers={"Content-Type": "application/json"})
        problem(told, 413)


def test_a_database_that_is_away_is_told(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_args: object, **_more: object) -> None:
        raise DatabaseUnavailable("the database cannot be used: it is gone")

    with script(front, "olga") as olga:
        monkeypatch.setattr(MessageRepository, "list", unreachable)
        told = olga.get("messages")
        assert problem(told, 503)["detail"] == outages.DATABASE
        assert told.headers["retry-after"] == "5"


def test_a_mistake_of_ours_tells_nothing(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(MessageRepository, "list", broken)
    with capture_logs(), script(front, "olga") as olga:
        olga._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
        told = olga.get("messages")
    problem(told, 500)
    assert "secret" not in told.text
    assert told.headers["cache-control"] == "private, no-store"

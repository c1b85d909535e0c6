"""Accounts over the API: the administrator's and one's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from storage.audit import AuditQuery
from tests.web.api.front import API, in_person, problem, script
from tests.web.conftest import COMPANY, PASSWORD, Front, Visitor
from web.guard import COOKIE

NEW = {"login": "vera", "name": "Вера Лис", "role": "employee", "extensions": ["102"]}


@pytest.fixture
def olga(front: Front) -> Iterator[TestClient]:
    """The administrator's script."""
    with script(front, "olga") as client:
        yield client


@pytest.fixture
def boss(front: Front) -> Iterator[TestClient]:
    """The administrator in person."""
    with in_person(front, "olga") as client:
        yield client


@pytest.fixture
def page(front: Front) -> Visitor:
    """A browser in which Anna has logged in."""
    return front.visitor("anna")


def test_a_user_comes_changes_and_goes(olga: TestClient, boss: TestClient) -> None:
    given = {**NEW, "password": "many green pears", "current": PASSWORD}
    made = boss.post("users", json=given)
    assert made.status_code == 201
    vera = made.json()
    assert (vera["state"], vera["company"], vera["must_change_password"]) == (
        "active",
        COMPANY,
        True,
    )
    address = f"users/{vera['id']}"
    changed = olga.patch(address, json={"name": "Вера Заяц", "language": "en"}).json()
    assert (changed["name"], changed["language"], changed["login"]) == ("Вера Заяц", "en", "vera")
    assert olga.patch(address, json={"language": "company"}).json()["language"] is None
    # A login is half of what lets somebody in: not by a token, and not by a session alone.
    problem(olga.patch(address, json={"login": "lis", "current": PASSWORD}), 403)
    problem(boss.patch(address, json={"login": "lis"}), 422)
    assert olga.patch(address, json={"login": "vera"}).status_code == 200
    renamed = boss.patch(address, json={"login": "lis", "current": PASSWORD})
    assert renamed.json()["login"] == "lis"
    assert olga.post(f"{address}/disable").json()["state"] == "disabled"
    let_in = boss.post(f"{address}/enable", json={"current": PASSWORD})
    assert let_in.json()["state"] == "active"
    found = olga.get("users", params={"search": "заяц"}).json()["items"]
    assert [user["id"] for user in found] == [vera["id"]]
    assert olga.delete(address).status_code == 204
    problem(olga.get(address), 404)


def test_an_invited_user_comes_in_by_a_link(
    front: Front, olga: TestClient, boss: TestClient
) -> None:
    vera = olga.post("users", json=NEW).json()
    assert vera["state"] == "invited"
    link = boss.post(f"users/{vera['id']}/link", json={"current": PASSWORD}).json()
    secret = link["path"].partition("key=")[2]
    invited = front.services.invitations.look(secret).user
    assert invited is not None
    assert invited.login == "vera"


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"login": "no spaces"}, "login"),
        ({"login": "anna"}, "taken"),
        ({"extensions": ["199"]}, "199"),
        ({"role": "king"}, "role"),
        ({"password": "short"}, "password"),
        ({"password": "1234567890"}, "password"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_no_user_can_be_is_refused(
    wrong: dict[str, object], place: str, boss: TestClient
) -> None:
    told = boss.post("users", json={**NEW, "current": PASSWORD, **wrong})
    assert place in problem(told, 422)["detail"]


def test_a_company_is_not_left_without_administrator(front: Front, olga: TestClient) -> None:
    me = f"users/{olga.get('me').json()['id']}"
    problem(olga.delete(me), 422)
    problem(olga.post(f"{me}/disable"), 422)
    problem(olga.patch(me, json={"role": "employee"}), 422)


def test_a_new_password_ends_sessions_and_tokens(
    front: Front, boss: TestClient, page: Visitor
) -> None:
    anna = front.services.users.find("anna")
    assert page.get(f"{API}/me").status_code == 200
    new = {"password": "chosen by olga", "must_change": False, "current": PASSWORD}
    with script(front, "anna") as program:
        assert boss.put(f"users/{anna.id}/password", json=new).status_code == 204
        problem(program.get("me"), 401)
    problem(page.get(f"{API}/me"), 401)


CREDENTIALS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("POST", "users", {**NEW, "password": "many green pears"}),
    ("POST", "users", {**NEW, "role": "administrator"}),
    ("POST", "users/{anna}/enable", {}),
    ("PUT", "users/{anna}/password", {"password": "many green pears"}),
    ("POST", "users/{anna}/link", {}),
    ("PATCH", "users/{anna}", {"role": "administrator"}),
    ("POST", "me/tokens", {"name": "another"}),
    ("PUT", "me/password", {"new": "many green pears"}),
)
"""Everything by which somebody gets another way in, or more rights."""


@pytest.mark.parametrize(("method", "path", "body"), CREDENTIALS)
def test_no_credentials_are_made_by_a_token(
    method: str, path: str, body: dict[str, object], front: Front, olga: TestClient
) -> None:
    """Be the password that was stolen with it right, wrong or not there."""
    anna = front.user("anna")
    before = (
        front.services.users.of_company(),
        len(front.services.tokens.of_user(front.user("olga").id)),
    )
    for current in ({"current": PASSWORD}, {"current": "wrong"}, {}):
        told = olga.request(method, path.format(anna=anna.id), json={**body, **current})
        assert "token does not suffice" in problem(told, 403)["detail"]
    told_of = (
        front.services.users.of_company(),
        len(front.services.tokens.of_user(front.user("olga").id)),
    )
    assert told_of == before
    front.services.sessions.log_in("anna", PASSWORD, address="", agent="")


@pytest.mark.parametrize(("method", "path", "body"), CREDENTIALS)
def test_credentials_are_made_with_the_present_password_only(
    method: str, path: str, body: dict[str, object], front: Front, boss: TestClient
) -> None:
    def ask(**current: str) -> Response:
        return boss.request(method, path.format(anna=anna.id), json={**body, **current})

    anna = front.user("anna")
    assert "current" in problem(ask(), 422)["detail"]
    assert "current" in problem(ask(current=""), 422)["detail"]
    assert "current" in problem(ask(current="wrong"), 422)["detail"]
    assert ask(current=PASSWORD).status_code in (200, 201, 204)


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize(("method", "path", "body"), CREDENTIALS)
def test_the_present_password_is_not_guessed_there(
    method: str, path: str, body: dict[str, object], front: Front, boss: TestClient
) -> None:
    def ask(current: str) -> Response:
        asked = {**body, "current": current}
        return boss.request(method, path.format(anna=front.user("anna").id), json=asked)

    for _ in range(4):
        problem(ask("wrong"), 422)
    told = ask(PASSWORD)
    problem(told, 429)
    assert int(told.headers["retry-after"]) > 0


def test_ones_own_password_is_changed_in_one_place_only(front: Front, boss: TestClient) -> None:
    me = front.user("olga").id
    for method, path, body in (
        ("PUT", f"users/{me}/password", {"password": "many green pears"}),
        ("POST", f"users/{me}/link", {}),
    ):
        told = boss.request(method, path, json={**body, "current": PASSWORD})
        assert "your own password" in problem(told, 422)["detail"]
    front.services.sessions.log_in("olga", PASSWORD, address="", agent="")


def test_one_changes_ones_own_password(front: Front, page: Visitor) -> None:
    def change(current: str, new: str = "a quiet blue lake") -> object:
        return page.put(f"{API}/me/password", json={"current": current, "new": new})

    told = problem(change("not my password"), 422)  # type: ignore[arg-type]
    assert "current" in told["detail"]
    assert change(PASSWORD).status_code == 204  # type: ignore[attr-defined]
    assert page.get(f"{API}/me").status_code == 200


@pytest.mark.usefixtures("still")
def test_guessing_ones_password_is_slowed_down(page: Visitor) -> None:
    for _ in range(30):
        told = page.put(
            f"{API}/me/password", json={"current": "a guess", "new": "a quiet blue lake"}
        )
        if told.status_code == 429:
            break
    problem(told, 429)
    assert int(told.headers["retry-after"]) > 0


def test_a_token_is_made_used_and_revoked(front: Front, page: Visitor) -> None:
    new = {"name": "backup", "days": 30, "current": PASSWORD}
    made = page.post(f"{API}/me/tokens", json=new)
    assert made.status_code == 201
    token = made.json()
    assert not token["read_only"]
    assert 29 <= (datetime.fromisoformat(token["expires_at"]) - datetime.now(UTC)).days <= 30
    bearer = {"Authorization": f"Bearer {token['secret']}"}
    with TestClient(front.app, base_url=f"http://testserver{API}/", headers=bearer) as robot:
        assert robot.get("me").json()["login"] == "anna"
        listed = robot.get("me/tokens").json()["items"]
        assert [item["name"] for item in listed] == ["backup"]
        assert "secret" not in listed[0]
        problem(robot.post("me/tokens", json={"name": "another"}), 403)
        problem(robot.put("me/password", json={"current": PASSWORD, "new": "x" * 12}), 403)
        assert robot.delete(f"me/tokens/{token['id']}").status_code == 204
        problem(robot.get("me"), 401)


@pytest.mark.parametrize("days", [True, "90", 1.0, 0, 3651])
def test_the_days_of_a_token_are_a_number(page: Visitor, days: object) -> None:
    new = {"name": "backup", "days": days, "current": PASSWORD}
    told = page.post(f"{API}/me/tokens", json=new)
    assert (told.status_code, "days" in told.json()["detail"]) == (422, True)


def test_a_token_ends_after_the_usual_days(front: Front, page: Visitor) -> None:
    for new in ({}, {"days": None}):
        made = page.post(f"{API}/me/tokens", json={"name": "n", "current": PASSWORD, **new})
        end = datetime.fromisoformat(made.json()["expires_at"])
        assert 89 <= (end - datetime.now(UTC)).days <= 90


def test_by_a_token_for_reading_only_nothing_is_changed(front: Front, page: Visitor) -> None:
    message = front.receive(front.box_of("101"))
    new = {"name": "board", "read_only": True, "current": PASSWORD}
    token = page.post(f"{API}/me/tokens", json=new).json()
    assert token["read_only"]
    bearer = {"Authorization": f"Bearer {token['secret']}"}
    with TestClient(front.app, base_url=f"http://testserver{API}/", headers=bearer) as board:
        assert board.get("messages").json()["items"][0]["state"] == "new"
        heard = board.get(f"messages/{message}/audio")
        assert heard.content[:4] == b"RIFF"
        assert board.head(f"messages/{message}/audio").status_code == 200
        # It stays new to her, and that somebody listened is known all the same.
        assert board.get(f"messages/{message}").json()["state"] == "new"
        assert board.get("messages/new").json()["count"] == 1
        for method, path, body in (
            ("PATCH", f"messages/{message}", {"state": "heard"}),
            ("PATCH", "me", {"language": "en"}),
            ("DELETE", f"me/tokens/{token['id']}", None),
            ("DELETE", "me/sessions", None),
        ):
            told = problem(board.request(method, path, json=body), 403)
            assert "for reading only" in told["detail"]
    entries = front.services.audit.list(AuditQuery(action="message.play")).entries
    assert [(entry.who, entry.via, entry.subject) for entry in entries] == [
        ("anna", "api", message)
    ]
    # The same by a token that may do everything is to have heard it.
    with script(front, "anna") as program:
        program.get(f"messages/{message}/audio")
        assert program.get(f"messages/{message}").json()["state"] == "heard"


def test_ones_browsers_are_listed_and_logged_out(front: Front, page: Visitor) -> None:
    _, other = front.services.sessions.log_in("anna", PASSWORD, address="192.0.2.7", agent="Fox")
    sessions = page.get(f"{API}/me/sessions").json()["items"]
    assert sorted(session["is_current"] for session in sessions) == [False, True]
    (elsewhere,) = (session for session in sessions if not session["is_current"])
    assert (elsewhere["agent"], elsewhere["address"]) == ("Fox", "192.0.2.7")
    assert page.delete(f"{API}/me/sessions/{elsewhere['id']}").status_code == 204
    problem(page.delete(f"{API}/me/sessions/{elsewhere['id']}"), 404)
    front.services.sessions.log_in("anna", PASSWORD, address="", agent="")
    assert page.delete(f"{API}/me/sessions").status_code == 204
    assert len(page.get(f"{API}/me/sessions").json()["items"]) == 1
    assert front.services.sessions.find(other) is None
    assert page.cookies.get(COOKIE) == front.tokens["anna"]

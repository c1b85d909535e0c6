"""Accounts over the API: the administrator's and one's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.web.api import API, problem, script
from tests.web.conftest import COMPANY, PASSWORD, Front, Visitor
from web.guard import COOKIE

NEW = {"login": "vera", "name": "Вера Лис", "role": "employee", "extensions": ["102"]}


@pytest.fixture
def olga(front: Front) -> Iterator[TestClient]:
    """The administrator's script."""
    with script(front, "olga") as client:
        yield client


@pytest.fixture
def page(front: Front) -> Visitor:
    """A browser in which Anna has logged in."""
    return front.visitor("anna")


def test_a_user_comes_changes_and_goes(front: Front, olga: TestClient) -> None:
    made = olga.post("users", json={**NEW, "password": "many green pears"})
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
    assert olga.post(f"{address}/disable").json()["state"] == "disabled"
    assert olga.post(f"{address}/enable").json()["state"] == "active"
    found = olga.get("users", params={"search": "заяц"}).json()["items"]
    assert [user["id"] for user in found] == [vera["id"]]
    assert olga.delete(address).status_code == 204
    problem(olga.get(address), 404)


def test_an_invited_user_comes_in_by_a_link(front: Front, olga: TestClient) -> None:
    vera = olga.post("users", json=NEW).json()
    assert vera["state"] == "invited"
    link = olga.post(f"users/{vera['id']}/link").json()
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
    wrong: dict[str, object], place: str, olga: TestClient
) -> None:
    assert place in problem(olga.post("users", json={**NEW, **wrong}), 422)["detail"]


def test_a_company_is_not_left_without_administrator(front: Front, olga: TestClient) -> None:
    me = f"users/{olga.get('me').json()['id']}"
    problem(olga.delete(me), 422)
    problem(olga.post(f"{me}/disable"), 422)
    problem(olga.patch(me, json={"role": "employee"}), 422)


def test_a_new_password_ends_the_sessions(front: Front, olga: TestClient, page: Visitor) -> None:
    anna = front.services.users.find("anna")
    assert page.get(f"{API}/me").status_code == 200
    new = {"password": "chosen by olga", "must_change": False}
    assert olga.put(f"users/{anna.id}/password", json=new).status_code == 204
    problem(page.get(f"{API}/me"), 401)


def test_one_changes_ones_own_password(front: Front, page: Visitor) -> None:
    def change(current: str, new: str = "a quiet blue lake") -> object:
        return page.put(f"{API}/me/password", json={"current": current, "new": new})

    told = problem(change("not my password"), 422)  # type: ignore[arg-type]
    assert "current" in told["detail"]
    assert change(PASSWORD).status_code == 204  # type: ignore[attr-defined]
    assert page.get(f"{API}/me").status_code == 200


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
    made = page.post(f"{API}/me/tokens", json={"name": "backup", "days": 30})
    assert made.status_code == 201
    token = made.json()
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

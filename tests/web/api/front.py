"""The API as a script or a page asks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from tests.web.conftest import NOBODY, Front
from web.guard import COOKIE

API = "/api/v1"
PROBLEM = "application/problem+json"
UNKNOWN = "01234567-89ab-7def-8123-456789abcdef"


def script(front: Front, login: str, *, read_only: bool = False) -> TestClient:
    """A script with a token of that person's."""
    user = front.services.users.find(login)
    _, secret = front.services.tokens.make(user.id, "test", read_only=read_only, by=NOBODY)
    return TestClient(
        front.app,
        base_url=f"http://testserver{API}/",
        headers={"Authorization": f"Bearer {secret}"},
    )


def in_person(front: Front, login: str) -> TestClient:
    """That person, who has logged in, asking the API from a page of ours."""
    client = TestClient(
        front.app,
        base_url=f"http://testserver{API}/",
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    client.cookies.set(COOKIE, front.tokens[login])
    return client


def problem(response: Response, status: int) -> Mapping[str, Any]:
    """The problem that an answer is, after a look at its shape."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM
    told: dict[str, Any] = response.json()
    assert told["status"] == status
    assert told["type"] == "about:blank"
    assert told["title"]
    assert told["detail"]
    return told

"""Legal hold over the API: what it keeps from being deleted, and who may."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.web.api.front import PROBLEM, problem, script
from tests.web.conftest import NOBODY, Front


@pytest.fixture
def olga(front: Front) -> Iterator[TestClient]:
    """The administrator's script."""
    with script(front, "olga") as client:
        yield client


def test_a_message_on_hold_cannot_be_deleted(front: Front, olga: TestClient) -> None:
    held, other = front.receive(), front.receive()

    told = olga.post(f"messages/{held}/hold", json={"reason": "Case 7"}).json()
    assert told["held"] is True
    assert (told["hold"]["by"], told["hold"]["reason"]) == ("olga", "Case 7")
    assert olga.get(f"messages/{held}").json() == told

    for refused in (
        olga.delete(f"messages/{held}"),
        olga.post("messages/delete", json={"ids": [other, held]}),
    ):
        assert refused.status_code == 409
        assert refused.headers["content-type"] == PROBLEM
        assert refused.json() == {
            "type": "urn:voicepost:held",
            "title": "The message is on hold",
            "status": 409,
            "detail": f"message {held} is on hold and cannot be deleted",
        }
    assert len(olga.get("messages").json()["items"]) == 2, "all or none"

    told = olga.post(f"messages/{held}/release").json()
    assert (told["held"], told["hold"]) == (False, None)
    assert olga.delete(f"messages/{held}").status_code == 204


def test_many_are_held_and_released(front: Front, olga: TestClient) -> None:
    ids = [front.receive() for _ in range(2)]
    olga.delete(f"messages/{ids[1]}")

    def held(**filters: bool) -> list[str]:
        items = olga.get("messages", params={"held": True, **filters}).json()["items"]
        return [item["id"] for item in items]

    body = {"ids": ids, "reason": "Case 7"}
    assert olga.post("messages/hold", json=body).json() == {"ids": ids}
    assert olga.post("messages/hold", json=body).json() == {"ids": []}
    assert held() == ids[::-1]
    assert held(trash=True) == [ids[1]]
    assert olga.post("messages/release", json={"ids": ids}).json() == {"ids": ids}
    assert held() == []


def test_employees_learn_nothing_of_it(front: Front) -> None:
    hers = front.receive(front.box_of("101"))
    front.services.messages.hold([hers], reason="Case 7", by=NOBODY)
    with script(front, "anna") as anna:
        told = anna.get(f"messages/{hers}").json()
        assert (told["held"], told["hold"]) == (False, None)
        problem(anna.get("messages", params={"held": True}), 403)
        problem(anna.post(f"messages/{hers}/release"), 403)


@pytest.mark.parametrize("reason", ["", " \n", "x" * 501, None])
def test_a_reason_is_needed(front: Front, olga: TestClient, reason: str | None) -> None:
    message_id = front.receive()
    problem(olga.post(f"messages/{message_id}/hold", json={"reason": reason}), 422)
    assert olga.get(f"messages/{message_id}").json()["held"] is False


def test_the_document_knows_the_problem(front: Front) -> None:
    document = front.visitor().get("/api/v1/openapi.json").json()
    kinds = document["components"]["schemas"]["Problem"]["properties"]["type"]["enum"]
    assert "urn:voicepost:held" in kinds
    deleting = document["paths"]["/messages/{message_id}"]["delete"]["responses"]
    assert PROBLEM in deleting["409"]["content"]

"""Deliveries over the API: what was sent to whom, and what is to be sent again or no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from starlette.testclient import TestClient

from storage.audit import AuditQuery
from storage.notifications.delivery import STATES
from tests.web.api.front import UNKNOWN, in_person, problem, script
from tests.web.conftest import OTHER_COMPANY, Front
from tests.web.queued import MADE_AT, queued


@pytest.fixture
def olga(front: Front) -> Iterator[TestClient]:
    """The administrator's script."""
    with script(front, "olga") as client:
        yield client


def test_each_tells_what_became_of_it(front: Front, olga: TestClient) -> None:
    assert olga.get("deliveries").json() == {"items": [], "next": None}
    message = front.receive()
    sent = queued(front, state="sent", answer="250 OK", message=message)
    waiting = queued(front, kind="webhook", address="https://hooks.example/x", tries=0)
    newest, oldest = olga.get("deliveries").json()["items"]
    assert oldest == olga.get(f"deliveries/{sent}").json()
    assert newest == olga.get(f"deliveries/{waiting}").json()
    assert {key: value for key, value in oldest.items() if not key.endswith("_at")} == {
        "id": sent,
        "kind": "mail",
        "event": "message.kept",
        "to": "anna@example.com",
        "message": message,
        "state": "sent",
        "tries": 1,
        "answer": "250 OK",
    }
    assert datetime.fromisoformat(oldest["made_at"]) == MADE_AT
    assert datetime.fromisoformat(oldest["ended_at"]) == MADE_AT + timedelta(minutes=2)
    assert oldest["next_try_at"] is None
    assert (newest["message"], newest["ended_at"], newest["tries"]) == (None, None, 0)
    assert datetime.fromisoformat(newest["next_try_at"]) > MADE_AT


def test_the_list_is_narrowed(front: Front, olga: TestClient) -> None:
    message = front.receive()
    made = {state: queued(front, state=state, message=message) for state in STATES}
    queued(front)
    for state in STATES[1:]:
        (item,) = olga.get("deliveries", params={"state": state}).json()["items"]
        assert item["id"] == made[state]
    assert len(olga.get("deliveries", params={"state": "waiting"}).json()["items"]) == 2
    of_message = olga.get("deliveries", params={"message": message}).json()["items"]
    assert [item["id"] for item in of_message] == [*made.values()][::-1]
    both = {"message": message, "state": "failed"}
    (item,) = olga.get("deliveries", params=both).json()["items"]
    assert item["id"] == made["failed"]
    assert olga.get("deliveries", params={"message": UNKNOWN}).json()["items"] == []
    assert olga.get("deliveries", params={"message": "\x00"}).json()["items"] == []


def test_a_list_comes_a_page_at_a_time(front: Front, olga: TestClient) -> None:
    made = [queued(front, state="sent" if number % 2 else "failed") for number in range(11)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        asked = {"limit": "2", "state": "failed", **({"cursor": cursor} if cursor else {})}
        page = olga.get("deliveries", params=asked).json()
        assert 1 <= len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == made[::2][::-1]
    whole = olga.get("deliveries", params={"limit": "11"}).json()
    assert (len(whole["items"]), whole["next"]) == (11, None)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"cursor": "x"}, "cursor"),
        ({"cursor": ""}, "cursor"),
        ({"cursor": "щ"}, "cursor"),
        ({"cursor": UNKNOWN}, "cursor"),
        ({"cursor": "A" * 23}, "cursor"),
        ({"cursor": "A" * 101}, "cursor"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"state": "lost"}, "state"),
        ({"message": "x" * 37}, "message"),
    ],
)
def test_what_no_list_can_be_asked_for_is_refused(
    wrong: dict[str, str], place: str, olga: TestClient
) -> None:
    told = problem(olga.get("deliveries", params=wrong), 422)
    assert place in str(told)


def test_one_is_sent_again_whatever_became_of_it(front: Front, olga: TestClient) -> None:
    for state in STATES:
        delivery = queued(front, state=state, answer="451 later", tries=7)
        again = olga.post(f"deliveries/{delivery}/retry").json()
        assert again == olga.get(f"deliveries/{delivery}").json()
        assert (again["id"], again["state"], again["tries"]) == (delivery, "waiting", 0)
        assert again["ended_at"] is None
        assert again["answer"] == "451 later", "what was said last"
    entries = front.services.audit.list(AuditQuery(action="delivery.retry")).entries
    assert [(entry.who, entry.via) for entry in entries] == [("olga", "api")] * len(STATES)


def test_what_waits_is_not_sent_any_more(front: Front, olga: TestClient) -> None:
    for state in STATES:
        delivery = queued(front, state=state)
        answer = olga.post(f"deliveries/{delivery}/cancel")
        if state in ("sent", "failed"):
            assert delivery in problem(answer, 409)["detail"]
            assert olga.get(f"deliveries/{delivery}").json()["state"] == state
            continue
        told = answer.json()
        assert told["state"] == "cancelled"
        assert told["next_try_at"] is None
        assert told == olga.get(f"deliveries/{delivery}").json()
    (entry,) = front.services.audit.list(AuditQuery(action="delivery.cancel")).entries
    assert (entry.who, entry.via, entry.subject) == ("olga", "api", "anna@example.com")


def test_another_companys_are_not_there(front: Front, olga: TestClient) -> None:
    theirs = queued(front, company=OTHER_COMPANY)
    before = front.services.deliveries.get(theirs)
    assert olga.get("deliveries").json()["items"] == []
    for unknown in (theirs, UNKNOWN, "-" * 36):
        problem(olga.get(f"deliveries/{unknown}"), 404)
        problem(olga.post(f"deliveries/{unknown}/retry"), 404)
        problem(olga.post(f"deliveries/{unknown}/cancel"), 404)
    problem(olga.get("deliveries/x"), 422)
    assert front.services.deliveries.get(theirs) == before
    with script(front, "rival") as rival:
        assert [item["id"] for item in rival.get("deliveries").json()["items"]] == [theirs]


def test_they_are_for_administrators(front: Front) -> None:
    delivery = queued(front)
    before = front.services.deliveries.get(delivery)
    asked = (
        ("GET", "deliveries"),
        ("GET", f"deliveries/{delivery}"),
        ("POST", f"deliveries/{delivery}/retry"),
        ("POST", f"deliveries/{delivery}/cancel"),
    )
    with script(front, "anna") as anna, script(front, "olga", read_only=True) as board:
        for method, path in asked:
            problem(anna.request(method, path), 403)
        for method, path in asked:
            told = board.request(method, path)
            assert told.status_code == (200 if method == "GET" else 403)
    with in_person(front, "olga") as boss:
        for method, path in asked[2:]:
            foreign = {"Sec-Fetch-Site": "cross-site"}
            problem(boss.request(method, path, headers=foreign), 403)
        assert front.services.deliveries.get(delivery) == before
        assert boss.post(f"deliveries/{delivery}/retry").status_code == 200


def test_strangers_answers_are_plain_text(front: Front, olga: TestClient) -> None:
    queued(front, answer="550 \x1b[31m\u202e<b>", address="https://h.example/<b>")
    (item,) = olga.get("deliveries").json()["items"]
    assert item["answer"] == "550  [31m <b>"
    assert item["to"] == "https://h.example/<b>"

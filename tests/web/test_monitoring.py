"""`/metrics` and `/health`: who is told what."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Front
from web.app import create_app
from web.monitoring import Health, Watch

WELL = Health(True, {"database": {"ok": True, "found": "SQLite"}})
ILL = Health(False, {"database": {"ok": False, "found": "a secret place"}})


def client(front: Front, health: Health = WELL, *, address: str = "127.0.0.1") -> TestClient:
    app = create_app(front.services, Watch(lambda: b"voicepost_calls_total 1\n", lambda: health))
    return TestClient(app, base_url="http://127.0.0.1:8080", client=(address, 50_000))


@pytest.mark.parametrize(
    "asked", ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:8080"]
)
def test_somebody_on_this_machine_is_told_everything(front: Front, asked: str) -> None:
    here = client(front, ILL)
    assert here.get(f"{asked}/metrics").text == "voicepost_calls_total 1\n"
    answer = here.get(f"{asked}/health")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"]["found"] == "a secret place"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-Proto": "https"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "voicemail.example.com"},
        {"Host": "127.0.0.1.example.com"},
        {"Host": ""},
    ],
    ids=str,
)
def test_what_a_proxy_passes_on_is_a_visitors(front: Front, headers: dict[str, str]) -> None:
    assert client(front).get("/metrics", headers=headers).status_code == 404
    assert client(front).get("/health", headers=headers).json() == {"status": "ok"}


def test_somebody_elsewhere_gets_one_word(front: Front) -> None:
    elsewhere = client(front, ILL, address="203.0.113.9")
    assert elsewhere.get("/metrics").status_code == 404
    answer = elsewhere.get("/health")
    assert (answer.status_code, answer.json()) == (503, {"status": "failing"})
    assert "no-store" in answer.headers["cache-control"]


def test_nothing_can_be_sent_there(front: Front) -> None:
    assert client(front).post("/metrics").status_code == 405
    assert client(front).post("/health").status_code == 405

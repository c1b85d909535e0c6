"""Requests that nobody would think of: the API answers each as its OpenAPI document says."""

from __future__ import annotations

import dataclasses
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, strategies
from hypothesis.strategies import SearchStrategy
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from structlog.testing import capture_logs

from tests.web.api.front import API
from tests.web.conftest import NOBODY, NUMBER, PASSWORD, Front
from web.guard import COOKIE

Operation = APIOperation[Any, Any, Any, Any]
Request = Case[Any]
EXAMPLES = 6
"""Requests to each operation, by each person."""
ENDLESS = {"stream_events"}
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


IN_PERSON = {
    *("create_user", "change_user", "set_user_password", "create_user_link"),
    *("create_my_token", "change_my_password"),
}
"""For these a token does not suffice: they are asked by Olga's browser, with her password."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("login", ["olga", "anna", "olga in person"])
def test_any_request_is_answered_as_documented(login: str, front: Front) -> None:
    # A telephone system that is there: without one, ringing is answered by 503, and rightly.
    front.services = dataclasses.replace(front.services, ring=lambda *_words: None)
    user = front.services.users.find(login.partition(" ")[0])
    _, secret = front.services.tokens.make(user.id, "fuzz", by=NOBODY)
    is_there = "in person" in login
    known = {
        "message_id": front.receive(front.box_of("101")),
        "user_id": front.services.users.find("boris").id,
        "extension": "101",
        "name": "main",
        "number": NUMBER,
        "key": "1",
        "rule": "no_answer",
    }
    schema = schemathesis.openapi.from_asgi(f"{API}/openapi.json", front.app)
    wrong: list[str] = []
    with capture_logs(), asgi.get_client(front.app) as client:  # type: ignore[arg-type]
        if is_there:
            client.headers["Sec-Fetch-Site"] = "same-origin"
            client.cookies.set(COOKIE, front.tokens["olga"])
        else:
            client.headers["Authorization"] = f"Bearer {secret}"
        for found in schema.get_all_operations():
            operation: Operation = found.ok()  # type: ignore[union-attr]
            name = operation.definition.raw["operationId"]
            if name in IN_PERSON if is_there else name not in ENDLESS:
                wrong += _tried(operation, client, known)
    assert not wrong, "\n\n".join(wrong)


def _tried(operation: Operation, client: asgi.ASGIClient, known: dict[str, str]) -> list[str]:
    """What was wrong with the answers of an operation: nothing, or one complaint."""

    @hypothesis.settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        derandomize=True,
        phases=(hypothesis.Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=_requests(operation, known))
    def ask(case: Request) -> None:
        if COOKIE in client.cookies and isinstance(case.body, dict) and "current" in case.body:
            case.body["current"] = PASSWORD
        case.call_and_validate(session=client, checks=CHECKS, timeout=120)

    try:
        ask()
    except (Exception, FailureGroup) as error:  # whatever it is, it is told with the others
        return [f"{operation.label}: {error!r}\n{error}"]
    return []


def _requests(operation: Operation, known: dict[str, str]) -> SearchStrategy[Request]:
    """Right and wrong requests, many of them about things that are there."""
    own = {
        parameter.name: known[parameter.name]
        for parameter in operation.path_parameters
        if parameter.name in known
    }
    ways = [
        operation.as_strategy(GenerationMode.POSITIVE),
        operation.as_strategy(GenerationMode.NEGATIVE),
    ]
    if own:
        ways.append(operation.as_strategy(GenerationMode.POSITIVE, path_parameters=own))
    return strategies.one_of(ways)

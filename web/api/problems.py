"""Errors of the API: every one is a JSON object as RFC 9457 describes, never a page or a text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from storage.accounts.attempts import LoginRefused
from storage.errors import (
    AudioError,
    Busy,
    ConfigError,
    DatabaseUnavailable,
    Held,
    NotFound,
    StorageError,
)
from storage.office.values import shown
from web.services import PhoneUnavailable

log = structlog.get_logger()

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER: Final = 5
"""Seconds after which a database that is away is worth another try."""
BUSY_SECONDS: Final = 60
"""Seconds after which a sound is, where too many are being converted."""

_MEANINGS: Final = {
    400: "The body cannot be read.",
    401: "Nobody has logged in, and there is no valid token.",
    403: "The user may not do that.",
    404: "There is no such thing, or it is none of the user's.",
    408: "The body did not come in time.",
    409: "It contradicts what there is.",
    413: "The body is too large.",
    416: "The range is beyond the end.",
    422: "Something in the request is wrong; `problems` says what.",
    429: "Too many tries; `Retry-After` says for how long.",
    500: "A mistake of the server.",
    503: "The database, the audio or a phone is away, or too many sounds are being converted.",
}
_SAID: Final = {
    404: "there is no such address",
    405: "this address does not take that method",
    408: "the body did not come in time",
}
HELD: Final = "urn:voicepost:held"
KINDS: Final = {HELD: "The message is on hold"}
"""Types of problems that a program may want to tell from others, and their titles."""
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="voicepost"'}
_SAID_BY_PYDANTIC: Final = re.compile(r"^(Input|Value|String|List|Tuple) should ")


class Problem(HTTPException):
    """An answer that says no: its status, one sentence, and one for each mistake if many."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        problems: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
        kind: str = "",
    ) -> None:
        """``kind`` is one of `KINDS` where the status does not say enough."""
        super().__init__(status, detail, headers)
        self.problems = list(problems)
        self.kind = kind


def unauthorized() -> Problem:
    """Nobody is asking whom we know."""
    return Problem(401, "log in, or send an API token", headers=_CHALLENGE)


def forbidden(detail: str) -> Problem:
    """Somebody is asking who may not."""
    return Problem(403, detail)


def install_problems(app: FastAPI) -> None:
    """Have every error of the API answered by a problem."""
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(StorageError, _storage_problem)
    app.add_exception_handler(PhoneUnavailable, _phone_problem)
    app.add_exception_handler(Exception, _fault)


def answer(problem: HTTPException) -> JSONResponse:
    """The problem as it is sent."""
    kind = problem.kind if isinstance(problem, Problem) else ""
    body: dict[str, Any] = {
        "type": kind or "about:blank",
        "title": KINDS[kind] if kind else HTTPStatus(problem.status_code).phrase,
        "status": problem.status_code,
        "detail": problem.detail,
    }
    if isinstance(problem, Problem) and problem.problems:
        body["problems"] = problem.problems
    headers = {"Cache-Control": "private, no-store", **(problem.headers or {})}
    return JSONResponse(body, problem.status_code, headers, MEDIA_TYPE)


def problem_of(error: StorageError) -> Problem:
    """What an error of the storage is to somebody who asks over HTTP."""
    sentence = str(error)
    match error:
        case NotFound():
            return Problem(404, sentence)
        case Held():
            return Problem(409, sentence, kind=HELD)
        case ConfigError(problems=problems):
            return Problem(422, sentence, problems=problems)
        case Busy():
            return Problem(503, sentence, headers={"Retry-After": str(BUSY_SECONDS)})
        case DatabaseUnavailable():
            return Problem(503, sentence, headers={"Retry-After": str(RETRY_AFTER)})
        case LoginRefused(retry_after=None):
            return Problem(422, "current: is not your password")
        case LoginRefused(retry_after=seconds):
            return Problem(429, sentence, headers={"Retry-After": str(seconds)})
        case AudioError():
            return Problem(503, sentence)
        case _:
            return Problem(500, sentence)


async def _http_problem(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error, Problem):
        return answer(error)
    detail = _SAID.get(error.status_code, error.detail)
    return answer(Problem(error.status_code, detail, headers=error.headers))


async def _invalid_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = [_sentence(detail) for detail in error.errors()[:50]]
    return answer(Problem(422, "; ".join(problems), problems=problems))


async def _storage_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StorageError)
    problem = problem_of(error)
    if problem.status_code >= 500:
        log.error("the API failed", path=request.url.path, reason=str(error))
    return answer(problem)


async def _phone_problem(_request: Request, error: Exception) -> JSONResponse:
    return answer(Problem(503, str(error)))


async def _fault(_request: Request, _error: Exception) -> JSONResponse:
    """A mistake of ours: the server's log has the traceback."""
    return answer(Problem(500, "something went wrong here; the log says what"))


def _sentence(detail: Mapping[str, Any]) -> str:
    """One of pydantic's errors: where, and what is wrong there."""
    place = ".".join(shown(step) for step in detail["loc"][1:])
    kind = detail["type"]
    if kind == "missing":
        return f"{place or 'the body'} is missing"
    if kind == "extra_forbidden":
        return f"{place} is not known here"
    if kind == "json_invalid":
        return "the body is not JSON"
    message = str(detail["msg"]).removeprefix("Value error, ")
    message = shown(_SAID_BY_PYDANTIC.sub("must ", message), 200)
    return f"{place}: {message}" if place else message


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Answers of an operation beside its own, as the OpenAPI document tells of them."""
    schema = {"$ref": "#/components/schemas/Problem"}
    of_bodies = (408,) if 413 in statuses else ()
    return {
        status: {
            "description": _MEANINGS[status],
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in sorted({400, 401, 403, 422, 500, 503, *statuses, *of_bodies})
    }

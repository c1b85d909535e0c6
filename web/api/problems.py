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
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from storage.accounts.attempts import LoginRefused
from storage.errors import (
    Busy,
    Ended,
    Held,
    LostAudio,
    NotFound,
    Refused,
    StorageError,
    own_problem,
)
from storage.office.mistakes import place_of
from storage.text import shown
from web.errors import ExchangeUnavailable, PhoneUnavailable
from web.language.problems import sentence, sentences
from web.language.texts import language_of, texts
from web.outages import outage_of
from web.statuses import status_of

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER: Final = 5
"""Seconds after which a database that is away is worth another try."""
BUSY_SECONDS: Final = 60
"""Seconds after which a sound is, where too many are being converted."""

log = structlog.get_logger()

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
HELD: Final = "urn:voicepost:held"
KINDS: Final = {HELD: "The message is on hold"}
"""Types of problems that a program may want to tell from others, and their titles."""
_SAID: Final = {
    404: "there is no such address",
    405: "this address does not take that method",
    408: "the body did not come in time",
    421: "the name that the request asks for is not served here (web.hosts)",
}
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
        code: str = "",
    ) -> None:
        """``kind`` is one of `KINDS` where the status does not say enough; ``code`` an outage's."""
        super().__init__(status, detail, headers)
        self.problems = list(problems)
        self.kind = kind
        self.code = code


def unauthorized() -> Problem:
    """Nobody is asking whom we know."""
    return Problem(401, "log in, or send an API token", headers=_CHALLENGE)


def forbidden(detail: str) -> Problem:
    """Somebody is asking who may not."""
    return Problem(403, detail)


ERRORS: Final = (HTTPException, StorageError, PhoneUnavailable, ExchangeUnavailable, Exception)
"""What an answer is made of by `failed`, or by a page that says the same."""


async def left(request: Request, _error: Exception) -> Response:
    """The answer that nobody gets: who asked went away before the request was whole."""
    log.info("a visitor left in the midst of a request", path=request.url.path)
    return Response(status_code=400)


def install_problems(app: FastAPI) -> None:
    """Have every error of the API answered by a problem."""
    app.add_exception_handler(ClientDisconnect, left)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    for kind in ERRORS:
        app.add_exception_handler(kind, failed)


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
    if isinstance(problem, Problem) and problem.code:
        body["code"] = problem.code
    headers = {"Cache-Control": "private, no-store", **(problem.headers or {})}
    return JSONResponse(body, problem.status_code, headers, MEDIA_TYPE)


def problem_of(error: Exception, path: str) -> Problem:
    """What an error is to somebody who asks for that path, be it over the API or the page."""
    status = status_of(error)
    match error:
        case Problem():
            return error
        case HTTPException():
            said = _SAID.get(error.status_code, error.detail)
            return Problem(error.status_code, said, headers=error.headers)
        case LoginRefused(retry_after=int(seconds)):
            return _later(error, seconds)
        case Busy():
            return _later(error, BUSY_SECONDS)
        case Held():
            return Problem(status, sentence(error.problem), kind=HELD)
        case Refused():
            told = sentences(error)
            return Problem(status, "; ".join(told), problems=told)
        case NotFound() | Ended() | PhoneUnavailable() if not isinstance(error, LostAudio):
            return Problem(status, sentence(error.problem))
        case _:  # something of ours fails: the log has the details
            outage = outage_of(error, path)
            headers = {"Retry-After": str(RETRY_AFTER)} if status == 503 else None
            return Problem(status, outage.sentence, headers=headers, code=outage.code)


def _later(error: StorageError, seconds: int) -> Problem:
    """It is worth another try in so many seconds."""
    headers = {"Retry-After": str(seconds)}
    return Problem(status_of(error), sentence(error.problem), headers=headers)


async def _invalid_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = [_sentence(detail, error.body) for detail in error.errors()[:50]]
    return answer(Problem(422, "; ".join(problems), problems=problems))


async def failed(request: Request, error: Exception) -> JSONResponse:
    """The answer to whatever went wrong with a request; an outage is told in its language."""
    problem = problem_of(error, request.url.path)
    if problem.code:
        language = language_of(request.headers.get("accept-language", ""))
        problem.detail = texts(language).gettext(problem.detail)
    return answer(problem)


def _sentence(detail: Mapping[str, Any], body: object) -> str:
    """One of pydantic's errors: where in the request, and what is wrong there."""
    place = ".".join(place_of(detail["loc"][1:], body))
    kind = detail["type"]
    if kind == "missing":
        return f"{place or 'the body'} is missing"
    if kind == "extra_forbidden":
        return f"{place} is not known here"
    if kind == "json_invalid":
        return "the body is not JSON"
    if own := own_problem(detail):
        return sentence(own.at(place))
    message = str(detail["msg"]).removeprefix("Value error, ").replace(" after validation", "")
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

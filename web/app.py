"""The web server's application: pages, the API under /api/v1, static files and news."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route

from storage.actor import User
from storage.errors import ConfigError, DatabaseUnavailable, NotFound, StorageError
from web import watching
from web.api.app import create_api
from web.api.problems import Problem, answer
from web.assets import Assets
from web.cookies import SessionRenewal
from web.events import Events, last_known
from web.guard import is_from_elsewhere, page_before, visitor
from web.headers import BodyLimit, SecurityHeaders, has_file, largest_body, protect
from web.pages import (
    account,
    audit,
    employees,
    holds,
    login,
    mailbox,
    menus,
    messages,
    numbers,
    problems,
    prompts,
    users,
)
from web.progress import Downloads
from web.sentences import tell
from web.services import PhoneUnavailable, Services
from web.visit import Guest, as_visit
from web.watching import Watch

SECTIONS = (
    *(login, messages, holds, users, employees, menus, prompts),
    *(numbers, mailbox, problems, audit, account),
)

API = "/api/v1"

log = structlog.get_logger()


def create_app(services: Services, watch: Watch | None = None) -> Starlette:
    """The application over these services; nothing is read before the first request.

    With ``watch`` it also tells how the whole service is: see `web.watching`.
    """
    events = Events(services.news, services.inbox)
    api = create_api(services, events)
    routes: list[BaseRoute] = [
        *_pages(),
        *(watching.routes(watch) if watch else ()),
        Route("/events", listen, methods=["GET"]),
        Mount(API, api),
        Mount("/static", Assets()),
    ]
    app = Starlette(
        routes=routes,
        lifespan=_with(events),
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(SessionRenewal),
            Middleware(BodyLimit),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=6),
        ],
        exception_handlers={
            HTTPException: show_error,
            StorageError: show_error,
            PhoneUnavailable: show_error,
            Exception: show_error,
        },
    )
    app.state.services = services
    app.state.events = events
    app.state.downloads = Downloads()
    return app


def _pages() -> Iterable[BaseRoute]:
    for section in SECTIONS:
        yield from section.routes


def _with(events: Events) -> Any:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        passing_on = asyncio.create_task(events.run(), name="news")
        try:
            yield
        finally:
            passing_on.cancel()
            await asyncio.gather(passing_on, return_exceptions=True)

    return lifespan


async def listen(request: Request) -> Response:
    """The stream of news for a page that is open."""

    def find() -> User | None:
        # A page that is merely open is not used.
        return visitor(request, request.app.state.services, in_use=False)

    if await run_in_threadpool(find) is None:
        return Response(status_code=401)
    events: Events = request.app.state.events
    return StreamingResponse(
        events.stream(find, last_known(request)), media_type="text/event-stream"
    )


listen.access = "user"  # type: ignore[attr-defined]


async def show_error(request: Request, error: Exception) -> Response:
    """The page that says what went wrong, without telling a stranger anything."""
    status = _status(error)
    sentence = str(error) if isinstance(error, StorageError | PhoneUnavailable) else ""
    if status == 500:
        log.error("a page failed", path=request.url.path, exc_info=error)
    if request.url.path.startswith(f"{API}/"):
        return answer(Problem(status, sentence))
    guest = Guest(request, request.app.state.services, form=FormData())
    if status == 503:
        return Response(sentence, 503, {"Retry-After": "5"}, "text/plain")
    response = await run_in_threadpool(_error_page, guest, status, sentence)
    if status == 500:
        # Starlette sends this one past all middleware.
        protect(response.headers, request.url.scheme)
    return response


def _status(error: Exception) -> int:
    match error:
        case HTTPException():
            return error.status_code
        case NotFound():
            return 404
        case ConfigError():
            return 422
        case DatabaseUnavailable() | PhoneUnavailable():
            return 503
        case StorageError():
            return 409
        case _:
            return 500


def _error_page(guest: Guest, status: int, sentence: str) -> Response:
    try:
        visit = as_visit(guest)
        told = tell(sentence, visit.language)
        return visit.render(
            "error.html",
            status,
            status=status,
            sentence=told,
            is_from_elsewhere=is_from_elsewhere(guest.request),
            back=page_before(guest.request),
            has_file=has_file(guest.request.headers),
            limit=largest_body(guest.request.headers),
        )
    except Exception:
        # Whatever has just failed may fail again.
        return Response("The page is out of order.", status, media_type="text/plain")

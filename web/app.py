"""The web server's application: pages, the API under /api/v1, static files and news."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route

from storage.actor import User
from storage.errors import Busy, DatabaseUnavailable, StorageError
from web import monitoring
from web.api.app import create_api
from web.api.problems import ERRORS, Problem, failed, left, problem_of
from web.errors import PhoneUnavailable
from web.events import Events, last_known
from web.guard import SAFE_METHODS, is_from_elsewhere, page_before, visitor, within
from web.http import hosts
from web.http.assets import Assets
from web.http.bodies import LARGEST_TEXT, Bodies, TooLarge, has_file
from web.http.cookies import SessionRenewal
from web.http.headers import SecurityHeaders, protect
from web.http.hosts import KnownHosts
from web.http.progress import Downloads
from web.language.telling import tell
from web.language.texts import Language, texts
from web.monitoring import Watch
from web.pages import (
    account,
    api,
    audio_links,
    audit,
    browser_notifications,
    company,
    deliveries,
    employees,
    holds,
    letter,
    login,
    mailbox,
    menus,
    messages,
    notify,
    numbers,
    pins,
    problems,
    prompts,
    trash,
    trying,
    users,
)
from web.services import Services
from web.visit import Guest, as_guest, as_visit

SECTIONS = (
    *(login, messages, audio_links, holds, trash, users, employees, pins, menus, prompts, trying),
    *(numbers, mailbox, letter, notify, company, problems, audit, deliveries, account, api),
    browser_notifications,
)

API = "/api/v1"


def create_app(services: Services, watch: Watch | None = None) -> Starlette:
    """The application over these services; nothing is read before the first request.

    With ``watch`` it also tells how the whole service is: see `web.monitoring`.
    """
    events = Events(services.news, services.messages)
    operations = create_api(services, events)
    routes: list[BaseRoute] = [
        *_pages(),
        *(monitoring.routes(watch) if watch else ()),
        Route("/events", listen, methods=["GET"]),
        Mount(API, operations),
        Mount("/static", Assets()),
    ]
    app = Starlette(
        routes=routes,
        lifespan=_with(events),
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(KnownHosts, hosts=services.hosts, refuse=show_error),
            Middleware(SessionRenewal),
            Middleware(Bodies),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=6),
        ],
        exception_handlers={**dict.fromkeys(ERRORS, show_error), ClientDisconnect: left},
    )
    app.state.services = services
    app.state.events = events
    app.state.api = operations
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
    if request.url.path.startswith(f"{API}/"):
        return await failed(request, error)
    problem = problem_of(error, request.url.path)
    guest = Guest(request, request.app.state.services, form=FormData())
    response = await run_in_threadpool(_error_page, guest, error, problem)
    if problem.code or isinstance(error, Busy):
        response.headers.update(problem.headers or {})
    if problem.status_code == 500:
        # Starlette sends this one past all middleware.
        protect(response.headers, request.url.scheme)
    return response


def _error_page(guest: Guest, error: Exception, problem: Problem) -> Response:
    """The page in the frame of who asks; whatever has just failed may fail again: then without."""
    with suppress(Exception):
        # Nobody is looked up by a database that is away, nor for a name that is not ours.
        if not isinstance(error, DatabaseUnavailable) and problem.status_code != hosts.STATUS:
            return _render_error(as_visit(guest), error, problem)
    with suppress(Exception):
        return _render_error(as_guest(guest), error, problem)
    return Response("The page is out of order.", problem.status_code, media_type="text/plain")


def _render_error(guest: Guest, error: Exception, problem: Problem) -> Response:
    request = guest.request
    return guest.render(
        "error.html",
        problem.status_code,
        status=problem.status_code,
        sentence=_sentence(error, problem, guest.language),
        code=problem.code,
        is_from_elsewhere=is_from_elsewhere(request),
        here=within(request.url.path) if request.method in SAFE_METHODS else page_before(request),
        back=page_before(request),
        has_file=has_file(request.headers),
        limit=error.limit if isinstance(error, TooLarge) else LARGEST_TEXT,
    )


def _sentence(error: Exception, problem: Problem, language: Language) -> str:
    """What went wrong, in the language of the page; what HTTP refuses has the page's own words."""
    if problem.code:
        return texts(language).gettext(str(problem.detail))
    wrong = error.problems if isinstance(error, StorageError) else ()
    if isinstance(error, PhoneUnavailable):
        wrong = (error.problem,)
    return "; ".join(tell(each, language) for each in wrong)

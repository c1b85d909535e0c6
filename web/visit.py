"""One request for a page: who asks, what for, and how to answer.

A page is a plain function from a `Visit` to a response. It runs in a worker thread, so that it may
read the database and files as it likes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from storage.actor import Actor, Role, Scope, User
from storage.companies.directory import Site
from storage.errors import NotFound, Problem
from storage.office import Office
from web import notices
from web.guard import SAFE_METHODS, actor_of, is_from_elsewhere, visitor, within
from web.http.bodies import LARGEST_OPEN, counted, has_file
from web.language.telling import Mistakes, mistakes, tell
from web.language.texts import Language, language_of, texts
from web.notices import Notice
from web.services import Services
from web.templating import template

MOST_FIELDS: Final = 2000
"""Fields of a form: a page of chosen messages and a large menu stay far below."""
FIRST_THINGS: Final = "/account"
"""Where a user goes first whose password somebody else chose."""
LAST_THING: Final = "/logout"
"""What such a user may do instead."""


@dataclass(frozen=True)
class Guest:
    """A request by somebody who has not logged in, or need not."""

    request: Request
    services: Services
    form: FormData
    known_language: Language | None = field(default=None, kw_only=True)
    """Of somebody whose session is known, though it cannot be looked up now."""

    @property
    def path(self) -> dict[str, str]:
        """The parts of the address that vary."""
        return self.request.path_params

    @property
    def query(self) -> Any:
        """The parameters after the address's question mark."""
        return self.request.query_params

    @property
    def language(self) -> Language:
        """What the page speaks."""
        return self.known_language or language_of(self.request.headers.get("accept-language", ""))

    def text(self, message: str, **values: object) -> str:
        """A message in the page's language, with ``%(name)s`` filled in."""
        translated = texts(self.language).gettext(message)
        return translated % values if values else translated

    def tell(self, problem: Problem) -> str:
        """What is wrong, in the page's language."""
        return tell(problem, self.language)

    def mistakes(
        self, problems: Iterable[Problem], place: str, fields: Collection[str]
    ) -> Mistakes:
        """What is wrong with a form, by its fields; see `web.language.telling.mistakes`."""
        return mistakes(problems, place, fields, self.language)

    def counted(self, one: str, many: str, count: int, written: str = "", **values: object) -> str:
        """The same of so many things; ``%(num)s`` is how many, as it is ``written``."""
        words = texts(self.language).ngettext(one, many, count)
        return words % {"num": written or count, **values}

    def render(self, name: str, status: int = 200, /, **context: object) -> Response:
        """A page made from a template; shows the notice that was left for it."""
        notice = notices.take(self.request)
        page = template(name, self.language).render(**self._context(), notice=notice, **context)
        response = HTMLResponse(page, status, headers={"Content-Language": self.language})
        if notice:
            notices.forget(self.request, response)
        return response

    def redirect(
        self, address: str, notice: str = "", *, undo: str = "", ids: tuple[str, ...] = ()
    ) -> Response:
        """Go on to another page of ours, and say there what was done."""
        response = RedirectResponse(address, status_code=303)
        if notice:
            notices.leave(self.request, response, Notice(notice, undo=undo, ids=ids))
        return response

    def _context(self) -> dict[str, object]:
        return {
            "user": None,
            "company": "",
            "site": None,
            "office": None,
            "language": self.language,
            "timezone": "UTC",
            "path": within(self.request.url.path),
            "query": self.request.query_params,
            "new_count": 0,
            "news": 0,
        }


@dataclass(frozen=True)
class Visit(Guest):
    """A request by a user who has logged in."""

    user: User
    news: int = 0
    """The newest piece of news before anything was read for the page."""

    @cached_property
    def site(self) -> Site | None:
        """The user's company as it is now; None if its configuration was removed."""
        return self.services.offices.snapshot().offices.get(self.user.company_id)

    @property
    def own_site(self) -> Site:
        """The user's company. Raises NotFound where its configuration was removed."""
        if self.site is None:
            raise NotFound("no-office-any-more")
        return self.site

    @property
    def office(self) -> Office:
        """The company's configuration. Raises NotFound where it was removed."""
        return self.own_site.office

    @property
    def timezone(self) -> str:
        """The company's."""
        return self.site.office.company.timezone if self.site else "UTC"

    @cached_property
    def scope(self) -> Scope:
        """The messages that the user may see just now."""
        return self.services.messages.scope_of(self.user)

    @property
    def actor(self) -> Actor:
        """The user as the audit log writes it down."""
        return actor_of(self.request, self.user)

    @property
    def language(self) -> Language:
        """The user's own choice, or else the company's language."""
        if self.user.language:
            return self.user.language
        return self.site.office.company.language if self.site else super().language

    def _context(self) -> dict[str, object]:
        office = self.site.office if self.site else None
        return {
            **super()._context(),
            "user": self.user,
            "company": office.company.name if office else "",
            "site": self.site,
            "office": office,
            "timezone": self.timezone,
            "new_count": self.services.messages.new_count(self.user),
            "news": self.news,
        }


Page = Callable[[Visit], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def page(handler: Page, *, role: Role | None = None) -> Endpoint:
    """The endpoint of a page for users: of ``role`` only, or of any.

    Those who are not logged in are sent to do so, and come back to what they asked for.
    """

    async def endpoint(request: Request) -> Response:
        guest = await _guest(request, of_users=True)
        try:
            return await run_in_threadpool(_show, guest, handler, role)
        finally:
            await guest.form.close()

    endpoint.__name__ = handler.__name__
    endpoint.access = role or "user"  # type: ignore[attr-defined]
    return endpoint


def open_page(handler: Callable[[Guest], Response]) -> Endpoint:
    """The endpoint of a page for anybody."""

    async def endpoint(request: Request) -> Response:
        guest = await _guest(request)
        try:
            return await run_in_threadpool(handler, guest)
        finally:
            await guest.form.close()

    endpoint.__name__ = handler.__name__
    endpoint.access = "anybody"  # type: ignore[attr-defined]
    return endpoint


def _show(guest: Guest, handler: Page, role: Role | None) -> Response:
    user = visitor(guest.request, guest.services)
    address = guest.request.url.path
    if user is None:
        if guest.request.method not in SAFE_METHODS:
            raise HTTPException(401)
        query = guest.request.url.query
        wanted = f"{address}?{query}" if query else address
        return guest.redirect("/login" if wanted == "/" else f"/login?next={quote(wanted)}")
    guest.request.state.user = user
    if user.must_change_password and not address.startswith((FIRST_THINGS, LAST_THING)):
        return guest.redirect(FIRST_THINGS)
    if role is not None and user.role != role:
        raise HTTPException(403)
    return handler(
        Visit(guest.request, guest.services, guest.form, user, guest.services.news.newest())
    )


async def _guest(request: Request, *, of_users: bool = False) -> Guest:
    """The request with its form read, where it is a user's before that.

    Raises HTTPException: 403 for one forged by another site, 401 for a stranger's.
    """
    if is_from_elsewhere(request):
        raise HTTPException(403)
    services: Services = request.app.state.services
    if request.method in SAFE_METHODS:
        return Guest(request, services, FormData())
    if of_users and not await run_in_threadpool(_is_known, request, services):
        raise HTTPException(401)
    return Guest(request, services, await _form(request, of_users=of_users))


def _is_known(request: Request, services: Services) -> bool:
    """Whether a user asks. Until the form is read that may change, and is looked at again."""
    return visitor(request, services, in_use=False) is not None


async def _form(request: Request, *, of_users: bool) -> FormData:
    """The form that was sent. Raises HTTPException for one in letters that are none.

    Strangers may send a few words, and nothing that takes the time of a file.
    """
    if not of_users:
        if has_file(request.headers):
            raise HTTPException(400)
        few = counted(request.receive, request.headers, LARGEST_OPEN)
        request = Request(request.scope, few)
    try:
        form = await request.form(max_fields=MOST_FIELDS, max_files=5)
        for value in form.values():
            if isinstance(value, str):
                value.encode()
    except ValueError as error:
        raise HTTPException(400) from error
    return form


def as_visit(guest: Guest) -> Guest:
    """The guest as the user whose session it is, for the page of an error, whatever came first."""
    recognised = getattr(guest.request.state, "user", None)
    user = recognised or visitor(guest.request, guest.services, in_use=False)
    if user is None:
        return guest
    return Visit(guest.request, guest.services, guest.form, user, guest.services.news.newest())


def as_guest(guest: Guest) -> Guest:
    """The guest as one of whom nothing is looked up, in the language that is known to be theirs."""
    user: User | None = getattr(guest.request.state, "user", None)
    if user is None:
        return guest
    known = guest.services.offices.last_known
    site = known.offices.get(user.company_id) if known else None
    return replace(
        guest, known_language=user.language or (site.office.company.language if site else None)
    )

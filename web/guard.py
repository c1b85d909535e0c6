"""Who asks: the session of a browser, and whether a request comes from a page of ours."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from storage.actor import Actor, User, Via
from web.http import cookies
from web.services import Services

COOKIE: Final = cookies.SESSION
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LIST: Final = "/messages"
"""Where a visitor goes on who was nowhere before."""


def visitor(request: Request, services: Services, *, in_use: bool = True) -> User | None:
    """The user whose session the request's cookie names. Reads the database.

    What is not ``in_use`` does not keep the session from ending when nobody uses it.
    """
    token = cookies.session_token(request)
    return services.sessions.find(token, in_use=in_use) if token else None


def is_from_elsewhere(request: Request) -> bool:
    """Whether a request that changes something was not made by a page of ours.

    Browsers say so themselves (Fetch Metadata, or the Origin of a POST). A request that says
    neither was not made by a browser's page, and has no business with a browser's cookie.
    """
    if request.method in SAFE_METHODS:
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site != "same-origin"
    origin = request.headers.get("origin", "")
    own = request.headers.get("host")
    return not own or origin not in (f"http://{own}", f"https://{own}")


def within(address: str) -> str:
    """An address within this page, whatever it was before."""
    is_ours = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if is_ours and address.isprintable() else LIST


def page_before(request: Request) -> str:
    """The address of the page of ours that a form was sent from, if the browser says so."""
    _, _, told = request.headers.get("referer", "").partition("://")
    host, _, rest = told.partition("/")
    return within(f"/{rest}") if host == request.headers.get("host") else LIST


def keep_session(request: Request, response: Response, token: str) -> None:
    """Give the browser the token of a session that has just begun."""
    cookies.give(request, response, COOKIE, token)


def forget_session(request: Request, response: Response) -> None:
    """Have the browser forget its session."""
    cookies.drop(request, response, COOKIE)


def address_of(request: Request) -> str:
    """The network address that the request came from; a trusted proxy's word counts."""
    return request.client.host if request.client else ""


def actor_of(request: Request, user: User, via: Via = "page") -> Actor:
    """The user as the audit log writes it down."""
    return Actor(name=user.login, via=via, address=address_of(request), user_id=user.id)

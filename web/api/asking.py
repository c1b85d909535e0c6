"""Who asks the API: a script by its token, or the page by its session's cookie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from storage.actor import Actor, Scope, User, Via
from storage.directory import Site
from storage.errors import ConfigError, NotFound
from storage.office import Office
from web.api.problems import forbidden, unauthorized
from web.guard import COOKIE, SAFE_METHODS, actor_of, is_from_elsewhere, visitor
from web.services import Services

TOKEN: Final = HTTPBearer(
    scheme_name="token",
    description="A personal API token, made on the account's page: `Authorization: Bearer vp_…`."
    " One that is for reading only is answered 403 wherever something would be changed.",
    auto_error=False,
)
SESSION: Final = APIKeyCookie(
    name=COOKIE,
    scheme_name="session",
    description="The session of a browser that has logged in. Requests that change something"
    " have to come from a page of the same origin.",
    auto_error=False,
)


@dataclass(frozen=True)
class Asking:
    """A request by a user: what it works with, who it is, and how that person came."""

    services: Services
    user: User
    actor: Actor
    find: Callable[[], User | None]
    """Finds the user anew; None once that person may not come in any more."""
    session: str = ""
    """The secret of the session by which that person came; "" of who came by a token."""
    read_only: bool = False
    """Whether nothing is to be changed, not even what is new to the user."""

    @property
    def timezone(self) -> str:
        """The company's; UTC where it was removed."""
        site = self.services.offices.snapshot().offices.get(self.user.company_id)
        return site.office.company.timezone if site else "UTC"

    @property
    def site(self) -> Site:
        """The user's company as it is now. Raises NotFound where it was removed."""
        site = self.services.offices.snapshot().offices.get(self.user.company_id)
        if site is None:
            raise NotFound("the company has no configuration any more")
        return site

    @property
    def office(self) -> Office:
        """The company's configuration; NotFound where it was removed."""
        return self.site.office

    @property
    def scope(self) -> Scope:
        """Which messages the user may see just now. Reads the database."""
        return self.services.inbox.scope_of(self.user)

    def confirm(self, password: str | None) -> None:
        """Make sure that the user is there in person, before credentials are made or changed.

        A token that was stolen is not to become another one, nor an account, and neither is a
        session. Raises Problem 403, ConfigError without a password, LoginRefused for a wrong one.
        """
        in_person(self)
        if not password:
            raise ConfigError("current: is missing")
        self.services.sessions.confirm(
            self.user.id, password, token=self.session, address=self.actor.address
        )

    def edit(self, change: Callable[[Office], Office]) -> Office:
        """Change the company's configuration, from the next call on; the new one."""
        name = self.office.company.name
        return self.services.offices.edit(name, change, by=self.actor)


def newcomer(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(TOKEN)],
    _session: Annotated[str | None, Depends(SESSION)],
) -> Asking:
    """Any user, also one who has to choose a password first. Raises Problem 401 or 403.

    Everybody who asks comes by here: so that nothing is changed by a token for reading only.
    """
    services: Services = request.app.state.services
    via: Via = "api" if "authorization" in request.headers else "page"
    if via == "page" and COOKIE in request.cookies and is_from_elsewhere(request):
        raise forbidden("the request does not come from a page of this server")

    read_only, session = False, request.cookies.get(COOKIE, "") if via == "page" else ""

    def find(*, in_use: bool = False) -> User | None:
        nonlocal read_only
        if via == "page":
            return visitor(request, services, in_use=in_use)
        bearer = services.tokens.find(credentials.credentials) if credentials else None
        read_only = bearer is not None and bearer.read_only
        return bearer.user if bearer else None

    user = find(in_use=True)
    if user is None:
        raise unauthorized()
    if read_only and request.method not in SAFE_METHODS:
        raise forbidden("this token is for reading only")
    actor = actor_of(request, user, via)
    return Asking(services, user, actor, find, session=session, read_only=read_only)


async def anyone(asking: Annotated[Asking, Depends(newcomer)]) -> Asking:
    """Any user whose password is his own. Raises Problem 401 or 403."""
    if asking.user.must_change_password:
        raise forbidden("choose a password of your own first")
    return asking


async def administrator(asking: Annotated[Asking, Depends(anyone)]) -> Asking:
    """An administrator. Raises Problem 401 or 403."""
    if not asking.user.is_administrator:
        raise forbidden("this is for administrators")
    return asking


def in_person(asking: Annotated[Asking, Depends(newcomer)]) -> None:
    """Raises Problem 403 for a token, whatever else there may be to say of the request."""
    if asking.actor.via == "api":
        raise forbidden("log in for that: a token does not suffice")


IN_PERSON: Final = Depends(in_person)
"""For operations that no token suffices for, and that ask for the present password."""

Newcomer = Annotated[Asking, Depends(newcomer)]
Anyone = Annotated[Asking, Depends(anyone)]
Administrator = Annotated[Asking, Depends(administrator)]

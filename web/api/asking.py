"""Who asks the API: a script by its token, or the page by its session's cookie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from storage.actor import Actor, Scope, User, Via
from storage.directory import Site
from storage.errors import NotFound
from storage.office import Office
from web.api.problems import forbidden, unauthorized
from web.guard import COOKIE, actor_of, is_from_elsewhere, visitor
from web.services import Services

TOKEN: Final = HTTPBearer(
    scheme_name="token",
    description="A personal API token, made on the account's page: `Authorization: Bearer vp_…`.",
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

    def edit(self, change: Callable[[Office], Office]) -> Office:
        """Change the company's configuration, from the next call on; the new one."""
        return self.services.offices.edit_own(self.user.company_id, change, by=self.actor)


def newcomer(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(TOKEN)],
    _session: Annotated[str | None, Depends(SESSION)],
) -> Asking:
    """Any user, also one who has to choose a password first. Raises Problem 401 or 403."""
    services: Services = request.app.state.services
    via: Via = "api" if "authorization" in request.headers else "page"
    if via == "page" and COOKIE in request.cookies and is_from_elsewhere(request):
        raise forbidden("the request does not come from a page of this server")

    def find(*, in_use: bool = False) -> User | None:
        if via == "page":
            return visitor(request, services, in_use=in_use)
        return services.tokens.find(credentials.credentials) if credentials else None

    user = find(in_use=True)
    if user is None:
        raise unauthorized()
    return Asking(services, user, actor_of(request, user, via), find)


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


Newcomer = Annotated[Asking, Depends(newcomer)]
Anyone = Annotated[Asking, Depends(anyone)]
Administrator = Annotated[Asking, Depends(administrator)]

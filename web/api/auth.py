"""Who asks the API: a script by its token, or the page by its session's cookie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from storage.accounts.attempts import LoginRefused
from storage.accounts.tokens import Bearer
from storage.actor import Actor, Scope, User, Via
from storage.companies.directory import Site
from storage.errors import NotFound
from storage.office import Office
from web.api.problems import forbidden, unauthorized
from web.errors import FormError
from web.guard import SAFE_METHODS, actor_of, is_from_elsewhere, visitor
from web.http.cookies import HOST, session_token
from web.http.cookies import SESSION as COOKIE
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
    description="The session of a browser that has logged in; over TLS the cookie is called"
    f" `{HOST}{COOKIE}`. Requests that change something"
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
            raise NotFound("no-office-any-more")
        return site

    @property
    def office(self) -> Office:
        """The company's configuration; NotFound where it was removed."""
        return self.site.office

    @property
    def scope(self) -> Scope:
        """Which messages the user may see just now. Reads the database."""
        return self.services.messages.scope_of(self.user)

    def confirm(self, password: str | None) -> None:
        """Make sure that the user is there in person, before credentials are made or changed.

        A token that was stolen is not to become another one, nor an account, and neither is a
        session. Raises Problem 403, FormError without the password, LoginRefused after too many.
        """
        in_person(self)
        if not password:
            raise FormError("password-missing", "current")
        try:
            self.services.sessions.confirm(
                self.user.id, password, token=self.session, address=self.actor.address
            )
        except LoginRefused as error:
            if error.retry_after is None:
                raise FormError("password-not-yours", "current") from error
            raise

    def edit(self, change: Callable[[Office], Office]) -> Office:
        """Change the company's configuration, from the next call on; the new one."""
        return self.services.offices.edit_own(self.user.company_id, change, by=self.actor)


def recognise(request: Request, *, in_use: bool = True) -> Bearer:
    """The user who asks, by token or by session. Raises Problem 401 or 403.

    Everybody who asks comes by here: so that nothing is changed by a token for reading only.
    """
    if _via(request) == "page" and session_token(request) and is_from_elsewhere(request):
        raise forbidden("the request does not come from a page of this server")
    found = _find(request, in_use=in_use)
    if found is None:
        raise unauthorized()
    if found.read_only and request.method not in SAFE_METHODS:
        raise forbidden("this token is for reading only")
    return found


def newcomer(
    request: Request,
    _token: Annotated[HTTPAuthorizationCredentials | None, Depends(TOKEN)],
    _session: Annotated[str | None, Depends(SESSION)],
) -> Asking:
    """Any user, also one who has to choose a password first. Raises Problem 401 or 403."""

    def find() -> User | None:
        found = _find(request, in_use=False)
        return found.user if found else None

    found, via = recognise(request), _via(request)
    return Asking(
        request.app.state.services,
        found.user,
        actor_of(request, found.user, via),
        find,
        session=(session_token(request) or "") if via == "page" else "",
        read_only=found.read_only,
    )


def _via(request: Request) -> Via:
    return "api" if "authorization" in request.headers else "page"


def _find(request: Request, *, in_use: bool) -> Bearer | None:
    services: Services = request.app.state.services
    if _via(request) == "page":
        user = visitor(request, services, in_use=in_use)
        return Bearer(user, read_only=False) if user else None
    scheme, secret = get_authorization_scheme_param(request.headers["authorization"])
    return services.tokens.find(secret) if scheme.lower() == "bearer" else None


async def anyone(asking: Annotated[Asking, Depends(newcomer)]) -> Asking:
    """Any user whose password is their own. Raises Problem 401 or 403."""
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

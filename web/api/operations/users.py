"""Users: the accounts of the page, for the company's administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from storage import actor
from storage.accounts.invitations import LINK_HOURS
from storage.accounts.rules import check_extensions, check_way_in, wants_password
from storage.accounts.users import Unchanged
from web.api.account_schemas import (
    ChosenLanguage,
    Confirmation,
    FormerEmployee,
    Language,
    Link,
    NewPassword,
    NewUser,
    User,
    UserChange,
    UserId,
    Users,
)
from web.api.auth import IN_PERSON, Administrator, Asking
from web.api.paging import USUAL, Cursor, Limit, page_of
from web.api.problems import refusals

router = APIRouter(prefix="/users", tags=["users"])


@router.get("", responses=refusals())
def list_users(
    who: Administrator,
    search: Annotated[
        str, Query(max_length=200, description="Part of a name, a login or an extension.")
    ] = "",
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Users:
    """The company's users, by name."""
    users = who.services.users.of_company(who.user.company_id, search=search)
    found, following = page_of(users, limit, cursor)
    invited = who.services.users.invited(who.user.company_id)
    return Users(items=[as_answer(who, user, invited) for user in found], next=following)


@router.post("", status_code=201, responses=refusals(413, 429))
def create_user(who: Administrator, new: NewUser) -> User:
    """Make an account: by a token only an employee's, without a password."""
    if new.password is not None or new.role == "administrator":
        who.confirm(new.current)
    check_extensions(new.extensions, who.office.employees)
    user = who.services.users.add(
        company_id=who.user.company_id,
        login=new.login,
        name=new.name,
        role=new.role,
        extensions=new.extensions,
        language=new.language,
        password=new.password,
        must_change_password=new.must_change_password and new.password is not None,
        by=who.actor,
    )
    return as_answer(who, user)


@router.get("/{user_id}", responses=refusals(404))
def get_user(who: Administrator, user_id: UserId) -> User:
    """A user."""
    return as_answer(who, who.services.users.get(user_id, company_id=who.user.company_id))


@router.patch("/{user_id}", responses=refusals(404, 413, 429))
def change_user(who: Administrator, user_id: UserId, change: UserChange) -> User:
    """Change an account; one's own role stays.

    A login is part of what somebody gets in with: it is not changed by a token.
    """
    before = who.services.users.get(user_id, company_id=who.user.company_id)
    if wants_password(before, role=change.role, login=change.login):
        who.confirm(change.current)
    check_extensions(change.extensions or [], who.office.employees, before.bound)
    changed = who.services.users.change(
        user_id,
        company_id=who.user.company_id,
        by=who.actor,
        login=change.login,
        name=change.name,
        role=change.role,
        extensions=change.extensions,
        language=language_change(change.language),
    )
    return as_answer(who, changed)


@router.put(
    "/{user_id}/password",
    status_code=204,
    responses=refusals(404, 413, 429),
    dependencies=[IN_PERSON],
)
def set_user_password(who: Administrator, user_id: UserId, new: NewPassword) -> Response:
    """Give another user a new password; all of the user's sessions and tokens end.

    Not by a token.
    """
    check_way_in(user_id, who.actor)
    who.confirm(new.current)
    who.services.users.set_password(
        user_id,
        new.password,
        company_id=who.user.company_id,
        must_change=new.must_change,
        by=who.actor,
    )
    return Response(status_code=204)


@router.post(
    "/{user_id}/link",
    status_code=201,
    responses=refusals(404, 413, 429),
    dependencies=[IN_PERSON],
)
def create_user_link(who: Administrator, user_id: UserId, confirmation: Confirmation) -> Link:
    """Make a one-time link by which another user chooses a password; an earlier one is void.

    Not by a token.
    """
    check_way_in(user_id, who.actor)
    who.confirm(confirmation.current)
    secret = who.services.invitations.make(
        who.user.company_id, user_id=user_id, hours=LINK_HOURS, by=who.actor
    )
    return Link(path=f"/setup?key={secret}", hours=LINK_HOURS)


@router.post("/{user_id}/disable", responses=refusals(404))
def disable_user(who: Administrator, user_id: UserId) -> User:
    """Let a user in no more: sessions, tokens and one-time links end. Not oneself."""
    return as_answer(
        who,
        who.services.users.disable(user_id, company_id=who.user.company_id, by=who.actor),
    )


@router.post(
    "/{user_id}/enable",
    responses=refusals(404, 413, 429),
    dependencies=[IN_PERSON],
)
def enable_user(who: Administrator, user_id: UserId, confirmation: Confirmation) -> User:
    """Let a user in again.

    Not by a token.
    """
    who.services.users.get(user_id, company_id=who.user.company_id)
    who.confirm(confirmation.current)
    return as_answer(
        who, who.services.users.enable(user_id, company_id=who.user.company_id, by=who.actor)
    )


@router.delete("/{user_id}", status_code=204, responses=refusals(404))
def delete_user(who: Administrator, user_id: UserId) -> Response:
    """Remove an account, not one's own. Messages stay."""
    who.services.users.remove(user_id, company_id=who.user.company_id, by=who.actor)
    return Response(status_code=204)


def as_answer(who: Asking, user: actor.User, invited: frozenset[str] | None = None) -> User:
    """A user of the same company as the API sends one; ``invited`` are those without a password."""
    if invited is None:
        invited = who.services.users.invited(user.company_id)
    return User(
        id=user.id,
        login=user.login,
        name=user.name,
        company=who.office.company.name,
        role=user.role,
        extensions=list(user.extensions),
        former=[FormerEmployee(id=p.id, extension=p.extension, name=p.name) for p in user.former],
        language=user.language,
        state="disabled" if user.is_disabled else "invited" if user.id in invited else "active",
        must_change_password=user.must_change_password,
        created_at=user.created_at,
        logged_in_at=user.logged_in_at,
    )


def language_change(language: ChosenLanguage | None) -> Language | Unchanged | None:
    """The language as `Users.change` takes it."""
    if language is None:
        return Unchanged.UNCHANGED
    return None if language == "company" else language

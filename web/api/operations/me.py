"""The asking user's own account: password, tokens and sessions."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Request, Response

from storage.accounts.tokens import ApiToken
from web.api.account_schemas import (
    NewToken,
    OwnChange,
    PasswordChange,
    Session,
    SessionId,
    Sessions,
    Token,
    TokenId,
    Tokens,
    TokenSecret,
    User,
)
from web.api.auth import IN_PERSON, Anyone, Newcomer
from web.api.operations.users import as_answer, language_change
from web.api.paging import USUAL, Cursor, Limit, page_of
from web.api.problems import refusals

router = APIRouter(prefix="/me", tags=["me"])


@router.get("", responses=refusals())
def get_me(who: Newcomer) -> User:
    """The asking user."""
    return as_answer(who, who.user)


@router.patch("", responses=refusals(413))
def change_me(who: Anyone, change: OwnChange) -> User:
    """Change one's own account."""
    language = language_change(change.language)
    user = who.services.users.change(who.user.id, name=change.name, language=language, by=who.actor)
    return as_answer(who, user)


@router.put("/password", status_code=204, responses=refusals(413, 429), dependencies=[IN_PERSON])
def change_my_password(who: Newcomer, change: PasswordChange) -> Response:
    """Choose another password; one's other sessions end. Not by a token."""
    who.confirm(change.current)
    who.services.users.set_password(
        who.user.id,
        change.new,
        by=who.actor,
        keep=who.session,
        keep_tokens=not change.revoke_tokens,
    )
    return Response(status_code=204)


@router.get("/tokens", responses=refusals())
def list_my_tokens(who: Anyone, limit: Limit = USUAL, cursor: Cursor = None) -> Tokens:
    """One's own tokens, newest first."""
    tokens = who.services.tokens.of_user(who.user.id)
    items, following = page_of([_as_answer(token) for token in tokens], limit, cursor)
    return Tokens(items=items, next=following)


@router.post("/tokens", status_code=201, responses=refusals(413, 429), dependencies=[IN_PERSON])
def create_my_token(who: Anyone, new: NewToken) -> TokenSecret:
    """Make a token. Not by a token: one that was stolen cannot outlive itself."""
    who.confirm(new.current)
    token, secret = who.services.tokens.make(
        who.user.id, new.name, new.days, read_only=new.read_only, by=who.actor
    )
    return TokenSecret.model_validate({**asdict(token), "secret": secret})


@router.delete("/tokens/{token_id}", status_code=204, responses=refusals(404))
def delete_my_token(who: Anyone, token_id: TokenId) -> Response:
    """Make a token worthless."""
    who.services.tokens.revoke(who.user.id, token_id, by=who.actor)
    return Response(status_code=204)


@router.get("/sessions", responses=refusals())
def list_my_sessions(
    who: Anyone, request: Request, limit: Limit = USUAL, cursor: Cursor = None
) -> Sessions:
    """The browsers in which one is logged in, last used first."""
    sessions = who.services.sessions.of_user(who.user.id, who.session)
    items, following = page_of(sessions, limit, cursor)
    return Sessions(
        items=[Session.model_validate(asdict(session)) for session in items], next=following
    )


@router.delete("/sessions", status_code=204, responses=refusals())
def end_my_other_sessions(who: Anyone, request: Request) -> Response:
    """Log out everywhere else."""
    who.services.sessions.end_all(who.user.id, by=who.actor, keep=who.session)
    return Response(status_code=204)


@router.delete("/sessions/{session_id}", status_code=204, responses=refusals(404))
def end_my_session(who: Anyone, session_id: SessionId) -> Response:
    """Log out one browser."""
    who.services.sessions.end_one(who.user.id, session_id, by=who.actor)
    return Response(status_code=204)


def _as_answer(token: ApiToken) -> Token:
    return Token.model_validate(asdict(token))

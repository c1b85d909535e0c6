"""Personal tokens: by one, a script acts as its user."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, or_, select, update

from storage.accounts.fields import checked_name
from storage.accounts.models import TokenRow, UserRow
from storage.accounts.opaque import digest, new_secret
from storage.accounts.register import locked_user
from storage.accounts.users import utc_now
from storage.actor import Actor, User
from storage.audit import note
from storage.database import Database
from storage.errors import ConfigError, NotFound
from storage.identifiers import is_id, new_id

PREFIX: Final = "vp_"
"""What tokens begin with, so that one is recognised where it should not be."""
MOST_DAYS: Final = 3650
MOST_TOKENS: Final = 50
"""Of one user."""
TOUCHED_EVERY: Final = timedelta(minutes=1)
"""How exactly it is known when a token was last used."""


@dataclass(frozen=True)
class ApiToken:
    """A token without its secret; it lasts for ever where `expires_at` is None."""

    id: str
    name: str
    created_at: datetime
    used_at: datetime | None
    expires_at: datetime | None


class Tokens:
    """The tokens of all users. Synchronous and safe to use from many threads and processes.

    All methods raise DatabaseUnavailable.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._now = now

    def make(
        self, user_id: str, name: str, days: int | None = None, *, by: Actor
    ) -> tuple[ApiToken, str]:
        """A new token, and its secret, which is told only here.

        Raises ConfigError for a wrong name or number of days, NotFound without such a user.
        """
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise ConfigError(f"days: must be from 1 to {MOST_DAYS}")
        now, secret = self._now(), new_secret(PREFIX)
        row = TokenRow(
            id=new_id(now),
            user_id=user_id,
            name=checked_name(name),
            token_hash=digest(secret),
            created_at=now,
            expires_at=None if days is None else now + timedelta(days=days),
        )
        with self._database.session() as session:
            user = locked_user(session, user_id)
            of_user = select(func.count()).where(TokenRow.user_id == user_id)
            if session.scalars(of_user).one() >= MOST_TOKENS:
                raise ConfigError(f"a user has at most {MOST_TOKENS} tokens: revoke one first")
            session.add(row)
            note(
                session,
                by,
                "token.add",
                company_id=user.company_id,
                subject=user.login,
                details={"name": row.name, "days": days},
            )
        return _token(row), secret

    def list(self, user_id: str) -> builtins.list[ApiToken]:
        """A user's tokens, the newest first, those that have expired too."""
        with self._database.reading() as session:
            rows = session.scalars(
                select(TokenRow)
                .where(TokenRow.user_id == user_id)
                .order_by(TokenRow.created_at.desc(), TokenRow.id.desc())
            )
            return [_token(row) for row in rows]

    def revoke(self, user_id: str, token_id: str, *, by: Actor) -> None:
        """Make a token worthless. Raises NotFound if the user has none of that id."""
        with self._database.session() as session:
            user = locked_user(session, user_id)
            name = (
                session.scalars(
                    delete(TokenRow)
                    .where(TokenRow.id == token_id, TokenRow.user_id == user_id)
                    .returning(TokenRow.name)
                ).one_or_none()
                if is_id(token_id)
                else None
            )
            if name is None:
                raise NotFound("there is no such token")
            note(
                session,
                by,
                "token.revoke",
                company_id=user.company_id,
                subject=user.login,
                details={"name": name},
            )

    def find(self, secret: str) -> User | None:
        """The user a secret belongs to; None for one that is worthless."""
        if not secret.startswith(PREFIX):
            return None
        now, token_hash = self._now(), digest(secret)
        with self._database.reading() as session:
            found = session.execute(
                select(UserRow, TokenRow.used_at)
                .join(TokenRow, TokenRow.user_id == UserRow.id)
                .where(
                    TokenRow.token_hash == token_hash,
                    or_(TokenRow.expires_at.is_(None), TokenRow.expires_at > now),
                    UserRow.disabled_at.is_(None),
                )
            ).one_or_none()
        if found is None:
            return None
        row, used_at = found
        if used_at is None or now - used_at >= TOUCHED_EVERY:
            with self._database.session() as session:
                session.execute(
                    update(TokenRow).where(TokenRow.token_hash == token_hash).values(used_at=now)
                )
        return row.as_user()


def _token(row: TokenRow) -> ApiToken:
    return ApiToken(
        id=row.id,
        name=row.name,
        created_at=row.created_at,
        used_at=row.used_at,
        expires_at=row.expires_at,
    )

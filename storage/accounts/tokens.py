"""Personal tokens: by one, a script acts as its user, or only reads what its user may read.

Each ends some day: a token lies in files that nobody looks at any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, update

from storage.accounts.fields import checked_name
from storage.accounts.opaque import digest, new_secret
from storage.accounts.register import locked_user, revoke_tokens
from storage.accounts.users import utc_now
from storage.actor import Actor, User
from storage.audit import note
from storage.database.account_tables import TokenRow, UserRow
from storage.database.engine import Database
from storage.errors import AccountError, NotFound
from storage.identifiers import is_id, new_id
from storage.messages.events import announce_end

PREFIX: Final = "vp_"
"""What tokens begin with, so that one is recognised where it should not be."""
USUAL_DAYS: Final = 90
"""How long a token lasts where nobody says it."""
MOST_DAYS: Final = 3650
MOST_TOKENS: Final = 50
"""Of one user, of those that have not ended."""
SOON: Final = timedelta(days=14)
"""So long before its end a token is in need of a successor."""
TOLD_AFTER_END: Final = timedelta(days=30)
"""For so long a list still tells of one that has ended, so that its user finds out why."""
TOUCHED_EVERY: Final = timedelta(minutes=1)
"""How exactly it is known when a token was last used."""


@dataclass(frozen=True)
class ApiToken:
    """A token without its secret; with one that is ``read_only`` nothing is changed."""

    id: str
    name: str
    created_at: datetime
    used_at: datetime | None
    expires_at: datetime
    read_only: bool

    def days_left(self, now: datetime) -> int:
        """Whole days until it ends; below 0 once it has."""
        return (self.expires_at - now) // timedelta(days=1)

    def ends_soon(self, now: datetime) -> bool:
        """Whether it has ended, or is about to."""
        return self.expires_at - now <= SOON


@dataclass(frozen=True)
class Bearer:
    """Who asks by a token, and whether the token is for reading only."""

    user: User
    read_only: bool


class Tokens:
    """The tokens of all users. Synchronous and safe to use from many threads and processes.

    All methods raise DatabaseUnavailable. A token lasts ``days`` where nobody says how long.
    """

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime] = utc_now,
        *,
        days: int = USUAL_DAYS,
    ) -> None:
        self._database = database
        self._now = now
        self.days = days

    def make(
        self,
        user_id: str,
        name: str,
        days: int | None = None,
        *,
        read_only: bool = False,
        by: Actor,
    ) -> tuple[ApiToken, str]:
        """A new token, and its secret, which is told only here.

        Raises AccountError for a wrong name or number of days, NotFound without such a user.
        """
        days = self.days if days is None else days
        if not 1 <= days <= MOST_DAYS:
            raise AccountError("out-of-range", "days", least=1, most=MOST_DAYS)
        now, secret = self._now(), new_secret(PREFIX)
        row = TokenRow(
            id=new_id(now),
            user_id=user_id,
            name=checked_name(name),
            token_hash=digest(secret),
            created_at=now,
            expires_at=now + timedelta(days=days),
            read_only=read_only,
        )
        with self._database.session() as session:
            user = locked_user(session, user_id)
            of_user = TokenRow.user_id == user_id
            session.execute(
                delete(TokenRow).where(of_user, TokenRow.expires_at < now - TOLD_AFTER_END)
            )
            good = select(func.count()).where(of_user, TokenRow.expires_at > now)
            if session.scalars(good).one() >= MOST_TOKENS:
                raise AccountError("too-many-tokens", most=MOST_TOKENS)
            session.add(row)
            note(
                session,
                by,
                "token.add",
                company_id=user.company_id,
                subject=user.login,
                details={"name": row.name, "days": days, "read_only": read_only},
            )
        return _token(row), secret

    def of_user(self, user_id: str) -> list[ApiToken]:
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
            if not (is_id(token_id) and revoke_tokens(session, user, by=by, token_id=token_id)):
                raise NotFound("no-such-token")
            announce_end(session, user.company_id, user_id)

    def revoke_all(self, user_id: str, *, by: Actor) -> int:
        """Make all tokens of a user worthless; how many. Raises NotFound without such a user."""
        with self._database.session() as session:
            user = locked_user(session, user_id)
            revoked = revoke_tokens(session, user, by=by)
            announce_end(session, user.company_id, user_id)
            return revoked

    def find(self, secret: str) -> Bearer | None:
        """Who asks by a secret; None for one that is worthless."""
        if not secret.startswith(PREFIX):
            return None
        now, token_hash = self._now(), digest(secret)
        with self._database.reading() as session:
            found = session.execute(
                select(UserRow, TokenRow.used_at, TokenRow.read_only)
                .join(TokenRow, TokenRow.user_id == UserRow.id)
                .where(
                    TokenRow.token_hash == token_hash,
                    TokenRow.expires_at > now,
                    UserRow.disabled_at.is_(None),
                )
            ).one_or_none()
        if found is None:
            return None
        row, used_at, read_only = found
        if used_at is None or now - used_at >= TOUCHED_EVERY:
            with self._database.session() as session:
                session.execute(
                    update(TokenRow).where(TokenRow.token_hash == token_hash).values(used_at=now)
                )
        return Bearer(row.as_user(), read_only)


def _token(row: TokenRow) -> ApiToken:
    return ApiToken(
        id=row.id,
        name=row.name,
        created_at=row.created_at,
        used_at=row.used_at,
        expires_at=row.expires_at,
        read_only=row.read_only,
    )

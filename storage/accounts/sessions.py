"""Logging in, staying logged in, and logging out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from storage.accounts import attempts, devices
from storage.accounts.attempts import LoginRefused
from storage.accounts.fields import folded, is_login
from storage.accounts.opaque import digest, new_secret
from storage.accounts.passwords import Passwords
from storage.accounts.register import locked_user
from storage.accounts.users import utc_now
from storage.actor import Actor, User
from storage.audit import note
from storage.database.account_tables import SessionRow, UserRow
from storage.database.engine import Database
from storage.errors import NotFound
from storage.messages.events import announce_end
from storage.text import printable, storable

__all__ = ["LoginRefused", "OpenSession", "Sessions"]

IDLE: Final = timedelta(hours=8)
"""A session ends when nobody has used it for so long."""
ABSOLUTE: Final = timedelta(days=30)
"""A session ends so long after it began, however much it is used."""
TOKEN_PREFIX: Final = "vs_"  # noqa: S105 - no password, but how they all begin
"""How the tokens begin; those of sessions from before `__Host-` cookies have no prefix."""
TOUCHED_EVERY: Final = timedelta(minutes=1)
"""How exactly it is known when a session was last used."""
TIDIED_EVERY: Final = timedelta(minutes=1)
"""How often what is over is looked for, at most, while somebody tries to log in."""

_ID_DIGITS = 16
_LONGEST_AGENT = 300


@dataclass(frozen=True)
class OpenSession:
    """A browser in which a user is logged in. The id is no secret: nobody comes in with it."""

    id: str
    created_at: datetime
    seen_at: datetime
    address: str
    agent: str
    is_current: bool


class Sessions:
    """The sessions of all users. Synchronous and safe to use from many threads and processes.

    All methods raise DatabaseUnavailable.
    """

    def __init__(
        self,
        database: Database,
        passwords: Passwords | None = None,
        *,
        idle: timedelta = IDLE,
        absolute: timedelta = ABSOLUTE,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._passwords = passwords or Passwords()
        self._idle = idle
        self._absolute = absolute
        self._now = now
        self._tidied_at: datetime | None = None

    def log_in(
        self, login: str, password: str, *, address: str, agent: str, device: str = ""
    ) -> tuple[User, str]:
        """Begin a session; the user and its token, which is new and told only here.

        A `device` is the secret of the browser, which `device_of` tells. Raises LoginRefused, in
        the same time whether there is such a login or not.
        """
        counters = devices.counters(self._database, folded(login), address, device, self._now())
        attempt = attempts.begin(self._database, counters, self._now())
        row = self._matching(folded(login), password)
        if row is None:
            self._note_failure(folded(login), address)
            self._tidy_now_and_then()
            raise LoginRefused
        rehashed = self._rehashed(row, password)
        token, now = new_secret(TOKEN_PREFIX), self._now()
        with self._database.session() as session:
            changed = session.execute(
                update(UserRow)
                .where(
                    UserRow.id == row.id,
                    # Neither disabled nor given another password meanwhile.
                    UserRow.disabled_at.is_(None),
                    UserRow.password_hash == row.password_hash,
                )
                .values(logged_in_at=now, password_hash=rehashed)
                .returning(UserRow)
            ).scalar_one_or_none()
            if changed is None:
                raise LoginRefused
            attempts.take_back(session, attempt)
            if device:
                devices.remember(session, digest(device), row.id, now)
            session.add(
                SessionRow(
                    token_hash=digest(token),
                    user_id=row.id,
                    created_at=now,
                    seen_at=now,
                    address=storable(address),
                    agent=printable(agent, _LONGEST_AGENT),
                )
            )
            user = changed.as_user()
            _note(session, user, "login", address)
        self._tidy_now_and_then()
        return user, token

    def device_of(self, secret: str) -> str:
        """The secret by which a browser is to be known: the one it has, or, if it is none, another.

        One that somebody else planted there is none: only those that this made are.
        """
        if secret:
            with self._database.reading() as session:
                if devices.is_known(session, digest(secret), self._now()):
                    return secret
        return new_secret()

    def confirm(self, user_id: str, password: str, *, token: str, address: str) -> None:
        """Make sure that it is the user's password, before something that asks for it again.

        `token` is that of the session which asks. Raises LoginRefused as `log_in` does; failures
        count for that session alone, whatever strangers do with the login meanwhile.
        """
        with self._database.reading() as session:
            row = session.get(UserRow, user_id)
        if row is None:
            raise NotFound("no-such-user")
        counters = attempts.sessions(digest(token))
        attempt = attempts.begin(self._database, counters, self._now())
        if not self._passwords.matches(password, row.password_hash):
            with self._database.session() as session:
                _note(session, row.as_user(), "password.failed", address)
            raise LoginRefused
        with self._database.session() as session:
            attempts.take_back(session, attempt)

    def find(self, token: str, *, in_use: bool = True) -> User | None:
        """The user of a session that goes on; None for any other token.

        One that is found without being ``in_use`` ends as soon as if nobody had looked for it.
        """
        now, token_hash = self._now(), digest(token)
        with self._database.reading() as session:
            found = session.execute(
                select(UserRow, SessionRow.seen_at)
                .join(SessionRow, SessionRow.user_id == UserRow.id)
                .where(
                    SessionRow.token_hash == token_hash,
                    ~self._is_over(now),
                    UserRow.disabled_at.is_(None),
                )
            ).one_or_none()
        if found is None:
            return None
        row, seen_at = found
        if in_use and now - seen_at >= TOUCHED_EVERY:
            used = update(SessionRow).where(SessionRow.token_hash == token_hash)
            with self._database.session() as session:
                session.execute(used.values(seen_at=now))
        return row.as_user()

    def of_user(self, user_id: str, current: str | None = None) -> list[OpenSession]:
        """A user's sessions, last used first; `current` is the token of the one who asks."""
        current_hash = None if current is None else digest(current)
        with self._database.reading() as session:
            rows = session.scalars(
                select(SessionRow)
                .where(SessionRow.user_id == user_id, ~self._is_over(self._now()))
                .order_by(SessionRow.seen_at.desc())
            ).all()
        return [
            OpenSession(
                id=row.token_hash[:_ID_DIGITS],
                created_at=row.created_at,
                seen_at=row.seen_at,
                address=row.address,
                agent=row.agent,
                is_current=row.token_hash == current_hash,
            )
            for row in rows
        ]

    def end(self, token: str) -> None:
        """Log out; a token of no session is none's business."""
        ending = delete(SessionRow).where(SessionRow.token_hash == digest(token))
        with self._database.session() as session:
            ended = session.scalars(ending.returning(SessionRow)).one_or_none()
            if ended is not None:
                user = session.get_one(UserRow, ended.user_id).as_user()
                _note(session, user, "logout", ended.address)
                announce_end(session, user.company_id, user.id)

    def end_one(self, user_id: str, session_id: str, *, by: Actor) -> None:
        """End one of a user's sessions by the id that `list` tells. Raises NotFound."""
        with self._database.session() as session:
            user = locked_user(session, user_id)
            ended = session.scalars(
                delete(SessionRow)
                .where(
                    SessionRow.user_id == user_id,
                    func.substr(SessionRow.token_hash, 1, _ID_DIGITS) == storable(session_id),
                )
                .returning(SessionRow.token_hash)
            ).all()
            if not ended:
                raise NotFound("no-such-session")
            note(session, by, "session.end", company_id=user.company_id, subject=user.login)
            announce_end(session, user.company_id, user_id)

    def end_all(
        self, user_id: str, *, by: Actor, keep: str | None = None, company_id: str | None = None
    ) -> int:
        """End a user's sessions, but that of the token `keep`; how many. Raises NotFound."""
        ending = delete(SessionRow).where(SessionRow.user_id == user_id)
        if keep is not None:
            ending = ending.where(SessionRow.token_hash != digest(keep))
        with self._database.session() as session:
            user = locked_user(session, user_id, company_id)
            ended = len(session.scalars(ending.returning(SessionRow.token_hash)).all())
            if ended:
                note(session, by, "session.end", company_id=user.company_id, subject=user.login)
                announce_end(session, user.company_id, user_id)
            return ended

    def tidy(self) -> None:
        """Forget what is over anyway: sessions, browsers and failed logins of long ago."""
        now = self._tidied_at = self._now()
        with self._database.session() as session:
            over = select(SessionRow.token_hash).where(self._is_over(now))
            session.execute(
                delete(SessionRow).where(
                    SessionRow.token_hash.in_(over.with_for_update(skip_locked=True))
                )
            )
            devices.tidy(session, now)
            attempts.tidy(session, now)

    def _tidy_now_and_then(self) -> None:
        """So that nothing grows without end where nobody ever comes in."""
        if self._tidied_at is None or self._now() - self._tidied_at >= TIDIED_EVERY:
            self.tidy()

    def _matching(self, login: str, password: str) -> UserRow | None:
        """The row of an active user whose password it is; as much work in any case."""
        row = None
        if is_login(login):
            with self._database.reading() as session:
                row = session.scalars(select(UserRow).where(UserRow.login == login)).one_or_none()
        is_right = self._passwords.matches(password, row.password_hash if row else None)
        return row if is_right and row is not None and row.disabled_at is None else None

    def _rehashed(self, row: UserRow, password: str) -> str:
        """The hash to store from now on: a new one where the old has parameters of yesterday."""
        stored = row.password_hash or ""
        outdated = self._passwords.is_outdated(stored)
        return self._passwords.hash(password) if outdated else stored

    def _note_failure(self, login: str, address: str) -> None:
        """What was tried is told only of real logins: people take passwords for logins."""
        with self._database.session() as session:
            row = None
            if is_login(login):
                row = session.scalars(select(UserRow).where(UserRow.login == login)).one_or_none()
            by = Actor(name="", via="page", address=storable(address))
            company_id, subject = (row.company_id, row.login) if row else (None, "")
            note(session, by, "login.failed", company_id=company_id, subject=subject)

    def _is_over(self, now: datetime) -> ColumnElement[bool]:
        return or_(
            SessionRow.seen_at <= now - self._idle, SessionRow.created_at <= now - self._absolute
        )


def _note(session: Session, user: User, action: str, address: str) -> None:
    by = Actor(name=user.login, via="page", address=storable(address), user_id=user.id)
    note(session, by, action, company_id=user.company_id, subject=user.login)

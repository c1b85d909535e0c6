"""One-time links: by one, somebody becomes a user, or a user chooses a password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from storage.accounts.fields import checked_login, checked_name
from storage.accounts.opaque import digest, new_secret
from storage.accounts.passwords import Passwords
from storage.accounts.register import lock_company, locked_user, register, set_password, unique
from storage.accounts.strength import near_company
from storage.accounts.users import utc_now
from storage.actor import Actor, Role, User
from storage.audit import note
from storage.database.account_tables import InvitationRow, UserRow
from storage.database.engine import Database
from storage.errors import AccountError, NotFound
from storage.text import storable

LINK_HOURS: Final = 24
"""How long a one-time link is good for, where nobody says otherwise."""
MOST_HOURS: Final = 24 * 30


@dataclass(frozen=True)
class Invitation:
    """What a link is for.

    With a `user`, to choose a password of theirs; without one, to become a user with that role. The
    company is None at a first start without any: whoever accepts has to name one.
    """

    company_id: str | None
    role: Role
    user: User | None
    expires_at: datetime


class Invitations:
    """The links that wait for somebody. Synchronous and safe to use from many threads.

    All methods raise DatabaseUnavailable.
    """

    def __init__(
        self,
        database: Database,
        passwords: Passwords | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._passwords = passwords or Passwords()
        self._now = now

    def make(
        self,
        company_id: str | None,
        *,
        by: Actor,
        role: Role = "administrator",
        hours: int = LINK_HOURS,
        user_id: str | None = None,
    ) -> str:
        """The secret of a new link, told only here. An earlier link for the same is void.

        Raises NotFound without such a user in that company, AccountError for a wrong number of
        hours.
        """
        if not 1 <= hours <= MOST_HOURS:
            raise AccountError("out-of-range", "hours", least=1, most=MOST_HOURS)
        now, secret = self._now(), new_secret()
        with self._database.session() as session:
            login = ""
            if user_id is not None:
                user = locked_user(session, user_id, company_id)
                company_id, role, login = user.company_id, cast(Role, user.role), user.login
            session.execute(
                delete(InvitationRow).where(
                    or_(
                        InvitationRow.expires_at <= now,
                        InvitationRow.user_id == user_id
                        if user_id is not None
                        else InvitationRow.user_id.is_(None)
                        & InvitationRow.company_id.is_not_distinct_from(company_id)
                        & (InvitationRow.role == role),
                    )
                )
            )
            session.add(
                InvitationRow(
                    token_hash=digest(secret),
                    user_id=user_id,
                    company_id=company_id,
                    role=role,
                    created_at=now,
                    expires_at=now + timedelta(hours=hours),
                )
            )
            details = {"role": role, "hours": hours}
            note(session, by, "user.link", company_id=company_id, subject=login, details=details)
        return secret

    def look(self, secret: str) -> Invitation:
        """What a link is for. Raises NotFound if it is used, void or too old."""
        with self._database.reading() as session:
            row = session.get(InvitationRow, digest(secret))
            return self._invitation(session, row)

    def accept(
        self,
        secret: str,
        *,
        password: str,
        login: str = "",
        name: str = "",
        address: str = "",
        company_id: str | None = None,
    ) -> User:
        """Become a user, or take the password, and use the link up.

        A link for a user wants neither login nor name; `company_id` is wanted only by one that
        names no company. Raises NotFound as `look` does, AccountError.
        """
        invitation = self.look(secret)
        if invitation.user is not None:
            return self._take_password(secret, invitation.user, password, address)
        row = UserRow(
            company_id=invitation.company_id or company_id,
            login=checked_login(login),
            name=checked_name(name),
            role=invitation.role,
            must_change_password=False,
        )
        near = near_company(self._database, row.company_id)
        self._passwords.check(password, row.login, (row.name, *near))
        row.password_hash = self._passwords.hash(password)
        with unique(row.login), self._database.session() as session:
            lock_company(session, row.company_id)
            self._use_up(session, secret)
            return register(session, row, by=None, address=address, now=self._now())

    def _take_password(self, secret: str, user: User, password: str, address: str) -> User:
        near = near_company(self._database, user.company_id)
        self._passwords.check(password, user.login, (user.name, *near))
        password_hash = self._passwords.hash(password)
        by = Actor(user.login, via="page", address=storable(address), user_id=user.id)
        with self._database.session() as session:
            row = locked_user(session, user.id)
            self._use_up(session, secret)
            set_password(session, row, password_hash, by=by)
            return row.as_user()

    def _use_up(self, session: Session, secret: str) -> None:
        """Of several who come with the link at once, one gets past."""
        row = session.scalars(
            delete(InvitationRow)
            .where(InvitationRow.token_hash == digest(secret))
            .returning(InvitationRow)
        ).one_or_none()
        self._invitation(session, row)

    def _invitation(self, session: Session, row: InvitationRow | None) -> Invitation:
        if row is not None and row.expires_at > self._now():
            user = session.get(UserRow, row.user_id) if row.user_id else None
            if user is None or user.disabled_at is None:
                return Invitation(
                    company_id=row.company_id,
                    role=cast(Role, row.role),
                    user=user.as_user() if user else None,
                    expires_at=row.expires_at,
                )
        raise NotFound("link-void")

"""The tables of accounts, typed.

Secrets are stored only as digests: with what stands in the database
nobody can come in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.actor import Role, User
from storage.database.employee_tables import EmployeeRow
from storage.database.tables import Base, Id, UtcDateTime

Language = Literal["ru", "en"]

Digest = String(64)
"""SHA-256 in hexadecimal digits."""


class BindingRow(Base):
    """Whose messages an account sees."""

    __tablename__ = "bindings"

    user_id: Mapped[str] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    employee_id: Mapped[str] = mapped_column(
        Id, ForeignKey("employees.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class UserRow(Base):
    """An account.

    ``login`` is stored folded. The ``people`` bound to it are read along with it.
    Without a ``password_hash`` the user has been invited and has not come yet.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("role IN ('administrator', 'employee')", name="known_role"),
        CheckConstraint("language IN ('ru', 'en')", name="known_language"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    company_id: Mapped[str] = mapped_column(
        Id, ForeignKey("companies.id", ondelete="CASCADE"), index=True
    )
    login: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(13))
    password_hash: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(String(2))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    logged_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    people: Mapped[list[EmployeeRow]] = relationship(
        secondary=BindingRow.__table__, lazy="selectin", order_by=EmployeeRow.extension
    )

    def as_user(self) -> User:
        """The account without its secrets."""
        return User(
            id=self.id,
            company_id=self.company_id,
            login=self.login,
            name=self.name,
            role=cast(Role, self.role),
            people=tuple(person.as_person() for person in self.people),
            language=cast(Language | None, self.language),
            is_disabled=self.disabled_at is not None,
            must_change_password=self.must_change_password,
            created_at=self.created_at,
            logged_in_at=self.logged_in_at,
        )


class SessionRow(Base):
    """Somebody logged in with one browser: whence, and when last seen."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(Digest, primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(Text)
    agent: Mapped[str] = mapped_column(Text)


class DeviceRow(Base):
    """A browser in which a user has logged in before: by that alone nobody comes in."""

    __tablename__ = "devices"

    token_hash: Mapped[str] = mapped_column(Digest, primary_key=True)
    user_id: Mapped[str] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class TokenRow(Base):
    """A personal token, by which a script acts as the user: or only reads, where it is so said."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[str] = mapped_column(Digest, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_only: Mapped[bool] = mapped_column(default=False)


class InvitationRow(Base):
    """A one-time link: for ``user_id`` to choose a password, or for somebody to become a user.

    Without a company the link is that of the first start, before there is any.
    """

    __tablename__ = "invitations"
    __table_args__ = (CheckConstraint("role IN ('administrator', 'employee')", name="known_role"),)

    token_hash: Mapped[str] = mapped_column(Digest, primary_key=True)
    user_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    company_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("companies.id", ondelete="CASCADE"), index=True
    )
    role: Mapped[str] = mapped_column(String(13))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PinRow(Base):
    """With what an employee comes into their mailbox by phone; it is the person's.

    One that ``must_change`` was made by somebody else, and is good until its owner sets another.
    """

    __tablename__ = "pins"

    employee_id: Mapped[str] = mapped_column(
        Id, ForeignKey("employees.id", ondelete="CASCADE"), primary_key=True
    )
    pin_hash: Mapped[str] = mapped_column(Text)
    must_change: Mapped[bool] = mapped_column(default=False)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LoginFailureRow(Base):
    """Failures of one login, place, browser or session, or of PINs; they are forgotten bit by bit.

    ``refused`` are attempts that were not looked at, and that the audit log has not told of since
    ``told_at``.
    """

    __tablename__ = "login_failures"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[float]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

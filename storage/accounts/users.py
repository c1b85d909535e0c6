"""The users of all companies: who may come in, as what, and with which extensions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from enum import Enum, auto

from sqlalchemy import select

from storage.accounts.fields import (
    checked_extensions,
    checked_login,
    checked_name,
    folded,
    is_login,
)
from storage.accounts.passwords import Passwords
from storage.accounts.register import (
    change_row,
    is_active_administrator,
    keep_an_administrator,
    leave,
    lock_company,
    locked_user,
    register,
    revoke_tokens,
    set_password,
    unique,
)
from storage.accounts.rules import check_another, check_role
from storage.accounts.strength import near_company
from storage.actor import Actor, Role, User
from storage.audit import note
from storage.database.account_tables import Language, UserRow
from storage.database.employee_tables import EmployeeRow
from storage.database.engine import Database
from storage.errors import AccountError, NotFound
from storage.identifiers import is_id
from storage.messages.events import announce_end
from storage.messages.unread import refresh
from storage.people import StaleBinding, bind, stale_bindings
from storage.text import normalise, shown
from storage.words.folding import fold


class Unchanged(Enum):
    """Says of a field that it stays as it is, where None is a value of its own."""

    UNCHANGED = auto()


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Users:
    """The accounts. Synchronous and safe to use from many threads and processes.

    Wherever a `company_id` is given, users of other companies are not found. All methods raise
    DatabaseUnavailable; those that change something AccountError.
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

    def add(
        self,
        *,
        company_id: str,
        login: str,
        name: str,
        role: Role,
        by: Actor,
        extensions: Iterable[str] = (),
        password: str | None = None,
        language: Language | None = None,
        must_change_password: bool = False,
    ) -> User:
        """Add a user; one without a password comes in by a one-time link."""
        row = UserRow(
            company_id=company_id,
            login=checked_login(login),
            name=checked_name(name),
            role=role,
            language=language,
            must_change_password=must_change_password,
        )
        if password is not None:
            near = near_company(self._database, company_id)
            self._passwords.check(password, row.login, (row.name, *near))
            row.password_hash = self._passwords.hash(password)
        bound = checked_extensions(extensions)
        with unique(row.login), self._database.session() as session:
            lock_company(session, company_id)
            row.people = bind(session, company_id, bound, self._now())
            return register(session, row, by=by, now=self._now())

    def get(self, user_id: str, *, company_id: str | None = None) -> User:
        """A user by id. Raises NotFound."""
        if is_id(user_id):
            with self._database.reading() as session:
                row = session.get(UserRow, user_id)
            if row is not None and company_id in (None, row.company_id):
                return row.as_user()
        raise NotFound("no-such-user")

    def find(self, login: str) -> User:
        """A user by login. Raises NotFound."""
        text = folded(login)
        if is_login(text):
            with self._database.reading() as session:
                row = session.scalars(select(UserRow).where(UserRow.login == text)).one_or_none()
            if row is not None:
                return row.as_user()
        raise NotFound("no-user", login=shown(login))

    def of_company(self, company_id: str | None = None, search: str = "") -> list[User]:
        """The users by name; `search` is part of a name, a login or an extension."""
        statement = select(UserRow)
        if company_id is not None:
            statement = statement.where(UserRow.company_id == company_id)
        with self._database.reading() as session:
            users = [row.as_user() for row in session.scalars(statement)]
        words = [fold(word) or word for word in search.split()]
        found = [user for user in users if all(word in _words_of(user) for word in words)]
        return sorted(found, key=lambda user: (normalise(user.name), user.login))

    def invited(self, company_id: str | None = None) -> frozenset[str]:
        """The ids of those who have no password yet."""
        statement = select(UserRow.id).where(UserRow.password_hash.is_(None))
        if company_id is not None:
            statement = statement.where(UserRow.company_id == company_id)
        with self._database.reading() as session:
            return frozenset(session.scalars(statement))

    def stale_bindings(self, company_id: str | None = None) -> Sequence[StaleBinding]:
        """Accounts bound to somebody who is not there: no longer, or not yet."""
        with self._database.reading() as session:
            return stale_bindings(session, company_id)

    def has_administrator(self, company_id: str | None = None) -> bool:
        """Whether somebody can come in as administrator: of the company, or of any."""
        statement = select(UserRow.id).where(is_active_administrator())
        if company_id is not None:
            statement = statement.where(UserRow.company_id == company_id)
        with self._database.reading() as session:
            return session.scalars(statement.limit(1)).first() is not None

    def change(
        self,
        user_id: str,
        *,
        by: Actor,
        company_id: str | None = None,
        login: str | None = None,
        name: str | None = None,
        role: Role | None = None,
        extensions: Iterable[str] | None = None,
        language: Language | Unchanged | None = Unchanged.UNCHANGED,
        expect: Callable[[User], None] = lambda _there: None,
    ) -> User:
        """Change what is given. The language None is the company's.

        Of ``extensions`` it is who has them now that is bound to the account, and nobody else; who
        has none any more stays bound where the person's id is among them.
        ``expect`` may refuse the user that there is, by raising, before anything is changed.
        """
        fields: dict[str, object] = {}
        if login is not None:
            fields["login"] = checked_login(login)
        if name is not None:
            fields["name"] = checked_name(name)
        if role is not None:
            fields["role"] = role
        wanted = None if extensions is None else list(extensions)
        former = {text for text in wanted or () if is_id(text)}
        bound = checked_extensions(text for text in wanted or () if text not in former)
        if language is not Unchanged.UNCHANGED:
            fields["language"] = language
        with unique(login or ""), self._database.session() as session:
            row = locked_user(session, user_id, company_id)
            check_role(row.id, row.role, role, by)
            expect(row.as_user())
            if wanted is not None:
                fields["people"] = [
                    *bind(session, row.company_id, bound, self._now()),
                    *_still_bound(row, former),
                ]
            return change_row(session, row, fields, by=by)

    def set_password(
        self,
        user_id: str,
        password: str,
        *,
        by: Actor,
        company_id: str | None = None,
        must_change: bool = False,
        keep: str | None = None,
        keep_tokens: bool = False,
    ) -> None:
        """Give a new password, end all sessions but that of the token `keep`, and void links.

        API tokens are revoked, too, unless they are to be kept: those who choose another password
        of their own may have no reason to.
        """
        user = self.get(user_id, company_id=company_id)
        near = near_company(self._database, user.company_id)
        self._passwords.check(password, user.login, (user.name, *near))
        password_hash = self._passwords.hash(password)
        with self._database.session() as session:
            row = locked_user(session, user_id, company_id)
            set_password(
                session,
                row,
                password_hash,
                by=by,
                must_change=must_change,
                keep=keep,
                keep_tokens=keep_tokens,
            )

    def disable(self, user_id: str, *, by: Actor, company_id: str | None = None) -> User:
        """Let a user in no more: sessions, tokens and links end, and stay so later on.

        Nobody does so to their own account.
        """
        check_another(user_id, by)
        with self._database.session() as session:
            row = locked_user(session, user_id, company_id)
            if row.disabled_at is None:
                keep_an_administrator(session, row)
                row.disabled_at = self._now()
                leave(session, row)
                note(session, by, "user.disable", company_id=row.company_id, subject=row.login)
                revoke_tokens(session, row, by=by)
                announce_end(session, row.company_id, row.id)
            return row.as_user()

    def enable(self, user_id: str, *, by: Actor, company_id: str | None = None) -> User:
        """Let a user in again."""
        with self._database.session() as session:
            row = locked_user(session, user_id, company_id)
            if row.disabled_at is not None:
                row.disabled_at = None
                refresh(session, row.as_user())
                note(session, by, "user.enable", company_id=row.company_id, subject=row.login)
            return row.as_user()

    def remove(self, user_id: str, *, by: Actor, company_id: str | None = None) -> None:
        """Forget a user, not oneself; what was done stays in the audit log."""
        check_another(user_id, by)
        with self._database.session() as session:
            row = locked_user(session, user_id, company_id)
            keep_an_administrator(session, row)
            note(session, by, "user.remove", company_id=row.company_id, subject=row.login)
            company_id = row.company_id
            session.delete(row)
            announce_end(session, company_id, user_id)


def _still_bound(row: UserRow, ids: Collection[str]) -> list[EmployeeRow]:
    """Former employees of these ids. Raises AccountError for one not bound to the account."""
    there = {person.id: person for person in row.people if person.until is not None}
    if unknown := [text for text in ids if text not in there]:
        raise AccountError("no-employee", "extensions", extension=unknown[0])
    return [there[text] for text in ids]


def _words_of(user: User) -> str:
    return fold(" ".join((user.name, user.login, *user.extensions)))

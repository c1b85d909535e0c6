"""What is done to an account's row, each time within somebody's transaction.

Changing accounts holds the company's row meanwhile: so of two administrators who remove
each other at once, one remains.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage.accounts import attempts
from storage.accounts.opaque import digest
from storage.actor import Actor, User
from storage.audit import note
from storage.database.account_tables import InvitationRow, SessionRow, TokenRow, UserRow
from storage.database.tables import CompanyRow
from storage.errors import AccountError, LastAdministrator, NotFound
from storage.identifiers import is_id, new_id
from storage.messages.events import announce_end
from storage.messages.unread import refresh
from storage.text import storable

_COLUMNS = {"people": "extensions"}
"""What the log calls otherwise."""


def lock_company(session: Session, company_id: str | None) -> None:
    """Let nobody else change accounts of the company until the transaction ends.

    Taken before any of its accounts' rows. Raises NotFound.
    """
    held = select(CompanyRow.id).where(CompanyRow.id == company_id).with_for_update()
    if session.scalar(held) is None:
        raise NotFound("no-such-company")


def locked_user(session: Session, user_id: str, company_id: str | None = None) -> UserRow:
    """The row of a user, held until the transaction ends. Raises NotFound."""
    if is_id(user_id):
        owner = session.scalar(select(UserRow.company_id).where(UserRow.id == user_id))
        if owner is not None and company_id in (None, owner):
            lock_company(session, owner)
            held = select(UserRow).where(UserRow.id == user_id).with_for_update()
            row = session.scalars(held).one_or_none()
            if row is not None:
                return row
    raise NotFound("no-such-user")


def register(
    session: Session, row: UserRow, *, by: Actor | None, now: datetime, address: str = ""
) -> User:
    """Make a user of a new row; `by` is None where somebody joins by a link.

    Raises AccountError if the login is taken, NotFound if there is no such company.
    """
    lock_company(session, row.company_id)
    _check_login_is_free(session, row.login)
    row.id = new_id(now)
    row.created_at = now
    session.add(row)
    session.flush()
    refresh(session, row.as_user())
    if row.role == "administrator":
        _void_first_links(session, row.company_id)
    by = by or Actor(row.login, via="page", address=storable(address), user_id=row.id)
    details = {"name": row.name, "role": row.role, "extensions": _told("people", row.people)}
    note(session, by, "user.add", company_id=row.company_id, subject=row.login, details=details)
    return row.as_user()


def change_row(session: Session, row: UserRow, fields: Mapping[str, object], *, by: Actor) -> User:
    """Change columns of a held row and note which. Raises AccountError."""
    before = {name: _copied(getattr(row, name)) for name in fields}
    changed = {name: value for name, value in fields.items() if value != before[name]}
    login = row.login
    if "login" in changed:
        _check_login_is_free(session, str(changed["login"]))
    if "role" in changed:
        keep_an_administrator(session, row)
    for name, value in changed.items():
        setattr(row, name, value)
    if "role" in changed or "people" in changed:
        refresh(session, row.as_user())
    if changed:
        changes = [
            {
                "path": _COLUMNS.get(name, name),
                "before": _told(name, before[name]),
                "after": _told(name, value),
            }
            for name, value in changed.items()
        ]
        note(
            session,
            by,
            "user.change",
            company_id=row.company_id,
            subject=login,
            details={"changes": changes},
        )
    return row.as_user()


def set_password(
    session: Session,
    row: UserRow,
    password_hash: str,
    *,
    by: Actor,
    must_change: bool = False,
    keep: str | None = None,
    keep_tokens: bool = False,
) -> None:
    """Give a held row another password; of the sessions only that of the token `keep` goes on.

    Its API tokens go as well, unless they are to be kept.
    """
    row.password_hash = password_hash
    row.must_change_password = must_change
    leave(session, row, keep=keep)
    attempts.forgive(session, row.login)
    note(session, by, "user.password", company_id=row.company_id, subject=row.login)
    if not keep_tokens:
        revoke_tokens(session, row, by=by)
    announce_end(session, row.company_id, row.id)


def revoke_tokens(session: Session, row: UserRow, *, by: Actor, token_id: str | None = None) -> int:
    """Make the API tokens of a held row worthless, or the one of that id; how many."""
    revoking = delete(TokenRow).where(TokenRow.user_id == row.id)
    if token_id is not None:
        revoking = revoking.where(TokenRow.id == token_id)
    names = sorted(session.scalars(revoking.returning(TokenRow.name)))
    for name in names:
        note(
            session,
            by,
            "token.revoke",
            company_id=row.company_id,
            subject=row.login,
            details={"name": name},
        )
    return len(names)


def leave(session: Session, row: UserRow, *, keep: str | None = None) -> None:
    """End a user's sessions, but that of the token `keep`, and void their one-time links."""
    ending = delete(SessionRow).where(SessionRow.user_id == row.id)
    if keep is not None:
        ending = ending.where(SessionRow.token_hash != digest(keep))
    session.execute(ending)
    session.execute(delete(InvitationRow).where(InvitationRow.user_id == row.id))


def is_active_administrator() -> ColumnElement[bool]:
    """Whether a user can come in as administrator: an invited one cannot yet."""
    return and_(
        UserRow.role == "administrator",
        UserRow.disabled_at.is_(None),
        UserRow.password_hash.is_not(None),
    )


def keep_an_administrator(session: Session, row: UserRow) -> None:
    """Raises LastAdministrator if the held row is the last active administrator of the company."""
    active = set(
        session.scalars(
            select(UserRow.id).where(
                UserRow.company_id == row.company_id, is_active_administrator()
            )
        )
    )
    if active == {row.id}:
        raise LastAdministrator("last-administrator", login=row.login)


@contextmanager
def unique(login: str) -> Iterator[None]:
    """Around a transaction that gives a user the login: another company may be quicker.

    Raises AccountError.
    """
    try:
        yield
    except IntegrityError as error:
        raise _login_taken(login) from error


def _check_login_is_free(session: Session, login: str) -> None:
    if session.scalars(select(UserRow.id).where(UserRow.login == login)).first() is not None:
        raise _login_taken(login)


def _login_taken(login: str) -> AccountError:
    return AccountError("login-taken", "login", login=login)


def _void_first_links(session: Session, company_id: str) -> None:
    """There is an administrator: links that make anybody one have done their work."""
    session.execute(
        delete(InvitationRow).where(
            InvitationRow.user_id.is_(None),
            or_(InvitationRow.company_id.is_(None), InvitationRow.company_id == company_id),
        )
    )


def _told(name: str, value: object) -> object:
    """A column's value as the log tells it."""
    if name != "people" or not isinstance(value, list):
        return value
    return [
        who.extension if who.until is None else f"{who.extension} ({who.name})" for who in value
    ]


def _copied(value: object) -> object:
    """A value that stays as it is when the row changes."""
    return list(value) if isinstance(value, list) else value

"""Browsers in which somebody has logged in before: what strangers do does not keep them out.

A browser keeps an opaque secret, of which only the digest is stored. It lets nobody in: it has the
passwords tried in it counted for themselves (see `storage.accounts.attempts`), and that for those
logins only whose users have been there.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.accounts import attempts
from storage.accounts.fields import is_login
from storage.accounts.opaque import digest
from storage.database.account_tables import DeviceRow, UserRow
from storage.database.engine import Database
from storage.database.upsert import insert_into

KEPT: Final = timedelta(days=365)
"""Where somebody has not logged in for so long they are a stranger again."""
MOST_DEVICES: Final = 20
"""Of one user; the one used longest ago is forgotten first."""


def is_known(session: Session, device_hash: str, now: datetime, login: str | None = None) -> bool:
    """Whether somebody has logged in with a browser, or the user of that folded login has."""
    found = select(DeviceRow.user_id).where(
        DeviceRow.token_hash == device_hash, DeviceRow.seen_at > now - KEPT
    )
    if login is not None:
        found = found.join(UserRow, UserRow.id == DeviceRow.user_id).where(UserRow.login == login)
    return session.scalars(found.limit(1)).first() is not None


def counters(
    database: Database, login: str, address: str, secret: str, now: datetime
) -> tuple[attempts.Counter, ...]:
    """What an attempt counts for: the browser, where the user has come in by it before."""
    if secret and is_login(login):
        with database.reading() as session:
            if is_known(session, digest(secret), now, login):
                return attempts.devices(login, digest(secret))
    return attempts.strangers(login, address)


def remember(session: Session, device_hash: str, user_id: str, now: datetime) -> None:
    """Note that a user has logged in with a browser."""
    row = {"token_hash": device_hash, "user_id": user_id, "seen_at": now}
    session.execute(
        insert_into(session, DeviceRow)
        .values(row)
        .on_conflict_do_update(
            index_elements=[DeviceRow.token_hash, DeviceRow.user_id], set_={"seen_at": now}
        )
    )
    of_user = DeviceRow.user_id == user_id
    newest = (
        select(DeviceRow.token_hash)
        .where(of_user)
        .order_by(DeviceRow.seen_at.desc(), DeviceRow.token_hash)
        .limit(MOST_DEVICES)
    )
    session.execute(delete(DeviceRow).where(of_user, DeviceRow.token_hash.not_in(newest)))


def tidy(session: Session, now: datetime) -> None:
    """Forget browsers that nobody has logged in with for long."""
    old = (
        select(DeviceRow.token_hash)
        .where(DeviceRow.seen_at <= now - KEPT)
        .with_for_update(skip_locked=True)
    )
    session.execute(
        delete(DeviceRow).where(DeviceRow.token_hash.in_(old), DeviceRow.seen_at <= now - KEPT)
    )

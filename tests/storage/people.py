"""Companies and their users, as far as messages are concerned."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select

from storage.actor import Actor, Role, User
from storage.database.account_tables import UserRow
from storage.database.tables import CompanyRow, MessageRow
from storage.messages.unread import refresh
from storage.people import bind
from tests.storage.conftest import COMPANY, Store

NOW = datetime(2026, 8, 14, 6, 30, tzinfo=UTC)


def found_company(store: Store, name: str = "Ромашка", company_id: str | None = None) -> None:
    """Add a company."""
    with store.database.session() as session:
        session.add(
            CompanyRow(id=company_id or COMPANY.company_id, name=name, config="{}", version=1)
        )


def hire(
    store: Store,
    login: str,
    role: Role = "employee",
    *extensions: str,
    company_id: str | None = None,
    **more: Any,
) -> User:
    """Add a user, the way accounts do: with what is new to him."""
    row = UserRow(
        id=login,
        company_id=company_id or COMPANY.company_id,
        login=login,
        name=login.title(),
        role=role,
        created_at=NOW,
        must_change_password=False,
        **more,
    )
    with store.database.session() as session:
        row.people = bind(session, row.company_id, extensions, NOW)
        session.add(row)
        session.flush()
        user = row.as_user()
        refresh(session, user)
    return user


def acting(user: User) -> Actor:
    """The user at his page."""
    return Actor(name=user.login, via="page", address="192.0.2.7", user_id=user.id)


def copies(store: Store, message_id: str, number: int) -> None:
    """Many older messages like one that is there, written straight into the database."""
    with store.database.session() as session:
        row = session.scalars(select(MessageRow).where(MessageRow.id == message_id)).one()
        values = {column.key: getattr(row, column.key) for column in MessageRow.__table__.columns}
        session.execute(
            insert(MessageRow),
            [
                {**values, "id": f"{message_id[:24]}{n:012}", "place": row.place - n}
                for n in range(1, number + 1)
            ],
        )

"""What is unheard in a mailbox, whoever looks: reminders and digests go by it.

An employee's message is heard once one of those has listened whose accounts are bound to them: what
an administrator hears is new to the employee still. The company's is heard by anybody's listening,
as is that of an employee whom no account is bound to. What was imported was told of elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from storage.database.account_tables import BindingRow, UserRow
from storage.database.tables import IS_LISTED, IS_UNHEARD, MessageRow, UnheardRow
from storage.identifiers import first_place
from storage.messages.search.index_ranges import apart

IMPORTED: Final = "import"
"""The source of messages of which nobody is told: they are old."""


def is_unheard(session: Session, message_id: str) -> bool:
    """Whether a message is listed and unheard."""
    listed = select(MessageRow).where(MessageRow.id == message_id, IS_LISTED)
    row = session.scalars(listed).one_or_none()
    if row is None:
        return False
    users = _listeners(session, row.employee_id)
    if not users:
        return row.heard_at is None
    of_users = UnheardRow.user_id.in_(users)
    new_to = select(func.count()).where(UnheardRow.place == row.place, of_users)
    return session.scalar(new_to) == len(users)


def unheard_since(
    session: Session, company_id: str, employee_id: str | None, since: datetime
) -> Select[Any]:
    """The places of what is unheard of what came since then, newest first.

    Read along rows of unheard messages alone, however many others there are.
    """
    first = first_place(since)
    is_ours = MessageRow.source != IMPORTED
    users = _listeners(session, employee_id)
    if not users:
        return (
            select(MessageRow.place)
            .where(
                IS_UNHEARD,
                MessageRow.company_id == company_id,
                MessageRow.employee_id == employee_id
                if employee_id
                else MessageRow.employee_id.is_(None),
                MessageRow.place >= first,
                is_ours,
            )
            .order_by(MessageRow.place.desc())
        )
    found = (
        select(UnheardRow.place)
        .join(MessageRow, MessageRow.place == UnheardRow.place)
        .where(
            UnheardRow.user_id == users[0],
            UnheardRow.place >= first,
            IS_LISTED,
            apart(MessageRow.employee_id.expression) == employee_id,
            is_ours,
        )
        .order_by(UnheardRow.place.desc())
    )
    for user_id in users[1:]:
        other = aliased(UnheardRow)
        also = select(other.place).where(other.user_id == user_id, other.place == UnheardRow.place)
        found = found.where(also.exists())
    return found


def _listeners(session: Session, employee_id: str | None) -> Sequence[str]:
    """The accounts by whose listening an employee's messages are heard."""
    if employee_id is None:
        return ()
    bound = (
        select(UserRow.id)
        .join(BindingRow, BindingRow.user_id == UserRow.id)
        .where(BindingRow.employee_id == employee_id, UserRow.disabled_at.is_(None))
        .order_by(UserRow.id)
    )
    return session.scalars(bound).all()

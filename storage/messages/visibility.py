"""Who sees which messages, as conditions on their rows.

The rule is `storage.actor.Scope.parts`.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from storage.actor import NOBODY, Scope, ScopePart, User, scope_for
from storage.database.tables import CompanyRow, MessageRow
from storage.messages.search.index_ranges import apart


def only_company(session: Session) -> str | None:
    """The id of the company, where there is exactly one."""
    ids = session.scalars(select(CompanyRow.id).limit(2)).all()
    return ids[0] if len(ids) == 1 else None


def scope_of(session: Session, user: User) -> Scope:
    """What a user may see just now."""
    only = only_company(session) if user.is_administrator else None
    return scope_for(user.company_id, user.role, (one.id for one in user.people), only)


def visible(scope: Scope) -> ColumnElement[bool]:
    """The condition that a message may be seen, for rows that are found by something else."""
    return or_(*map(_is_in, scope.parts))


def _is_in(part: ScopePart) -> ColumnElement[bool]:
    company_id = apart(MessageRow.company_id.expression)
    conditions: list[ColumnElement[bool]] = []
    if part.company_id == NOBODY:
        conditions.append(company_id.is_(None))
    elif part.company_id is not None:
        conditions.append(company_id == part.company_id)
    if part.people is not None:
        conditions.append(apart(MessageRow.employee_id.expression).in_(part.people))
    if not part.with_trash:
        conditions.append(MessageRow.deleted_at.is_(None))
    return and_(true(), *conditions)

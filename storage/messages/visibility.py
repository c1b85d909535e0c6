"""Who sees which messages, as conditions on their rows."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from storage.actor import Scope, User
from storage.database.tables import CompanyRow, MessageRow
from storage.messages.search.index_ranges import apart


def only_company(session: Session) -> str | None:
    """The id of the company, where there is exactly one."""
    ids = session.scalars(select(CompanyRow.id).limit(2)).all()
    return ids[0] if len(ids) == 1 else None


def scope_of(session: Session, user: User) -> Scope:
    """What a user may see just now.

    Messages that no company could be found for are shown to the administrators of the only
    company; where there are several they are the command line's alone.
    """
    mine = user.is_administrator and only_company(session) == user.company_id
    return replace(user.scope, unassigned=mine)


def visible(scope: Scope) -> ColumnElement[bool]:
    """The condition that a message may be seen, for rows that are found by something else."""
    company_id = apart(MessageRow.company_id.expression)
    conditions: list[ColumnElement[bool]] = []
    if scope.company_id is not None:
        of_company = company_id == scope.company_id
        conditions.append(or_(of_company, company_id.is_(None)) if scope.unassigned else of_company)
    if scope.people is not None:
        conditions += [
            apart(MessageRow.employee_id.expression).in_(scope.people),
            MessageRow.deleted_at.is_(None),
        ]
    return and_(true(), *conditions)

"""What a change of an office makes of its people: who stays, moves, goes, and comes.

Another name under an extension is the same person, and so is who is added again under the same
extension and name. Whoever else gets an extension is somebody new. Called in the transaction that
changes the office: changes of offices come one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, TextClause, and_, select, update
from sqlalchemy.orm import Session

from storage.actor import Actor
from storage.audit import note
from storage.database.account_tables import BindingRow, UserRow
from storage.database.employee_tables import EmployeeRow, HoldingRow
from storage.database.tables import (
    CAME_TO_NOTHING,
    IS_DRAFT,
    IS_IN_TRASH,
    IS_LISTED_OF_EMPLOYEE,
    IS_QUIET,
    MessageRow,
    NewsRow,
)
from storage.messages import addressees, month_counts
from storage.messages.unread import refresh
from storage.office import Office
from storage.office.differences import moved
from storage.people import new_person, present, rebind, settle_in
from storage.text import normalise

GIVEN_AT_ONCE = 500


@dataclass(frozen=True)
class Succession:
    """An extension that goes to somebody else, with or without the messages."""

    extension: str
    hand_over: bool


def follow(
    session: Session,
    company_id: str,
    office: Office | None,
    by: Actor,
    succession: Succession | None = None,
) -> None:
    """Fit the people to the office as it is now; None is one that is removed."""
    at = datetime.now(UTC)
    names = {e: who.name for e, who in office.employees.items()} if office else {}
    there = {row.extension: row for row in present(session, company_id)}
    leaving = there.pop(succession.extension, None) if succession else None
    hand_over = succession is not None and succession.hand_over
    awaited = {extension: row for extension, row in there.items() if not row.name}
    named = {extension: row for extension, row in there.items() if row.name}
    before = {extension: row.name for extension, row in named.items()}
    moves = moved(before, names)
    moving = {extension: named[there] for extension, there in moves.items()}
    if leaving is not None:
        leaving.until = at
    staying = {
        extension: who
        for extension, who in named.items()
        if extension in names and extension not in moves and who not in moving.values()
    }
    for extension, who in named.items():
        if extension not in staying:
            who.until = at
    session.flush()  # before anybody takes an extension that somebody had
    for extension, name in names.items():
        again = (
            moving.get(extension)
            or staying.get(extension)
            or _former(session, company_id, extension, name)
        )
        row = _arrived(session, again, awaited.get(extension)) or new_person(
            company_id, extension, name, at
        )
        session.add(row)
        row.name = name
        if row.until is not None:
            settle_in(session, row, extension, at)
        session.flush()
        if leaving is not None and leaving.extension == extension:
            _succeed(session, leaving, row, by, at, hand_over=hand_over)


def _former(session: Session, company_id: str, extension: str, name: str) -> EmployeeRow | None:
    """Who had the extension under that name, and has none now."""
    rows = session.scalars(
        select(EmployeeRow)
        .where(
            EmployeeRow.company_id == company_id,
            EmployeeRow.extension == extension,
            EmployeeRow.name != "",
            EmployeeRow.until.is_not(None),
        )
        .order_by(EmployeeRow.until.desc())
    )
    return next((row for row in rows if normalise(row.name) == normalise(name)), None)


def _arrived(
    session: Session, row: EmployeeRow | None, awaited: EmployeeRow | None
) -> EmployeeRow | None:
    """Who it is for whom accounts have waited: one who was known, or else nobody but that."""
    if row is None or awaited is None:
        return row or awaited
    rebind(session, awaited, row)
    session.delete(awaited)
    session.flush()
    return row


def _succeed(
    session: Session,
    before: EmployeeRow,
    after: EmployeeRow,
    by: Actor,
    at: datetime,
    *,
    hand_over: bool,
) -> None:
    details: dict[str, object] = {"predecessor": before.name, "successor": after.name}
    if hand_over:
        # What is yet to be taken in from that time is the successor's, too.
        after.since, before.since = before.since, at
        earlier = HoldingRow.employee_id == before.id
        session.execute(update(HoldingRow).where(earlier).values(employee_id=after.id))
        details["handed_over"] = _hand_over(session, before, after)
    else:
        details["stay"] = before.name
    company_id, extension = after.company_id, after.extension
    action = "employee.reassign"
    note(session, by, action, company_id=company_id, subject=extension, details=details)


def _hand_over(session: Session, before: EmployeeRow, after: EmployeeRow) -> int:
    """Make one person's messages another's, wherever they lie; how many were kept.

    A message that changes its place meanwhile is met at a later one: drafts become messages, and
    messages go to the trash and come back.
    """
    session.flush()
    in_trash = and_(IS_IN_TRASH, MessageRow.company_id == before.company_id)
    for place in (IS_DRAFT, CAME_TO_NOTHING):
        _give(session, place, before.id, after.id)
    kept = sum(
        _give(session, place, before.id, after.id)
        for place in (IS_QUIET, IS_LISTED_OF_EMPLOYEE, in_trash, IS_LISTED_OF_EMPLOYEE, IS_QUIET)
    )
    month_counts.hand_over(session, before.company_id, before.id, after.id)
    addressees.hand_over(session, before.company_id, before.id, after.id)
    bound = select(BindingRow.user_id).where(BindingRow.employee_id.in_([before.id, after.id]))
    for user in session.scalars(select(UserRow).where(UserRow.id.in_(bound)).order_by(UserRow.id)):
        refresh(session, user.as_user())
    of_before = NewsRow.employee_id == before.id
    session.execute(update(NewsRow).where(of_before).values(employee_id=after.id))
    return kept


def _give(
    session: Session, place: ColumnElement[bool] | TextClause, before: str, after: str
) -> int:
    """Change the messages that lie in one place, in the order in which others lock them."""
    given = 0
    some = (
        select(MessageRow.place)
        .where(place, MessageRow.employee_id == before)
        .order_by(MessageRow.place)
        .limit(GIVEN_AT_ONCE)
        .with_for_update()
    )
    while places := session.scalars(some).all():
        session.execute(
            update(MessageRow)
            .where(MessageRow.place.in_(places))
            .values(employee_id=after)
            .execution_options(synchronize_session=False)
        )
        given += len(places)
    return given

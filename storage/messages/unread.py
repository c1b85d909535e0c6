"""Which messages are new to which user.

A message is new to a user as long as there is a row that says so: made when the message is kept,
gone when the user has listened. Each who can see a message has their own.

It is *new in its mailbox* as long as its own row says so, whether anybody has an account or not:
that is what lamps count. In an employee's mailbox it follows the accounts bound to the employee,
and where there is none, whoever listens without an account; other accounts' listening changes
nothing. In the company's it follows anybody.

Reminders and digests go by the same: what is *unheard* in a mailbox is what is new in it. What was
imported was told of elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, not_, select
from sqlalchemy.orm import Session

from storage.actor import Scope, User, scope_for
from storage.database.account_tables import BindingRow, UserRow
from storage.database.employee_tables import EmployeeRow
from storage.database.tables import IS_LISTED, IS_NEW_IN_BOX, MessageRow, UnheardRow
from storage.database.upsert import insert_into
from storage.identifiers import first_place
from storage.messages.envelope import IMPORTED
from storage.messages.query import Query
from storage.messages.search.index_ranges import ranges
from storage.messages.visibility import only_company, scope_of, visible

GIVEN = 1_000
"""A new user finds new what nobody has heard among so many of the newest messages."""
MOST = 5_000
"""So many messages can be new to one user; older ones cease to be, sooner or later."""
COUNTED = 1_000
"""Counting stops here: a page shows 999+."""


def arrive(session: Session, rows: Sequence[MessageRow]) -> None:
    """Make messages new to every active user who may see them.

    Nobody can be removed while this happens: a message is never lost over that.
    """
    unassigned = any(row.company_id is None for row in rows)
    only = only_company(session) if unassigned else None
    companies = {row.company_id or only for row in rows} - {None}
    if not companies:
        return
    users = session.execute(
        select(UserRow.id, UserRow.company_id, UserRow.role)
        .where(UserRow.company_id.in_(companies), UserRow.disabled_at.is_(None))
        .order_by(UserRow.id)
        .with_for_update(read=True, key_share=True)
    ).all()
    people = {row.employee_id for row in rows} - {None}
    pairs = select(BindingRow.user_id, BindingRow.employee_id)
    bound: dict[str, list[str]] = {}
    for user_id, employee_id in session.execute(pairs.where(BindingRow.employee_id.in_(people))):
        bound.setdefault(user_id, []).append(employee_id)
    _insert(
        session,
        [
            (user.id, row.place)
            for user in users
            for scope in [scope_for(user.company_id, user.role, bound.get(user.id, ()), only)]
            for row in rows
            if scope.covers(row.company_id, row.employee_id)
        ],
    )


def refresh(session: Session, user: User) -> None:
    """Fit a user's new messages to what they may see now.

    To be called in the transaction that makes or enables them, or changes their role or
    whose messages they see.
    """
    scope = scope_of(session, user)
    hidden = (
        select(UnheardRow.place)
        .join(MessageRow, MessageRow.place == UnheardRow.place)
        .where(UnheardRow.user_id == user.id, not_(visible(scope)))
    )
    session.execute(
        delete(UnheardRow).where(UnheardRow.user_id == user.id, UnheardRow.place.in_(hidden))
    )
    newest = sorted(
        (
            row
            for index_range in ranges(Query(scope=scope))
            for row in session.execute(
                select(MessageRow.place, MessageRow.heard_at)
                .where(IS_LISTED, *index_range.conditions())
                .order_by(MessageRow.place.desc())
                .limit(GIVEN)
            )
        ),
        key=lambda row: -row.place,
    )[:GIVEN]
    mark_new(session, user.id, [row.place for row in newest if row.heard_at is None])
    _fit_boxes(session, [person.id for person in user.people])


def mark_new(session: Session, user_id: str, places: Sequence[int]) -> set[int]:
    """Make messages new to a user; those that were not."""
    return _insert(session, [(user_id, place) for place in places])


def mark_heard(session: Session, user_id: str, places: Collection[int]) -> set[int]:
    """Make messages no longer new to a user; those that were."""
    removed = delete(UnheardRow).where(UnheardRow.user_id == user_id, UnheardRow.place.in_(places))
    return set(session.scalars(removed.returning(UnheardRow.place)))


def accounts_of(session: Session, row: MessageRow, phone: str) -> Sequence[str]:
    """The ids of accounts of whom a message is heard on the phone of an extension.

    Those are of who has the extension, if the message is theirs: nobody else listens to it there.
    """
    who = session.get(EmployeeRow, row.employee_id) if phone and row.employee_id else None
    if who is None or who.until is not None or who.extension != phone:
        return []
    return session.scalars(_bound_to(who.id).order_by(UserRow.id)).all()


def mark_box(
    session: Session,
    rows: Sequence[MessageRow],
    user: User | None,
    *,
    is_new: bool,
    is_own: bool = False,
) -> list[MessageRow]:
    """Make messages new in their mailboxes or not, as far as that is the user's to decide, or
    anybody's without an account (None), or ``is_own``; those that were not so before."""
    changed = [
        row
        for row in rows
        if row.new_in_box != is_new
        and ((is_own and not user) or _decides(session, user, row.employee_id))
    ]
    for row in changed:
        row.new_in_box = is_new
    return changed


def _decides(session: Session, user: User | None, employee_id: str | None) -> bool:
    """Whether who listens does so for the mailbox."""
    if employee_id is None:
        return True
    if user is None:
        return session.scalars(_bound_to(employee_id).limit(1)).first() is None
    return any(person.id == employee_id for person in user.people)


def _bound_to(employee_id: str) -> Select[str]:
    """The users who may come in, and whose messages an employee's are."""
    return (
        select(UserRow.id)
        .join(BindingRow, BindingRow.user_id == UserRow.id)
        .where(BindingRow.employee_id == employee_id, UserRow.disabled_at.is_(None))
    )


def _fit_boxes(session: Session, people: Sequence[str]) -> None:
    """Let nothing be new in the mailboxes of people that is new in none of their accounts."""
    for employee_id in people:
        if session.scalars(_bound_to(employee_id).limit(1)).first() is None:
            continue  # there is nobody's account to go by
        new = select(UnheardRow.place).where(UnheardRow.user_id.in_(_bound_to(employee_id)))
        rows = session.scalars(
            select(MessageRow)
            .where(IS_NEW_IN_BOX, MessageRow.employee_id == employee_id)
            .where(MessageRow.place.not_in(new))
            .order_by(MessageRow.place)
            .with_for_update()
        )
        for row in rows:
            row.new_in_box = False


def mark_heard_of(session: Session, row: MessageRow, employee_id: str | None) -> bool:
    """Make a message no longer new to an employee's accounts, or (None) to anybody.

    Nor is it in its mailbox then. Whether it was new to one of them.
    """
    row.new_in_box = False
    removed = delete(UnheardRow).where(UnheardRow.place == row.place)
    if employee_id is not None:
        removed = removed.where(UnheardRow.user_id.in_(_bound_to(employee_id)))
    return bool(session.scalars(removed.returning(UnheardRow.place)).all())


def new_among(session: Session, user_id: str, places: Collection[int]) -> set[int]:
    """Those of the messages that are new to a user."""
    return set(
        session.scalars(
            select(UnheardRow.place).where(
                UnheardRow.user_id == user_id, UnheardRow.place.in_(places)
            )
        )
    )


def new_count(session: Session, user: User) -> int:
    """How many listed messages are new to a user; `COUNTED` stands for that many or more."""
    found = new_to(user, scope_of(session, user)).limit(COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def new_to(user: User, scope: Scope) -> Select[int]:
    """The places of listed messages that are new to a user: read along their own rows."""
    return (
        select(MessageRow.place)
        .join(UnheardRow, UnheardRow.place == MessageRow.place)
        .where(UnheardRow.user_id == user.id, IS_LISTED, visible(scope))
    )


def is_unheard(session: Session, message_id: str) -> bool:
    """Whether a message is listed and unheard."""
    found = select(MessageRow.place).where(MessageRow.id == message_id, IS_NEW_IN_BOX)
    return session.scalar(found) is not None


def unheard_since(company_id: str, employee_id: str | None, since: datetime) -> Select[Any]:
    """The places of what is unheard of what came since then, newest first.

    Read along rows of unheard messages alone, however many others there are.
    """
    whose = (
        MessageRow.employee_id == employee_id if employee_id else MessageRow.employee_id.is_(None)
    )
    return (
        select(MessageRow.place)
        .where(
            IS_NEW_IN_BOX,
            MessageRow.company_id == company_id,
            whose,
            MessageRow.place >= first_place(since),
            MessageRow.source != IMPORTED,
        )
        .order_by(MessageRow.place.desc())
    )


def trim(session: Session) -> None:
    """Let go of what is new to somebody who never listens, beyond the newest `MOST`."""
    overfull = session.scalars(
        select(UnheardRow.user_id).group_by(UnheardRow.user_id).having(func.count() > MOST)
    )
    for user_id in overfull.all():
        of_user = UnheardRow.user_id == user_id
        last = (
            select(UnheardRow.place)
            .where(of_user)
            .order_by(UnheardRow.place.desc())
            .offset(MOST)
            .limit(1)
            .scalar_subquery()
        )
        session.execute(delete(UnheardRow).where(of_user, UnheardRow.place <= last))


def _insert(session: Session, new: Sequence[tuple[str, int]]) -> set[int]:
    """Add rows; the places of those that were not there."""
    if not new:
        return set()
    rows = [{"user_id": user_id, "place": place} for user_id, place in sorted(new)]
    statement = insert_into(session, UnheardRow).on_conflict_do_nothing()
    added = session.connection().execute(statement.returning(UnheardRow.place), rows)
    return set(added.scalars())

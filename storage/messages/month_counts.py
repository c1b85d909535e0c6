"""How many messages each month has: kept beside the messages, so that nobody ever counts them.

Every change of what is listed changes the tallies in the same transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import ScalarSelect, delete, func, select
from sqlalchemy.orm import Session

from storage.actor import NOBODY
from storage.database.tables import IS_LISTED, AddresseeRow, MessageRow, TallyRow
from storage.database.upsert import insert_into
from storage.messages import addressees

ALL = "*"
"""The tally of a whole company."""
RECOUNTED_AT_ONCE = 500


def employee_key(employee_id: str) -> str:
    """The tally of an employee's messages."""
    return f"employee:{employee_id}"


def listed_in(company_id: str | None, key: str) -> ScalarSelect[int]:
    """How many messages a tally counts, of all months: to stand in a statement."""
    kept = select(func.coalesce(func.sum(TallyRow.kept), 0))
    return kept.where(TallyRow.company_id == company_id, TallyRow.box == key).scalar_subquery()


def count(session: Session, rows: Iterable[MessageRow], step: int) -> None:
    """Note that messages are listed from now on (step 1) or no longer (step -1)."""
    rows = list(rows)
    addressees.count(session, rows, step)
    changes: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        keys = [ALL, row.box]
        if row.employee_id is not None:
            keys.append(employee_key(row.employee_id))
        for key in keys:
            changes[row.company_id or NOBODY, key, row.day[:7]] += step
    _add(session, changes)


def hand_over(session: Session, company_id: str, before: str, after: str) -> None:
    """Count one employee's messages as another's."""
    counted = session.execute(
        delete(TallyRow)
        .where(TallyRow.company_id == company_id, TallyRow.box == employee_key(before))
        .returning(TallyRow.month, TallyRow.kept)
    )
    key = employee_key(after)
    _add(session, Counter({(company_id, key, month): kept for month, kept in counted}))


def _add(session: Session, changes: Counter[tuple[str, str, str]]) -> None:
    if not changes:
        return
    statement = insert_into(session, TallyRow)
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["company_id", "box", "month"],
            set_={"kept": TallyRow.kept + statement.excluded.kept},
        ),
        # In order, so that two transactions never wait for each other.
        [
            {"company_id": company_id, "box": box, "month": month, "kept": kept}
            for (company_id, box, month), kept in sorted(changes.items())
        ],
    )


def recount(session: Session) -> None:
    """Count all listed messages anew: where some are missing that the tallies knew."""
    session.execute(delete(TallyRow))
    session.execute(delete(AddresseeRow))
    listed = select(MessageRow).where(IS_LISTED).execution_options(yield_per=RECOUNTED_AT_ONCE)
    for rows in session.scalars(listed).partitions():
        count(session, rows, 1)


def months(session: Session, keys: Iterable[tuple[str | None, str]]) -> list[tuple[str, int]]:
    """Months that have messages and how many, newest first: the sum over (company, tally) pairs.

    A company of None stands for all of them and for messages that have none.
    """
    counted: Counter[str] = Counter()
    for company_id, key in keys:
        statement = (
            select(TallyRow.month, func.sum(TallyRow.kept))
            .where(TallyRow.box == key, TallyRow.kept > 0)
            .group_by(TallyRow.month)
        )
        if company_id is not None:
            statement = statement.where(TallyRow.company_id == company_id)
        for month, kept in session.execute(statement):
            counted[month] += int(kept)
    return sorted(counted.items(), reverse=True)

"""Messages kept aside as probably empty: the voice detector heard too little speech in them.

No detector hears everybody: whoever whispers, or speaks beside a machine, is kept here, with caller
and audio. Such a message is new to nobody and takes no place in its box. Time removes it, or
somebody makes it an ordinary one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.actor import NOBODY, SYSTEM, Scope
from storage.audit import note
from storage.database.tables import IS_QUIET, MessageRow
from storage.messages.envelope import Box
from storage.messages.events import announce
from storage.messages.query import Query
from storage.messages.search.index_ranges import IndexRange, ranges

MOST: Final = 1_000
"""So many lie aside in one box: a line that rings by itself must not fill the disk."""
COUNTED: Final = 1_000
"""Counting stops here: a page shows 999+."""


def arrive(session: Session, row: MessageRow) -> None:
    """Note that a message was kept aside; the oldest of its box go to the trash for it.

    Ends with news, as the last thing in the transaction.
    """
    box = range_of(row.company_id, row.box, row.employee_id)
    oldest = session.scalars(
        select(MessageRow)
        .where(IS_QUIET, *box.conditions(), MessageRow.held_at.is_(None))
        .where(MessageRow.restored_at.is_(None))  # who takes one back wants it longer
        .order_by(MessageRow.place.desc())
        .offset(MOST)
        .with_for_update(skip_locked=True)  # somebody deletes, accepts or holds it just now
    ).all()
    for each in oldest:
        each.deleted_at = datetime.now(UTC)
    if oldest:
        details: dict[str, object] = {"messages": len(oldest), "most": MOST, "box": row.box}
        if row.box == "employee":
            details["employee"] = row.addressee_number
        note(session, SYSTEM, "messages.retire", company_id=row.company_id, details=details)
        announce(session, "deleted", oldest)
    announce(session, "aside", [row])


def count(session: Session, scope: Scope) -> int:
    """How many lie aside that the scope covers; `COUNTED` stands for that many or more."""
    places = [
        select(MessageRow.place)
        .where(IS_QUIET, *index_range.conditions())
        .limit(COUNTED)
        .subquery()
        for index_range in ranges(Query(scope=scope, quiet=True))
    ]
    counted = sum(session.scalar(select(func.count()).select_from(each)) or 0 for each in places)
    return min(counted, COUNTED)


def boxes(session: Session) -> list[tuple[str | None, str, Box, str | None, str]]:
    """The boxes in which something lies aside.

    Company's id and name, box, and the id and a number of its employee (None and "" for the
    company's).
    """
    whose = (MessageRow.company_id, MessageRow.box, MessageRow.employee_id)
    told = (func.max(MessageRow.company), func.max(MessageRow.addressee_number))
    rows = session.execute(select(*whose, *told).where(IS_QUIET).group_by(*whose))
    return [
        (company_id, name, cast(Box, box), employee_id, number if box == "employee" else "")
        for company_id, box, employee_id, name, number in rows
    ]


def range_of(company_id: str | None, box: str, employee_id: str | None) -> IndexRange:
    """Where the messages of a box stand."""
    if company_id is None:
        return IndexRange(NOBODY)
    return IndexRange(company_id, box, None, employee_id)

"""Since when somebody is told of a mailbox: of what came before, nothing is sent."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select, tuple_
from sqlalchemy.orm import Session

from storage.database.delivery_tables import DestinationRow, ReadNewsRow
from storage.database.tables import NewsRow
from storage.database.upsert import insert_into
from storage.office import Office
from storage.people import present

NOTIFICATIONS = "notifications"
"""Who reads the news to tell the destinations: from the first one on."""
COMPANY = ""
"""Stands for the company's own mailbox, where others are an employee's."""


def note_destinations(session: Session, company_id: str, office: Office) -> None:
    """Note those that are new, and forget those that are gone, in the change's transaction.

    After `storage.companies.succession.follow`: they are the people's, whose extensions change.
    """
    people = {row.extension: row.id for row in present(session, company_id)}
    lists = {people[extension]: who.notify for extension, who in office.employees.items()}
    lists[COMPANY] = office.voicemail.notify
    wanted = {(mailbox, each.key) for mailbox, list_ in lists.items() for each in list_ or ()}
    of_company = DestinationRow.company_id == company_id
    columns = select(DestinationRow.mailbox, DestinationRow.destination).where(of_company)
    there = {(row.mailbox, row.destination) for row in session.execute(columns)}
    if gone := there - wanted:
        pair = tuple_(DestinationRow.mailbox, DestinationRow.destination)
        session.execute(delete(DestinationRow).where(of_company, pair.in_(gone)))
    if new := wanted - there:
        since = session.scalar(select(func.max(NewsRow.seq))) or 0
        rows = [
            {"company_id": company_id, "mailbox": mailbox, "destination": key, "since": since}
            for mailbox, key in sorted(new)
        ]
        session.execute(insert(DestinationRow), rows)
        begin_reading(session, since)


def begin_reading(session: Session, seq: int) -> None:
    """Have the news read from there on, where there was nobody to tell so far."""
    first = {"reader": NOTIFICATIONS, "seq": seq}
    statement = insert_into(session, ReadNewsRow).on_conflict_do_nothing()
    session.connection().execute(statement, [first])

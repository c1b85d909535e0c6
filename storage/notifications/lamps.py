"""What the lamps of phones should show: for each of Asterisk's mailboxes, how many messages.

An employee's phone names the employee's mailbox, and shows the company's new messages as well where
the configuration says so (`company_lamp`). Which messages are new in a mailbox is told by
`storage.messages.unread`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.companies.directory import Directory, Site
from storage.companies.mailbox_contexts import OF_COMPANY
from storage.database.employee_tables import EmployeeRow
from storage.database.engine import Database
from storage.database.tables import IS_NEW_IN_BOX, AddresseeRow, MessageRow

Box = tuple[str, str | None]
"""A mailbox by its company's id and its employee's; None is the company's own."""

MOST: Final = 999
"""More are not shown."""
MANY: Final = 20
"""Mailboxes that are counted one by one."""


@dataclass(frozen=True)
class Count:
    """The messages of a mailbox: those that are new in it, and the other listed ones."""

    new: int = 0
    old: int = 0


@dataclass(frozen=True)
class Lamp:
    """The lamp of the phones that name a ``mailbox``, and what is counted for it.

    ``extension`` and ``name`` are whose it is, "" for the company's own. For an extension that
    nobody has any more nothing is counted: a lamp may still be on.
    """

    mailbox: str
    company_id: str
    extension: str
    name: str
    boxes: tuple[Box, ...]

    def count(self, counts: Mapping[Box, Count]) -> Count:
        """What it shows, where the mailboxes hold so much."""
        found = [counts[box] for box in self.boxes if box in counts]
        new, old = (sum(one.new for one in found), sum(one.old for one in found))
        return Count(min(new, MOST), min(old, MOST))


class Lamps:
    """Reads them. Synchronous and safe to use from many threads.

    All methods raise DatabaseUnavailable.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, directory: Directory) -> list[Lamp]:
        """All lamps there can be, in the order of companies and their employees."""
        with self._database.reading() as session:
            return [one for site in directory.offices.values() for one in _of(session, site)]

    def counts(self, boxes: Collection[Box] | None = None) -> dict[Box, Count]:
        """The messages of these mailboxes, or of all; empty ones may be missing.

        Where many are asked for, all are counted at once.
        """
        with self._database.reading() as session:
            if boxes is None or len(boxes) > MANY:
                return _all(session)
            return {box: _one(session, *box) for box in boxes}


def _all(session: Session) -> dict[Box, Count]:
    whose = (MessageRow.company_id, MessageRow.employee_id)
    new = select(*whose, func.count()).where(IS_NEW_IN_BOX, MessageRow.company_id.is_not(None))
    whose_kept = (AddresseeRow.company_id, AddresseeRow.employee_id)
    kept = select(*whose_kept, func.sum(AddresseeRow.kept)).where(AddresseeRow.company_id != "")
    new_in = _by_box(session, new.group_by(*whose))
    kept_in = _by_box(session, kept.group_by(*whose_kept))
    boxes = new_in.keys() | kept_in.keys()
    return {box: _count(new_in.get(box, 0), kept_in.get(box, 0)) for box in boxes}


def _one(session: Session, company_id: str, employee_id: str | None) -> Count:
    newest = (
        select(MessageRow.place)
        .where(IS_NEW_IN_BOX, MessageRow.company_id == company_id)
        .where(_is_whose(MessageRow.employee_id, employee_id))
        .limit(MOST)
        .subquery()
    )
    kept = (
        select(func.sum(AddresseeRow.kept))
        .where(AddresseeRow.company_id == company_id)
        .where(AddresseeRow.box == ("employee" if employee_id else "company"))
        .where(_is_whose(AddresseeRow.employee_id, employee_id))
    )
    new = session.scalar(select(func.count()).select_from(newest)) or 0
    return _count(new, session.scalar(kept) or 0)


def _count(new: int, kept: int) -> Count:
    return Count(min(new, MOST), min(max(kept - new, 0), MOST))


def _is_whose(
    column: InstrumentedAttribute[str | None], employee_id: str | None
) -> ColumnElement[bool]:
    return column.is_(None) if employee_id is None else column == employee_id


def _of(session: Session, site: Site) -> Iterator[Lamp]:
    company, context = (site.company_id, None), site.mailbox_context
    there: dict[str, str] = {}
    gone: set[str] = set()
    of_company = EmployeeRow.company_id == site.company_id
    for who in session.scalars(select(EmployeeRow).where(of_company)):
        if who.until is None:
            there[who.extension] = who.id
        else:
            gone.add(who.extension)
    yield Lamp(f"{OF_COMPANY}@{context}", site.company_id, "", "", (company,))
    for extension, employee in site.office.employees.items():
        if extension in there:
            own = (site.company_id, there[extension])
            boxes = (own, company) if employee.company_lamp else (own,)
            yield Lamp(f"{extension}@{context}", site.company_id, extension, employee.name, boxes)
    for extension in sorted(gone - site.office.employees.keys()):
        yield Lamp(f"{extension}@{context}", site.company_id, extension, "", ())


def _by_box(session: Session, counted: Select[str | None, str | None, int]) -> dict[Box, int]:
    return {
        (company_id, employee_id): int(number)
        for company_id, employee_id, number in session.execute(counted)
        if company_id is not None
    }

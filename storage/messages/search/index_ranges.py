"""Where messages stand: the ranges of indexes that a query is answered from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from storage.actor import NOBODY, ScopePart
from storage.database.tables import MessageRow
from storage.messages import month_counts
from storage.messages.query import Query


@dataclass(frozen=True)
class IndexRange:
    """Messages that stand together in one index: of a company, a box, a number, an employee.

    None means any; `NOBODY` is the company of messages that have none.
    """

    company_id: str | None = None
    box: str | None = None
    number: str | None = None
    employee_id: str | None = None

    @property
    def key(self) -> str:
        """The tally that counts them."""
        if self.employee_id is not None:
            return month_counts.employee_key(self.employee_id)
        return self.box or month_counts.ALL

    def holds(self, company_id: str, box: str, number: str | None, employee_id: str | None) -> bool:
        """Whether messages of that mailbox stand on it."""
        if self.employee_id is not None:
            return self.employee_id == employee_id
        pairs = ((self.company_id, company_id), (self.box, box), (self.number, number))
        return all(wanted in (None, is_) for wanted, is_ in pairs)

    def conditions(
        self, *, as_filter: bool = False, listed: bool = True
    ) -> list[ColumnElement[bool]]:
        """What their rows have in common.

        ``as_filter`` says it in a way that no database looks up in an index: for rows that are
        found by something better. What is not ``listed`` is found by its company.
        """
        columns = (MessageRow.company_id, MessageRow.box, MessageRow.addressee_number)
        wanted: tuple[str | None, ...] = (self.company_id, self.box, self.number)
        if self.employee_id is not None:
            employee = MessageRow.employee_id.expression
            if listed and not as_filter:
                return [employee == self.employee_id]
            wanted = (self.company_id, None, None)
        conditions = [
            _equal(apart(column.expression) if as_filter else column.expression, value)
            for column, value in zip(columns, wanted, strict=True)
            if value is not None
        ]
        if self.employee_id is not None:
            conditions.append(apart(MessageRow.employee_id.expression) == self.employee_id)
        return conditions


def ranges(query: Query) -> list[IndexRange]:
    """Where a query's messages stand; none for what its scope does not cover.

    ``people`` says who its ``employee`` is: see `storage.messages.search.find`.
    """
    return [index_range for part in query.scope.parts for index_range in _ranges_in(part, query)]


def _ranges_in(part: ScopePart, query: Query) -> list[IndexRange]:
    """Where those of a query's messages stand that are in a part of its scope."""
    if (query.deleted or query.held) and not part.with_trash:
        return []  # what is on hold is asked for wherever it is
    if query.box == "unassigned" or part.company_id == NOBODY:
        asked = query.box in (None, "unassigned") and query.people is None
        there = part.company_id in (None, NOBODY) and part.people is None
        return [IndexRange(NOBODY)] if asked and there else []
    people = query.people
    if part.people is not None:
        seen = dict.fromkeys(part.people)
        people = tuple(one for one in seen if people is None or one in people)
    if people is None:
        return [IndexRange(part.company_id, query.box)]
    if query.box == "company":
        return []
    return [IndexRange(part.company_id, "employee", None, one) for one in people]


def apart(column: ColumnElement[Any]) -> ColumnElement[str]:
    """A column's value, as something that no index knows."""
    return column.concat("")


def _equal(column: ColumnElement[Any], value: str) -> ColumnElement[bool]:
    return column.is_(None) if value == NOBODY else column == value

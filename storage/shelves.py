"""Where messages stand: the ranges of indexes that a query is answered from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from storage import tally
from storage.actor import EVERYTHING
from storage.models import MessageRow
from storage.query import Query


@dataclass(frozen=True)
class Shelf:
    """Messages that stand together in one index: of a company, a box, an addressee.

    None means any; `tally.UNASSIGNED` is the company of messages that have none.
    """

    company_id: str | None = None
    box: str | None = None
    number: str | None = None

    @property
    def key(self) -> str:
        """The tally that counts them."""
        if self.number is not None:
            return tally.employee_key(self.number)
        return self.box or tally.ALL

    def holds(self, company_id: str, box: str, number: str) -> bool:
        """Whether messages of that mailbox stand on it."""
        pairs = ((self.company_id, company_id), (self.box, box), (self.number, number))
        return all(wanted in (None, is_) for wanted, is_ in pairs)

    def conditions(self, *, as_filter: bool = False) -> list[ColumnElement[bool]]:
        """What their rows have in common.

        ``as_filter`` says it in a way that no database looks up in an index: for rows that are
        found by something better.
        """
        columns = (MessageRow.company_id, MessageRow.box, MessageRow.addressee_number)
        wanted = (self.company_id, self.box, self.number)
        return [
            _equal(apart(column.expression) if as_filter else column.expression, value)
            for column, value in zip(columns, wanted, strict=True)
            if value is not None
        ]


def shelves(query: Query) -> list[Shelf]:
    """Where a query's messages stand; none for what its scope does not cover."""
    scope = query.scope
    if query.box == "unassigned":
        shown = scope.unassigned or scope == EVERYTHING
        return [Shelf(tally.UNASSIGNED)] if shown and query.employee is None else []
    if scope.extensions is not None:
        if query.box == "company" or query.deleted or query.held:
            return []
        wanted = (n for n in dict.fromkeys(scope.extensions) if query.employee in (None, n))
        return [Shelf(scope.company_id, "employee", number) for number in wanted]
    if query.employee is not None:
        own = query.box != "company"
        return [Shelf(scope.company_id, "employee", query.employee)] if own else []
    found = [Shelf(scope.company_id, query.box)]
    if scope.unassigned and query.box is None:
        found.append(Shelf(tally.UNASSIGNED))
    return found


def apart(column: ColumnElement[Any]) -> ColumnElement[str]:
    """A column's value, as something that no index knows."""
    return column.concat("")


def _equal(column: ColumnElement[Any], value: str) -> ColumnElement[bool]:
    return column.is_(None) if value == tally.UNASSIGNED else column == value

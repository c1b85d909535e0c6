"""What the messages of a mailbox are found by, once for each mailbox.

All messages of a mailbox bear the same addressee's name and numbers. Looking here first, a search
for them is a list of the mailboxes that are called so, and needs no index of a million copies.
A mailbox whose owner was renamed has a row for each name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import cast

from sqlalchemy import case, delete, select
from sqlalchemy.orm import Session

from storage.database.tables import AddresseeRow, MessageRow
from storage.database.upsert import insert_into
from storage.messages.envelope import Box
from storage.words.terms import Terms, leftover

MailboxKey = tuple[str, str, str | None, str | None]
"""Company's id ("" for none), box, and the number of the company's or the employee's id."""


_COLUMNS = ("company_id", "box", "number", "words", "employee_id")


@dataclass(frozen=True)
class Addressee:
    """Messages of one mailbox under one name: ``kept`` of them; none is above ``newest``."""

    mailbox: MailboxKey
    words: str
    kept: int
    newest: int

    def leaves(self, terms: Terms) -> Terms:
        """The terms that the caller has to match, as this addressee does not."""
        return leftover(terms, self.words)


def count(session: Session, rows: Sequence[MessageRow], step: int) -> None:
    """Note that messages are listed from now on (step 1) or no longer (step -1)."""
    _add(session, _values((row, row.addressee_words, step) for row in rows))


def reword(session: Session, words: Mapping[MessageRow, str]) -> None:
    """Note that listed messages are found by other words from now on; rows are not changed."""
    before = ((row, row.addressee_words, -1) for row in words)
    after = ((row, others, 1) for row, others in words.items())
    # At once, so that all are locked in one order: see `_add`.
    _add(session, _values(chain(before, after)))


def _values(
    changes: Iterable[tuple[MessageRow, str, int]],
) -> dict[str, dict[str, str | int | None]]:
    """How many more messages are found by the words, by the keys of the rows that count them."""
    values: dict[str, dict[str, str | int | None]] = {}
    for row, words, step in changes:
        texts = (row.company_id or "", row.box, row.addressee_number, words)
        key = key_of(*texts, row.employee_id)
        value = values.setdefault(key, {"key": key, "kept": 0, "newest": row.place})
        value.update(zip(_COLUMNS, (*texts, row.employee_id), strict=True))
        value["kept"] = int(value["kept"] or 0) + step
        value["newest"] = max(int(value["newest"] or 0), row.place)
    return values


def hand_over(session: Session, company_id: str, before: str, after: str) -> None:
    """Have one employee's messages found as another's, by the name that they bear."""
    there = AddresseeRow
    of_employee = (there.company_id == company_id, there.box == "employee")
    rows = session.execute(
        delete(there)
        .where(*of_employee, there.employee_id == before)
        .returning(there.number, there.words, there.kept, there.newest)
    )
    values: dict[str, dict[str, str | int | None]] = {}
    for number, words, kept, newest in rows:
        texts = (company_id, "employee", number, words)
        key = key_of(*texts, after)
        values[key] = {"key": key, "kept": kept, "newest": newest}
        values[key] |= dict(zip(_COLUMNS, (*texts, after), strict=True))
    _add(session, values)


def _add(session: Session, values: dict[str, dict[str, str | int | None]]) -> None:
    if not values:
        return
    statement = insert_into(session, AddresseeRow)
    there, new = AddresseeRow, statement.excluded
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "kept": there.kept + new.kept,
                "newest": case((new.newest > there.newest, new.newest), else_=there.newest),
            },
        ),
        # In order, so that two transactions never wait for each other in a circle.
        [values[key] for key in sorted(values)],
    )


def on(
    session: Session,
    company_id: str | None,
    box: str | None,
    number: str | None,
    employee_id: str | None,
) -> list[Addressee]:
    """The addressees of a company, a box, a number, an employee; None means any."""
    wanted = {"company_id": company_id, "box": box, "number": number, "employee_id": employee_id}
    rows = session.execute(
        select(AddresseeRow.__table__)
        .where(AddresseeRow.kept > 0)
        .filter_by(**{name: value for name, value in wanted.items() if value is not None})
    )
    return [
        Addressee(
            (row.company_id, row.box, None if row.employee_id else row.number, row.employee_id),
            row.words,
            row.kept,
            row.newest,
        )
        for row in rows
    ]


def key_of(
    company_id: str, box: str, number: str, words: str, employee_id: str | None = None
) -> str:
    """What identifies an addressee."""
    texts = (company_id, box, number, words, *([employee_id] if employee_id else []))
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def boxes(session: Session, company_id: str) -> list[tuple[Box, str | None]]:
    """The boxes of a company that have listed messages: each with the id of its employee."""
    rows = session.execute(
        select(AddresseeRow.box, AddresseeRow.employee_id).where(
            AddresseeRow.company_id == company_id, AddresseeRow.kept > 0
        )
    )
    found = {(box, employee_id) for box, employee_id in rows}
    return [(cast(Box, box), who) for box, who in sorted(found, key=lambda each: each[1] or "")]

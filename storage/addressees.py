"""What the messages of a mailbox are found by, once for each mailbox.

All messages of a mailbox bear the same addressee's name and numbers. Looking here first, a search
for them is a list of the mailboxes that are called so, and needs no index of a million copies.
A mailbox whose owner was renamed has a row for each name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from storage.models import AddresseeRow, MessageRow
from storage.rows import Box
from storage.text import Terms, leftover
from storage.upsert import insert_into

Mailbox = tuple[str, str, str]
"""Company's id ("" for none), box and number."""


@dataclass(frozen=True)
class Addressee:
    """Messages of one mailbox under one name: ``kept`` of them; none is above ``newest``."""

    mailbox: Mailbox
    words: str
    kept: int
    newest: int

    def leaves(self, terms: Terms) -> Terms:
        """The terms that the caller has to match, as this addressee does not."""
        return leftover(terms, self.words)


def count(session: Session, rows: Sequence[MessageRow], step: int) -> None:
    """Note that messages are listed from now on (step 1) or no longer (step -1)."""
    values: dict[str, dict[str, str | int]] = {}
    for row in rows:
        texts = (row.company_id or "", row.box, row.addressee_number, row.addressee_words)
        key = key_of(*texts)
        value = values.setdefault(key, {"key": key, "kept": 0, "newest": row.place})
        value.update(zip(("company_id", "box", "number", "words"), texts, strict=True))
        value["kept"] = int(value["kept"]) + step
        value["newest"] = max(int(value["newest"]), row.place)
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
    session: Session, company_id: str | None, box: str | None, number: str | None
) -> list[Addressee]:
    """The addressees of a company, a box, a number; None means any."""
    wanted = {"company_id": company_id, "box": box, "number": number}
    rows = session.execute(
        select(
            *(AddresseeRow.company_id, AddresseeRow.box, AddresseeRow.number),
            *(AddresseeRow.words, AddresseeRow.kept, AddresseeRow.newest),
        )
        .where(AddresseeRow.kept > 0)
        .filter_by(**{name: value for name, value in wanted.items() if value is not None})
    )
    return [Addressee((row[0], row[1], row[2]), row[3], row[4], row[5]) for row in rows]


def key_of(company_id: str, box: str, number: str, words: str) -> str:
    """What identifies an addressee."""
    return hashlib.sha256("\0".join((company_id, box, number, words)).encode()).hexdigest()


def boxes(session: Session, company_id: str) -> list[tuple[Box, str]]:
    """The boxes of a company that have listed messages: each with the extension of its employee."""
    rows = session.execute(
        select(AddresseeRow.box, AddresseeRow.number).where(
            AddresseeRow.company_id == company_id, AddresseeRow.kept > 0
        )
    )
    found = {(box, number if box == "employee" else "") for box, number in rows}
    return [(cast(Box, box), number) for box, number in sorted(found)]

"""A company that has kept very many messages: written straight into the database.

The rows are what calls would have left, but for the audio, which no list reads.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from storage.database import Database
from storage.directory import Site
from storage.identifiers import first_place, new_id
from storage.mailboxes import company_mailbox, employee_mailbox
from storage.models import MessageRow, TallyRow, UnheardRow
from storage.rows import new_row
from storage.tally import ALL, employee_key

YEARS: Final = 3
"""The messages are spread over so much time, whatever their number."""
BATCH: Final = 5_000
NEW: Final = 20
"""Messages that are new to each user."""
COLUMNS: Final = tuple(column.key for column in MessageRow.__table__.columns)


def fill(database: Database, site: Site, users: list[str], count: int) -> None:
    """Write ``count`` messages, and for ``users`` (ids) which of them are new."""
    chance = random.Random(count)
    newest = datetime.now(UTC)
    step = timedelta(days=365 * YEARS) / count
    rows = _rows(site, newest, step, count, chance)
    tallies: dict[tuple[str, str], int] = {}
    first: list[int] = []
    while batch := list(islice(rows, BATCH)):
        first = first or [row["place"] for row in batch[:NEW]]
        for row in batch:
            for box in _tallied(row):
                tallies[box, row["day"][:7]] = tallies.get((box, row["day"][:7]), 0) + 1
        with database.session() as session:
            session.execute(insert(MessageRow), batch)
    with database.session() as session:
        _count(session, site, tallies)
        session.execute(
            insert(UnheardRow),
            [{"user_id": user, "place": place} for user in users for place in first],
        )


def _rows(
    site: Site, newest: datetime, step: timedelta, count: int, chance: random.Random
) -> Iterator[dict[str, Any]]:
    boxes = [company_mailbox(site, number) for number in site.office.numbers]
    boxes += [employee_mailbox(site, extension) for extension in site.office.employees]
    for index in range(count):
        at = newest - step * index
        row = new_row(
            chance.choice(boxes),
            message_id=new_id(at),
            received_at=at,
            caller_number=f"79{chance.randrange(10**9):09}",
            caller_name="",
            dialled=next(iter(site.office.numbers)),
            source="ari",
            call_id="",
            min_speech=1.0,
        )
        row.place = first_place(at) | index % (1 << 20)
        row.state, row.duration, row.speech, row.size = "kept", 12.5, 10.0, 200_044
        row.sha256, row.peaks, row.audio_key = "0" * 64, bytes(256), f"{row.id}.wav"
        row.heard_at = None if index < NEW else at
        yield {column: getattr(row, column) for column in COLUMNS}


def _tallied(row: dict[str, Any]) -> tuple[str, ...]:
    own = (employee_key(row["addressee_number"]),) if row["box"] == "employee" else ()
    return (ALL, row["box"], *own)


def _count(session: Session, site: Site, tallies: dict[tuple[str, str], int]) -> None:
    session.execute(
        insert(TallyRow),
        [
            {"company_id": site.company_id, "box": box, "month": month, "kept": kept}
            for (box, month), kept in tallies.items()
        ],
    )

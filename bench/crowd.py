"""A company that has kept very many messages: written straight into the database.

The rows are what calls would have left, but for the audio, which no list reads.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, create_engine, insert, text
from sqlalchemy.orm import Session

from storage.companies.directory import Site
from storage.database.engine import Database
from storage.database.tables import MessageRow, UnheardRow
from storage.identifiers import first_place, new_id
from storage.intake.mailboxes import company_mailbox, employee_mailbox
from storage.messages import month_counts
from storage.messages.envelope import new_envelope, new_row
from storage.people import address

YEARS: Final = 3
"""The messages are spread over so much time, whatever their number."""
BATCH: Final = 20_000
NEW: Final = 20
"""Messages that are new to each user."""
IN_TRASH: Final = 100
"""Of the newest messages, one of so many is in the trash."""
TRASHED: Final = 60

Row = dict[str, Any]
COLUMNS: Final = tuple(column.key for column in MessageRow.__table__.columns)


def fill(database: Database, site: Site, users: list[str], count: int) -> None:
    """Write ``count`` messages, and for ``users`` (ids) which of their newest are new to them."""
    chance = random.Random(count)
    with database.session() as session:
        templates = _templates(session, site)
    kept: Counter[tuple[int, str]] = Counter()
    highest: dict[tuple[int, str], int] = {}
    newest: list[int] = []
    engine = create_engine(database.url)
    with engine.begin() as connection, _search_built_afterwards(connection):
        rows = _rows(templates, count, chance)
        while batch := list(islice(rows, BATCH)):
            for kind, row in batch:
                if row["deleted_at"] is None:
                    month = row["day"][:7]
                    kept[kind, month] += 1
                    highest[kind, month] = row["place"]
                    newest = [*newest[-NEW + 1 :], row["place"]]
            _write(connection, [row for _, row in batch])
    engine.dispose()
    with database.session() as session:
        for (kind, month), number in kept.items():
            place, day = highest[kind, month], f"{month}-01"
            counted = MessageRow(**(templates[kind] | {"place": place, "day": day}))
            month_counts.count(session, [counted], number)
        if unheard := [{"user_id": user, "place": place} for user in users for place in newest]:
            session.execute(insert(UnheardRow), unheard)
    _analyse(database)


def _templates(session: Session, site: Site) -> list[Row]:
    """A message of each mailbox."""
    boxes = [company_mailbox(site, number) for number in site.office.numbers]
    boxes += [employee_mailbox(site, extension) for extension in site.office.employees]
    templates = []
    for box in boxes:
        dialled = next(iter(site.office.numbers))
        row = new_row(
            new_envelope(
                box, caller_number="", dialled=dialled, source="ari", call_id="", min_speech=1.0
            )
        )
        address(session, row)
        row.state, row.duration, row.speech, row.size = "kept", 12.5, 10.0, 200_044
        row.sha256, row.peaks = "0" * 64, bytes(256)
        templates.append({column: getattr(row, column) for column in COLUMNS})
    return templates


def _rows(templates: list[Row], count: int, chance: random.Random) -> Iterator[tuple[int, Row]]:
    """Messages, oldest first, each with the number of its template."""
    now = datetime.now(UTC)
    step = timedelta(days=365 * YEARS) / count
    for age in range(count - 1, -1, -1):
        at = now - step * age
        kind = chance.randrange(len(templates))
        caller = f"79{chance.randrange(10**9):09}"
        message_id = new_id(at)
        in_trash = age % IN_TRASH == IN_TRASH - 1 and age < IN_TRASH * TRASHED
        row = templates[kind] | {
            "place": first_place(at) | (count - age) % (1 << 20),
            "id": message_id,
            "audio_key": f"{message_id}.wav",
            "received_at": at,
            # The hours that a zone is ahead change the day of a few: nothing that is measured.
            "day": f"{at:%Y-%m-%d}",
            "caller_number": caller,
            "caller_words": f"{caller} 8{caller[1:]}",
            "heard_at": None if age < NEW else at,
            "new_in_box": age < NEW,
            "deleted_at": now if in_trash else None,
        }
        yield kind, row


def _write(connection: Connection, rows: list[Row]) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(insert(MessageRow), rows)
        return
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY messages ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(tuple(row.values()))


@contextmanager
def _search_built_afterwards(connection: Connection) -> Iterator[None]:
    """Write without the search index, then make it of everything."""
    if connection.dialect.name == "sqlite":
        catalogue = "SELECT sql FROM sqlite_master WHERE name = :name"
        name, drop = "message_search_insert", "DROP TRIGGER message_search_insert"
        after = "INSERT INTO message_search (message_search) VALUES ('rebuild')"
    else:
        catalogue = "SELECT indexdef FROM pg_indexes WHERE indexname = :name"
        name, drop = "ix_messages_search", "DROP INDEX ix_messages_search"
        after = "SET LOCAL maintenance_work_mem = '512MB'"
    made_by = str(connection.execute(text(catalogue), {"name": name}).scalar_one())
    connection.execute(text(drop))
    yield
    connection.execute(text(after))
    connection.exec_driver_sql(made_by)


def _analyse(database: Database) -> None:
    """What a database does by itself in time."""
    with database.session() as session:
        session.execute(text("ANALYZE"))

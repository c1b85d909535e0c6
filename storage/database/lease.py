"""A lease: which process does what one at a time is to do.

It is a row that its holder renews. Nobody compares clocks: who wants the lease looks at the row now
and then, and takes it when it has stood still for too long by a clock of their own. How long that
is, and what the lease is for, say those who use it (`commands.loops.housekeeping`).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Executable, String, Text, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database.engine import Database
from storage.database.tables import Base, UtcDateTime
from storage.database.upsert import insert_into

FORGOTTEN: Final = timedelta(days=7)
"""A lease that nobody renews any more goes after that: its home is no more."""


class LeaseRow(Base):
    """Who holds a lease, or held it last; ``instance`` is "" where it was given back."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    instance: Mapped[str] = mapped_column(String(36))
    role: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    renewed_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Entry:
    """What the row says: ``role`` and ``place`` (machine and process) are for people."""

    instance: str
    role: str
    place: str
    since: datetime
    renewed_at: datetime

    @property
    def is_free(self) -> bool:
        """Whether it was given back."""
        return not self.instance


def read(database: Database, name: str) -> Entry | None:
    """Who holds the lease, or held it last. Raises DatabaseUnavailable."""
    with database.reading() as session:
        row = session.get(LeaseRow, name)
        if row is None:
            return None
        return Entry(row.instance, row.role, row.place, row.since, row.renewed_at)


class Lease:
    """One process's claim. All methods raise DatabaseUnavailable."""

    def __init__(self, database: Database, name: str, *, role: str, place: str) -> None:
        self._database = database
        self._name = name
        self._role = role
        self._place = place
        self._instance = str(uuid.uuid4())

    def read(self) -> Entry | None:
        """The row as it is now."""
        return read(self._database, self._name)

    def take(self, seen: Entry | None) -> bool:
        """Take it, if it still is as it was seen; of several who try, one has it."""
        now = datetime.now(UTC)
        ours = {
            "instance": self._instance,
            "role": self._role,
            "place": self._place,
            "since": now,
            "renewed_at": now,
        }
        with self._database.session() as session:
            session.execute(delete(LeaseRow).where(LeaseRow.renewed_at < now - FORGOTTEN))
            if seen is None:
                new = insert_into(session, LeaseRow).on_conflict_do_nothing()
                return _did_one(session, new.values(name=self._name, **ours))
            as_seen = (
                LeaseRow.name == self._name,
                LeaseRow.instance == seen.instance,
                LeaseRow.renewed_at == seen.renewed_at,
            )
            return _did_one(session, update(LeaseRow).where(*as_seen).values(ours))

    def renew(self) -> bool:
        """Tell the others that we are there; False where it is somebody else's by now."""
        return self._change(renewed_at=datetime.now(UTC))

    def give_back(self) -> None:
        """Let others have it at once, if it is ours still."""
        self._change(instance="")

    def _change(self, **values: object) -> bool:
        ours = (LeaseRow.name == self._name, LeaseRow.instance == self._instance)
        with self._database.session() as session:
            return _did_one(session, update(LeaseRow).where(*ours).values(**values))


def _did_one(session: Session, statement: Executable) -> bool:
    """Whether the statement wrote a row."""
    done = session.connection().execute(statement, execution_options={"preserve_rowcount": True})
    return done.rowcount == 1

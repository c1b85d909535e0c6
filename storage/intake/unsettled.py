"""What an operator wants to know of the messages: what is not settled, and what came lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from storage.database.engine import Database
from storage.database.tables import IS_DRAFT, MessageRow


@dataclass(frozen=True)
class Unsettled:
    """Recordings begun and not settled, those of calls in progress included."""

    drafts: int
    oldest: datetime | None


def unsettled(database: Database) -> Unsettled:
    """The unsettled drafts, found by an index of nothing else. Raises DatabaseUnavailable."""
    with database.reading() as session:
        drafts, oldest = session.execute(
            select(func.count(), func.min(MessageRow.received_at)).where(IS_DRAFT)
        ).one()
        return Unsettled(drafts, oldest)


def newest_kept(database: Database) -> datetime | None:
    """When the newest kept message was left. Raises DatabaseUnavailable."""
    newest = select(MessageRow.received_at).where(MessageRow.state == "kept")
    with database.reading() as session:
        return session.scalar(newest.order_by(MessageRow.place.desc()).limit(1))


def quiet_lately(database: Database, newest: int) -> tuple[int, int]:
    """How many of the newest messages that callers left are probably empty, and of how many.

    Raises DatabaseUnavailable.
    """
    latest = (
        select(MessageRow.quiet)
        .where(MessageRow.state == "kept", MessageRow.source != "import")
        .order_by(MessageRow.place.desc())
        .limit(newest)
    )
    with database.reading() as session:
        found = session.scalars(latest).all()
    return sum(found), len(found)

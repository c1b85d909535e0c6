"""What came lately, as an operator wants to know it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from storage.database.engine import Database
from storage.database.tables import MessageRow
from storage.messages.envelope import IMPORTED


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
        .where(MessageRow.state == "kept", MessageRow.source != IMPORTED)
        .order_by(MessageRow.place.desc())
        .limit(newest)
    )
    with database.reading() as session:
        found = session.scalars(latest).all()
    return sum(found), len(found)

"""Messages for numbers that no company has: how many callers left, and for which numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from storage.database.engine import Database
from storage.database.tables import IS_UNASSIGNED, MessageRow
from storage.identifiers import first_place
from storage.messages.envelope import IMPORTED
from storage.text import storable

A_DAY: Final = timedelta(days=1)


class Unassigned:
    """Messages that no company could be found for. Safe to use from many threads.

    All methods raise DatabaseUnavailable. Imported messages do not count: no caller left them now.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def calls_lately(self, caller_number: str) -> tuple[int, int]:
        """In how many calls of the last day such messages were left: by this caller, and in all.

        Those who speak just now count. Callers who withhold their numbers are one caller.
        """
        call = MessageRow.call_id.distinct()
        of_caller = MessageRow.caller_number == storable(caller_number)
        counted = select(func.count(call).filter(of_caller), func.count(call)).where(
            IS_UNASSIGNED,
            MessageRow.place >= first_place(datetime.now(UTC) - A_DAY),
            MessageRow.state.in_(("recording", "kept")),
            MessageRow.source != IMPORTED,
        )
        with self._database.reading() as session:
            found = session.execute(counted).one()
            return found[0], found[1]

    def numbers_lately(self, days: int) -> dict[str, int]:
        """The numbers that were dialled for messages of so many days, most messages first.

        What was deleted since, or is probably empty, does not count.
        """
        messages = func.count()
        counted = (
            select(MessageRow.dialled, messages)
            .where(
                IS_UNASSIGNED,
                MessageRow.place >= first_place(datetime.now(UTC) - timedelta(days=days)),
                MessageRow.state == "kept",
                MessageRow.deleted_at.is_(None),
                MessageRow.quiet.is_(False),
                MessageRow.source != IMPORTED,
            )
            .group_by(MessageRow.dialled)
            .order_by(messages.desc(), MessageRow.dialled)
        )
        with self._database.reading() as session:
            return {row[0]: row[1] for row in session.execute(counted)}

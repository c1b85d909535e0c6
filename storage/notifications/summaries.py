"""What a delivery tells that is about many messages: a digest, or what was more than an hour takes.

Looked up with each try, so that nobody is told of what they have heard since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.database.delivery_tables import DestinationRow, OwnAddressRow
from storage.database.engine import Database
from storage.messages.message import Message
from storage.messages.repository import MessageRepository
from storage.notifications import limit
from storage.notifications.delivery import DIGEST, MORE, Delivery
from storage.office.told import COMPANY

LINES: Final = 30
"""Messages that are told one by one; of others it is told how many there are."""
LOOKED_UP: Final = 200
"""More than are told, as some may be gone."""
_EVER: Final = datetime.fromtimestamp(0, UTC)
SUMMARIES: Final = (DIGEST, MORE)
"""The events of such deliveries."""


@dataclass(frozen=True)
class Summary:
    """Messages, the newest first, and how many there are to tell of in all.

    ``count`` of a digest ends at `storage.messages.unread.COUNTED` (1000): "or more". ``since`` is
    when the destination was set, where older ones are unheard too: of these it is told nothing.
    """

    event: str
    messages: Sequence[Message]
    count: int
    since: datetime | None = None


def summary_of(database: Database, messages: MessageRepository, delivery: Delivery) -> Summary:
    """What there is to tell now; a count of 0 where that is nothing. Raises DatabaseUnavailable."""
    if delivery.event == DIGEST:
        with database.reading() as session:
            since = _told_since(session, delivery)
        if since is None:
            return Summary(DIGEST, (), 0)
        box = delivery.company_id, delivery.employee_id
        found, count = messages.unheard_since(*box, since, LINES)
        _, ever = messages.unheard_since(*box, _EVER, 0)
        return Summary(DIGEST, _told(found, delivery), count, since if ever > count else None)
    with database.session() as session:
        # What comes while it is being sent is told of by another one.
        limit.fold_no_more(session, delivery.id)
        ids = limit.message_ids(session, delivery.id)
    newest = list(dict.fromkeys(filter(None, ids)))[:LOOKED_UP]
    return Summary(MORE, _told(messages.those(newest)[:LINES], delivery), len(ids))


def _told_since(session: Session, delivery: Delivery) -> datetime | None:
    """Since when the destination is told, by the configuration or by an employee's own word."""
    key = (delivery.company_id, delivery.employee_id or COMPANY, delivery.destination)
    if (row := session.get(DestinationRow, key)) is not None:
        return row.set_at
    own = select(OwnAddressRow.set_at).where(
        OwnAddressRow.employee_id == delivery.employee_id,
        OwnAddressRow.destination == delivery.destination,
    )
    return session.scalar(own)


def _told(messages: Sequence[Message], delivery: Delivery) -> Sequence[Message]:
    """Holds are told to administrators only."""
    if delivery.employee_id is None:
        return messages
    return [replace(message, hold=None) for message in messages]

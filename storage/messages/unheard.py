"""What is unheard in a mailbox, whoever looks: reminders and digests go by it, as lamps do.

It is what is marked as new in its mailbox: see `storage.messages.unread`. What was imported was
told of elsewhere.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from storage.database.tables import IS_NEW_IN_BOX, MessageRow
from storage.identifiers import first_place
from storage.messages.envelope import IMPORTED


def is_unheard(session: Session, message_id: str) -> bool:
    """Whether a message is listed and unheard."""
    found = select(MessageRow.place).where(MessageRow.id == message_id, IS_NEW_IN_BOX)
    return session.scalar(found) is not None


def unheard_since(company_id: str, employee_id: str | None, since: datetime) -> Select[Any]:
    """The places of what is unheard of what came since then, newest first.

    Read along rows of unheard messages alone, however many others there are.
    """
    whose = (
        MessageRow.employee_id == employee_id if employee_id else MessageRow.employee_id.is_(None)
    )
    return (
        select(MessageRow.place)
        .where(
            IS_NEW_IN_BOX,
            MessageRow.company_id == company_id,
            whose,
            MessageRow.place >= first_place(since),
            MessageRow.source != IMPORTED,
        )
        .order_by(MessageRow.place.desc())
    )

"""How many messages one box may hold: decided in the transaction that begins another."""

from __future__ import annotations

import zlib

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from storage.database.tables import IS_DRAFT, MessageRow
from storage.errors import MailboxFull
from storage.messages import month_counts

# Any number will do, as long as every Voicepost takes the same one.
QUOTA_LOCK = 0x71756F74


def check_quota(session: Session, row: MessageRow, most: int) -> None:
    """See that the row's box has place for it, and keep others from taking that.

    Raises MailboxFull.
    Listed messages count, and drafts of callers who speak just now; a caller who records again
    has a place already. SQLite's writers come one after the other; on PostgreSQL those of one
    box wait for each other.
    """
    if row.company_id is None or row.replaces is not None:
        return
    is_employee = row.employee_id is not None
    key = month_counts.employee_key(row.employee_id) if row.employee_id else row.box
    if session.get_bind().dialect.name == "postgresql":
        box = zlib.crc32(f"{row.company_id}:{key}".encode()) - (1 << 31)
        session.execute(text(f"SELECT pg_advisory_xact_lock({QUOTA_LOCK}, {box})"))
    drafts = select(func.count()).where(
        IS_DRAFT,
        MessageRow.company_id == row.company_id,
        MessageRow.box == row.box,
        MessageRow.replaces.is_(None),
    )
    if is_employee:
        drafts = drafts.where(MessageRow.employee_id == row.employee_id)
    listed = month_counts.listed_in(row.company_id, key)
    # In one statement: a draft that becomes a message in between is counted once.
    taken = session.scalar(select(drafts.scalar_subquery() + listed)) or 0
    if taken >= most:
        raise MailboxFull("mailbox-full", name=row.addressee_name, most=most)

"""News for open pages: a growing sequence of what happened to messages, and to sessions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, cast

from sqlalchemy import and_, delete, func, insert, select, text
from sqlalchemy.orm import Session

from storage.actor import Scope
from storage.database.delivery_tables import ReadNewsRow
from storage.database.engine import Database
from storage.database.tables import MessageRow, NewsRow

Kind = Literal["kept", "aside", "deleted", "restored", "marked", "box", "session", "full", "failed"]
"""What has happened; "box" is that a message is new in its mailbox again, or no longer."""
OF_NO_PAGE: Final = frozenset({"box", "session", "full", "failed"})
"""Kinds that lists of messages have nothing to do with."""

MOST = 1_000
"""Items read at once."""
UNREAD_STAY = timedelta(days=7)
"""So long a worker may be away before nobody is told any more of what was meanwhile."""
# Any number will do, as long as every Voicepost takes the same one.
ORDER_LOCK = 0x6E657773


@dataclass(frozen=True)
class Item:
    """Something that happened to a message, or that a "session" of a user has ended.

    For those who are told of a mailbox: that it is "full", and that a delivery has "failed", whose
    id is the ``message_id`` then. Pages are told of neither.

    ``employee_id`` is whose the message is, None for the company's own. ``user_id`` is the only
    user whom it concerns, None where it is everybody who sees the message. A session's end is of
    no message: its ``message_id`` is "".
    """

    seq: int
    kind: Kind
    company_id: str | None
    employee_id: str | None
    message_id: str
    user_id: str | None

    def concerns(self, user_id: str, scope: Scope) -> bool:
        """Whether the pages of a user who sees that much should know."""
        if self.kind in OF_NO_PAGE:
            return self.kind == "session" and self.user_id == user_id
        return self.user_id in (None, user_id) and scope.covers(self.company_id, self.employee_id)


def announce(
    session: Session, kind: Kind, rows: Iterable[MessageRow], *, user_id: str | None = None
) -> None:
    """Write news, as the last thing in the transaction that makes them.

    PostgreSQL gives out numbers before transactions commit: there the writers of news wait for
    each other until each has committed, so that no number turns up behind a reader's back. As
    they hold that lock last and take no other after it, they never wait in a circle.
    """
    _write(
        session,
        [
            {
                "kind": kind,
                "company_id": row.company_id,
                "user_id": user_id,
                "employee_id": row.employee_id,
                "message_id": row.id,
            }
            for row in rows
        ],
    )


def announce_end(session: Session, company_id: str, user_id: str) -> None:
    """Write, as the last thing in a transaction, that sessions or tokens of a user have ended."""
    ended = {"kind": "session", "company_id": company_id, "user_id": user_id}
    _write(session, [{**ended, "employee_id": None, "message_id": ""}])


def announce_of_mailbox(
    session: Session,
    kind: Literal["full", "failed"],
    company_id: str,
    employee_id: str | None,
    about: str = "",
) -> None:
    """Write, as the last thing in a transaction, what concerns a mailbox; ``about`` is a
    delivery's id."""
    item = {"kind": kind, "company_id": company_id, "employee_id": employee_id}
    _write(session, [{**item, "user_id": None, "message_id": about}])


def _write(session: Session, items: Sequence[Mapping[str, str | None]]) -> None:
    if not items:
        return
    now = datetime.now(UTC)
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({ORDER_LOCK})"))
    session.connection().execute(insert(NewsRow), [{"at": now, **item} for item in items])


def trim(session: Session, older_than: timedelta) -> None:
    """Forget items of that age: open pages have long heard of them. The newest one stays, and what
    a reader has still to act on (`storage.database.delivery_tables.ReadNewsRow`)."""
    # Times grow along with the sequence, so the first young one ends the search.
    before = datetime.now(UTC) - older_than
    young = session.scalar(
        select(NewsRow.seq).where(NewsRow.at > before).order_by(NewsRow.seq).limit(1)
    )
    first = young or session.scalar(select(func.max(NewsRow.seq))) or 0
    read = session.scalar(select(func.min(ReadNewsRow.seq)))
    if read is not None:  # who has to act on them has them until then, for a while
        long_ago = datetime.now(UTC) - UNREAD_STAY
        unread = and_(NewsRow.seq > read, NewsRow.at > long_ago)
        first = min(first, session.scalar(select(func.min(NewsRow.seq)).where(unread)) or first)
    session.execute(delete(NewsRow).where(NewsRow.seq < first))


class News:
    """The sequence, to be read. Synchronous and safe to use from many threads.

    All methods raise DatabaseUnavailable.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> int:
        """The number of the newest item, 0 before the first."""
        with self._database.reading() as session:
            return session.scalar(select(func.max(NewsRow.seq))) or 0

    def since(self, seq: int) -> list[Item]:
        """The items after that number, oldest first, at most `MOST` of them."""
        with self._database.reading() as session:
            rows = session.scalars(
                select(NewsRow).where(NewsRow.seq > seq).order_by(NewsRow.seq).limit(MOST)
            ).all()
        return [
            Item(
                seq=row.seq,
                kind=cast(Kind, row.kind),
                company_id=row.company_id,
                employee_id=row.employee_id,
                message_id=row.message_id,
                user_id=row.user_id,
            )
            for row in rows
        ]

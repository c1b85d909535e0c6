"""The queue of deliveries: taken, tried again later and later, and seen by people.

A delivery in hand is *taken* for a while: a worker that dies leaves it to the others after that.
Of one destination one is in hand at a time, so that they come in order, and a destination that
hangs holds up nobody but itself.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from storage.actor import Actor
from storage.audit import note
from storage.companies.destinations import COMPANY
from storage.database.delivery_tables import DeliveryRow
from storage.database.employee_tables import EmployeeRow
from storage.database.engine import Database
from storage.errors import NotFound
from storage.identifiers import is_id
from storage.notifications.delivery import Delivery, State, delivery_of
from storage.text import shown, storable

TAKEN: Final = timedelta(seconds=20)
"""For so long others leave it alone; who has it in hand still says so in time (`hold`)."""
FIRST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 900.0
"""Seconds between two tries, the first and at most; each pause is twice the one before."""
GIVEN_UP: Final = timedelta(hours=24)
"""After that no more is tried."""
PAGE: Final = 50


@dataclass(frozen=True)
class Backlog:
    """How many wait, since when the oldest does, and the oldest one that has failed so far."""

    waiting: int
    oldest: datetime | None
    failing: Delivery | None


class Deliveries:
    """The queue. Synchronous and safe to use from many threads.

    All methods raise DatabaseUnavailable.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, most: int, *, busy: Collection[str] = ()) -> list[Delivery]:
        """Take what is due, oldest first: of each destination one, and of ``busy`` ones none."""
        now = datetime.now(UTC)
        with self._database.reading() as session:
            if not self._due(session, now, busy, 1):
                return []
        with self._database.session() as session:
            ids = self._due(session, now, busy, most)
            taken = select(DeliveryRow).where(DeliveryRow.id.in_(ids), _is_due(now))
            rows = session.scalars(taken.with_for_update(skip_locked=True)).all()
            for row in rows:
                row.taken_until = now + TAKEN
                row.tries += 1
            return sorted(map(delivery_of, rows), key=lambda each: each.id)

    def hold(self, deliveries: Collection[Delivery]) -> None:
        """Say that they are in hand still: a worker that died says so no more."""
        in_hand = {each.id: each.tries for each in deliveries}
        with self._database.session() as session:
            waiting = (DeliveryRow.id.in_(in_hand), DeliveryRow.taken_until.is_not(None))
            for row in session.scalars(select(DeliveryRow).where(*waiting).with_for_update()):
                if row.tries == in_hand[row.id]:  # where it is not, another has taken it since
                    row.taken_until = datetime.now(UTC) + TAKEN

    def next_due(self) -> datetime | None:
        """When the next one is due; None where nothing waits."""
        with self._database.reading() as session:
            waiting = select(func.min(DeliveryRow.next_try_at)).where(
                DeliveryRow.state == "waiting"
            )
            return session.scalar(waiting)

    def backlog(self) -> Backlog:
        """What waits; how many were ended lately is counted by whoever ends them."""
        waiting = DeliveryRow.state == "waiting"
        with self._database.reading() as session:
            count, oldest = session.execute(
                select(func.count(), func.min(DeliveryRow.made_at)).where(waiting)
            ).one()
            failing = session.scalars(
                select(DeliveryRow)
                .where(waiting, DeliveryRow.tries > 0, DeliveryRow.answer != "")
                .order_by(DeliveryRow.made_at)
                .limit(1)
            ).one_or_none()
            return Backlog(count, oldest, delivery_of(failing) if failing else None)

    def sent(self, delivery: Delivery, answer: str) -> None:
        """It has arrived, and the other side said so."""
        self._end(delivery.id, "sent", answer)

    def refused(self, delivery: Delivery, answer: str) -> None:
        """The other side will never take it."""
        self._end(delivery.id, "failed", answer)

    def cancelled(self, delivery: Delivery, answer: str) -> None:
        """Nobody wants it any more."""
        self._end(delivery.id, "cancelled", answer)

    def failed(self, delivery: Delivery, answer: str, *, after: float = 0) -> datetime | None:
        """It has not arrived this time: when it is tried again; None where it is given up.

        Not before so many seconds, where the other side asks for that.
        """
        now = datetime.now(UTC)
        if now - delivery.made_at >= GIVEN_UP:
            self._end(delivery.id, "failed", answer)
            return None
        at = now + timedelta(seconds=max(pause_after(delivery.tries), after))
        with self._database.session() as session:
            # Where another has taken it since, it is that one's.
            mine = (DeliveryRow.id == delivery.id, DeliveryRow.tries == delivery.tries)
            session.execute(
                update(DeliveryRow)
                .where(*mine, DeliveryRow.state == "waiting")
                .values(next_try_at=at, taken_until=None, answer=answer)
            )
        return at

    def list(
        self,
        company_id: str | None = None,
        *,
        state: State | None = None,
        message_id: str | None = None,
        below: str | None = None,
        limit: int | None = PAGE,
    ) -> list[Delivery]:
        """Deliveries, newest first: of one company, in one state, of one message, below an id."""
        conditions: list[ColumnElement[bool]] = []
        if company_id is not None:
            conditions.append(DeliveryRow.company_id == company_id)
        if state is not None:
            conditions.append(DeliveryRow.state == state)
        if message_id is not None:
            conditions.append(DeliveryRow.message_id == storable(message_id))
        if below is not None:
            conditions.append(DeliveryRow.id < below)
        found = select(DeliveryRow).where(*conditions).order_by(DeliveryRow.id.desc())
        with self._database.reading() as session:
            return [delivery_of(row) for row in session.scalars(found.limit(limit))]

    def get(self, delivery_id: str, company_id: str | None = None) -> Delivery:
        """One of them. Raises NotFound, also where it is another company's."""
        with self._database.reading() as session:
            return delivery_of(_found(session, delivery_id, company_id))

    def mailbox_of(self, delivery: Delivery) -> str | None:
        """Whose destination it is now: an extension, "" of the company; None of nobody any more."""
        if delivery.employee_id is None:
            return COMPANY
        with self._database.reading() as session:
            who = session.get(EmployeeRow, delivery.employee_id)
            return who.extension if who and who.until is None else None

    def retry(self, delivery_id: str, *, by: Actor, company_id: str | None = None) -> Delivery:
        """Have it sent now, whatever became of it; for a day from now on. Raises NotFound."""
        now = datetime.now(UTC)
        with self._database.session() as session:
            row = _found(session, delivery_id, company_id)
            in_hand = row.state == "waiting" and row.taken_until and row.taken_until > now
            row.state, row.made_at, row.next_try_at, row.ended_at = "waiting", now, now, None
            if not in_hand:
                row.taken_until, row.tries = None, 0
            note(
                session,
                by,
                "delivery.retry",
                company_id=row.company_id,
                subject=row.address,
                details={"delivery": row.id},
            )
            return delivery_of(row)

    def cancel(self, delivery_id: str, *, by: Actor, company_id: str | None = None) -> Delivery:
        """Do not send it any more, if it has not been. Raises NotFound."""
        with self._database.session() as session:
            row = _found(session, delivery_id, company_id)
            if row.state == "waiting":
                _set_end(row, "cancelled", row.answer)
                note(
                    session,
                    by,
                    "delivery.cancel",
                    company_id=row.company_id,
                    subject=row.address,
                    details={"delivery": row.id},
                )
            return delivery_of(row)

    def _due(
        self, session: Session, now: datetime, busy: Collection[str], most: int
    ) -> Sequence[str]:
        """Ids of the oldest one that is due of each destination, which has none in hand."""
        in_hand = select(DeliveryRow.destination).where(
            DeliveryRow.state == "waiting", DeliveryRow.taken_until > now
        )
        oldest = (
            select(func.min(DeliveryRow.id))
            .where(
                _is_due(now),
                DeliveryRow.destination.not_in(list(busy)),
                DeliveryRow.destination.not_in(in_hand),
            )
            .group_by(DeliveryRow.destination)
            .order_by(func.min(DeliveryRow.id))
            .limit(most)
        )
        return session.scalars(oldest).all()

    def _end(self, delivery_id: str, state: State, answer: str) -> None:
        now = datetime.now(UTC)
        self._change(
            [delivery_id],
            {
                "state": state,
                "answer": answer,
                "ended_at": now,
                "next_try_at": None,
                "taken_until": None,
            },
        )

    def _change(self, ids: Sequence[str], values: dict[str, object]) -> None:
        """Change those that still wait: one that was cancelled meanwhile stays so."""
        with self._database.session() as session:
            session.execute(
                update(DeliveryRow)
                .where(DeliveryRow.id.in_(ids), DeliveryRow.state == "waiting")
                .values(**values)
            )


def pause_after(tries: int) -> float:
    """Seconds until the next try, after so many of them: about twice as long each time."""
    pause = min(FIRST_PAUSE * 2.0 ** min(tries - 1, 20), LONGEST_PAUSE)
    return pause * random.uniform(0.8, 1.2)


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(
        DeliveryRow.state == "waiting",
        DeliveryRow.next_try_at <= now,
        or_(DeliveryRow.taken_until.is_(None), DeliveryRow.taken_until <= now),
    )


def _found(session: Session, delivery_id: str, company_id: str | None) -> DeliveryRow:
    row = session.get(DeliveryRow, delivery_id) if is_id(delivery_id) else None
    if row is None or company_id not in (None, row.company_id):
        raise NotFound("no-delivery", id=shown(delivery_id))
    return row


def _set_end(row: DeliveryRow, state: State, answer: str) -> None:
    row.state, row.answer, row.ended_at = state, answer, datetime.now(UTC)
    row.next_try_at = row.taken_until = None

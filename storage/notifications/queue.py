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
from typing import Final, cast

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
from storage.notifications.delivery import MORE, Delivery, State, delivery_of
from storage.notifications.limit import end_folded, fold_no_more, unfold
from storage.text import shown, storable

TAKEN: Final = timedelta(minutes=2)
"""What a try may take; ten seconds are usual limits, and letters with audio take longer."""
FIRST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 900.0
"""Seconds between two tries, the first and at most; each pause is twice the one before."""
GIVEN_UP: Final = timedelta(hours=24)
"""So long after it might first be sent no more is tried."""
PAGE: Final = 50


@dataclass(frozen=True)
class Backlog:
    """How many wait that might be sent by now, since when the oldest does, and the oldest one that
    has failed so far."""

    waiting: int
    oldest: datetime | None
    failing: Delivery | None


class Deliveries:
    """The queue. Synchronous and safe to use from many threads.

    All methods raise DatabaseUnavailable.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def take(self, most: int, *, busy: Collection[str] = ()) -> list[Delivery]:
        """Take what is due, oldest first: of each destination one, and of ``busy`` ones none."""
        now = datetime.now(UTC)
        with self.database.reading() as session:
            if not self._due(session, now, busy, 1):
                return []
        with self.database.session() as session:
            ids = self._due(session, now, busy, most)
            taken = select(DeliveryRow).where(DeliveryRow.id.in_(ids), _is_due(now))
            rows = session.scalars(taken.with_for_update(skip_locked=True)).all()
            for row in rows:
                row.taken_until = now + TAKEN
                row.tries += 1
            return sorted(map(delivery_of, rows), key=lambda each: each.id)

    def next_due(self) -> datetime | None:
        """When the next one is due; None where nothing waits."""
        with self.database.reading() as session:
            waiting = select(func.min(DeliveryRow.next_try_at)).where(
                DeliveryRow.state == "waiting"
            )
            return session.scalar(waiting)

    def backlog(self) -> Backlog:
        """What waits; how many were ended lately is counted by whoever ends them."""
        waiting = DeliveryRow.state == "waiting"
        since = func.coalesce(DeliveryRow.due_at, DeliveryRow.made_at)
        with self.database.reading() as session:
            count, oldest = session.execute(
                select(func.count(), func.min(since)).where(waiting, since <= datetime.now(UTC))
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
        self._end(delivery, "sent", answer)

    def refused(self, delivery: Delivery, answer: str) -> None:
        """The other side will never take it."""
        self._end(delivery, "failed", answer)

    def cancelled(self, delivery: Delivery, answer: str) -> None:
        """Nobody wants it any more."""
        self._end(delivery, "cancelled", answer)

    def failed(self, delivery: Delivery, answer: str, *, after: float = 0) -> datetime | None:
        """It has not arrived this time: when it is tried again; None where it is given up.

        Not before so many seconds, where the other side asks for that.
        """
        now = datetime.now(UTC)
        if now - (delivery.due_at or delivery.made_at) >= GIVEN_UP:
            self._end(delivery, "failed", answer)
            return None
        at = now + timedelta(seconds=max(pause_after(delivery.tries), after))
        self._put_back(delivery, {"next_try_at": at, "answer": answer})
        return at

    def put_off(self, delivery: Delivery, until: datetime) -> None:
        """It may not be sent before then, and has not been tried."""
        values: dict[str, object] = {"next_try_at": until, "tries": delivery.tries - 1}
        if delivery.tries <= 1:
            values["due_at"] = until
        self._put_back(delivery, values)

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
        with self.database.reading() as session:
            return [delivery_of(row) for row in session.scalars(found.limit(limit))]

    def get(self, delivery_id: str, company_id: str | None = None) -> Delivery:
        """One of them. Raises NotFound, also where it is another company's."""
        with self.database.reading() as session:
            return delivery_of(_found(session, delivery_id, company_id))

    def mailbox_of(self, delivery: Delivery) -> str | None:
        """Whose destination it is now: an extension, "" of the company; None of nobody any more."""
        if delivery.employee_id is None:
            return COMPANY
        with self.database.reading() as session:
            who = session.get(EmployeeRow, delivery.employee_id)
            return who.extension if who and who.until is None else None

    def retry(self, delivery_id: str, *, by: Actor, company_id: str | None = None) -> Delivery:
        """Have it sent now, whatever became of it; for a day from now on. Raises NotFound."""
        now = datetime.now(UTC)
        with self.database.session() as session:
            row = _found(session, delivery_id, company_id)
            in_hand = row.state == "waiting" and row.taken_until and row.taken_until > now
            if row.event == MORE and row.state != "waiting":
                again = {"state": "waiting", "next_try_at": now, "due_at": now, "ended_at": None}
                unfold(session, row.id, cast(State, row.state), again)
            row.state, row.made_at, row.next_try_at, row.ended_at = "waiting", now, now, None
            row.due_at, row.folded_into = now, None
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
        with self.database.session() as session:
            row = _found(session, delivery_id, company_id)
            if row.state == "waiting":
                if row.event == MORE:
                    fold_no_more(session, row.id)
                    end_folded(session, row.id, _ended("cancelled", row.answer))
                for name, value in _ended("cancelled", row.answer).items():
                    setattr(row, name, value)
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

    def _end(self, delivery: Delivery, state: State, answer: str) -> None:
        """End what still waits: one that was cancelled meanwhile stays so."""
        values = _ended(state, answer)
        waits = (DeliveryRow.id == delivery.id, DeliveryRow.state == "waiting")
        with self.database.session() as session:
            if delivery.event == MORE:
                fold_no_more(session, delivery.id)
                end_folded(session, delivery.id, values)
            session.execute(update(DeliveryRow).where(*waits).values(**values))

    def _put_back(self, delivery: Delivery, values: dict[str, object]) -> None:
        """Have it taken again later; where another has taken it since, it is that one's."""
        mine = (DeliveryRow.id == delivery.id, DeliveryRow.tries == delivery.tries)
        with self.database.session() as session:
            session.execute(
                update(DeliveryRow)
                .where(*mine, DeliveryRow.state == "waiting")
                .values(taken_until=None, **values)
            )


def pause_after(tries: int) -> float:
    """Seconds until the next try, after so many of them: about twice as long each time."""
    pause = min(FIRST_PAUSE * 2.0 ** min(tries - 1, 20), LONGEST_PAUSE)
    return pause * random.uniform(0.8, 1.2)


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(
        DeliveryRow.state == "waiting",
        DeliveryRow.next_try_at <= now,
        DeliveryRow.folded_into.is_(None),
        or_(DeliveryRow.taken_until.is_(None), DeliveryRow.taken_until <= now),
    )


def _found(session: Session, delivery_id: str, company_id: str | None) -> DeliveryRow:
    row = session.get(DeliveryRow, delivery_id) if is_id(delivery_id) else None
    if row is None or company_id not in (None, row.company_id):
        raise NotFound("no-delivery", id=shown(delivery_id))
    return row


def _ended(state: State, answer: str) -> dict[str, object]:
    return {
        "state": state,
        "answer": answer,
        "ended_at": datetime.now(UTC),
        "next_try_at": None,
        "taken_until": None,
    }

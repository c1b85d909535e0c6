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
from typing import Final, get_args

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from storage.actor import Actor
from storage.database.delivery_tables import DeliveryRow
from storage.database.employee_tables import EmployeeRow
from storage.database.engine import Database
from storage.identifiers import first_id
from storage.messages import changes
from storage.messages.events import announce_of_mailbox
from storage.messages.message import Party
from storage.metrics import metrics
from storage.notifications import endings
from storage.notifications.delivery import (
    DIGEST,
    MORE,
    OWN_LETTER_FAILED,
    UNHEARD,
    Delivery,
    State,
    delivery_of,
)
from storage.notifications.endings import end
from storage.notifications.finding import found, message_id_of
from storage.office.notify import Event, OnceSent
from storage.office.told import COMPANY
from storage.text import storable

TAKEN: Final = timedelta(seconds=20)
"""For so long others leave it alone; who has it in hand still says so in time (`hold`)."""
FIRST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 900.0
"""Seconds between two tries, the first and at most; each pause is twice the one before."""
GIVEN_UP: Final = timedelta(hours=24)
"""After being tried for so long it is tried no more: only time in which it may be sent counts."""
LONGEST_TRIED: Final = timedelta(days=7)
"""And after so long in any case, however little of the day that is."""
AT_A_TIME: Final = 50
"""Deliveries that a worker has in hand, each to another destination."""
PAGE: Final = 50
TOLD_OF: Final = frozenset({*get_args(Event), UNHEARD, DIGEST, MORE}) - {"delivery.failed"}
"""Events of which it is told that they did not arrive: no code for an address, and no such news."""


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

    def renew(self, deliveries: Collection[Delivery]) -> None:
        """Say that they are in hand still: a worker that died says so no more."""
        in_hand = {each.id: each.tries for each in deliveries}
        with self.database.session() as session:
            waiting = (DeliveryRow.id.in_(in_hand), DeliveryRow.taken_until.is_not(None))
            rows = select(DeliveryRow).where(*waiting).order_by(DeliveryRow.id)
            for row in session.scalars(rows.with_for_update()):
                if row.tries == in_hand[row.id]:  # where it is not, another has taken it since
                    row.taken_until = datetime.now(UTC) + TAKEN

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
                .order_by(since)
                .limit(1)
            ).one_or_none()
            return Backlog(count, oldest, delivery_of(failing) if failing else None)

    def without_own_letter(self, since: datetime) -> Delivery | None:
        """The newest one since then that was sent, but not in the company's own words."""
        of_late = (DeliveryRow.id > first_id(since), DeliveryRow.kind == "mail")
        said = DeliveryRow.answer.contains(OWN_LETTER_FAILED, autoescape=True)
        newest = select(DeliveryRow).where(*of_late, said).order_by(DeliveryRow.id.desc()).limit(1)
        with self.database.reading() as session:
            row = session.scalars(newest).one_or_none()
            return delivery_of(row) if row else None

    def failed_since(self, since: datetime) -> list[Delivery]:
        """The newest ones that were refused or given up since then."""
        ended = (DeliveryRow.state == "failed", DeliveryRow.ended_at > since)
        newest = select(DeliveryRow).where(*ended).order_by(DeliveryRow.id.desc()).limit(PAGE)
        with self.database.reading() as session:
            return [delivery_of(row) for row in session.scalars(newest)]

    def sent(self, delivery: Delivery, answer: str, then: OnceSent = "keep") -> None:
        """It has arrived, and the other side said so; ``then`` is what becomes of the message."""
        with self.database.session() as session:
            ended = end(session, delivery, "sent", answer)
            if ended and delivery.message_id:
                by = Actor(name=f"{delivery.kind} to {delivery.address}", via="system")
                changes.once_sent(session, delivery.message_id, delivery.employee_id, then, by)
        if ended:
            metrics().deliveries.labels(delivery.kind, "sent").inc()

    def refused(self, delivery: Delivery, answer: str) -> None:
        """The other side will never take it."""
        self._fail(delivery, answer)

    def cancelled(self, delivery: Delivery, answer: str) -> None:
        """Nobody wants it any more."""
        with self.database.session() as session:
            end(session, delivery, "cancelled", answer)

    def failed(
        self,
        delivery: Delivery,
        answer: str,
        *,
        after: float = 0,
        tried_for: timedelta | None = None,
    ) -> datetime | None:
        """It has not arrived this time: when it is tried again; None where it is given up.

        Not before so many seconds, where the other side asks for that. ``tried_for`` is how long it
        might have been sent so far, where that is not all the time since it was due.
        """
        now = datetime.now(UTC)
        waited = now - (delivery.due_at or delivery.made_at)
        if (waited if tried_for is None else tried_for) >= GIVEN_UP or waited >= LONGEST_TRIED:
            self._fail(delivery, answer)
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
        """One of them, by its id or a beginning that no other has.

        Raises NotFound, also where it is another company's.
        """
        with self.database.reading() as session:
            return delivery_of(found(session, delivery_id, company_id))

    def message_id(self, beginning: str) -> str:
        """The message whose id begins so. Raises NotFound."""
        with self.database.reading() as session:
            return message_id_of(session, beginning)

    def people_of(self, deliveries: Collection[Delivery]) -> dict[str, Party]:
        """Whose mailboxes they were of, by the employees' ids; also who has no extension now."""
        ids = {each.employee_id for each in deliveries} - {None}
        found = select(EmployeeRow.id, EmployeeRow.name, EmployeeRow.extension)
        with self.database.reading() as session:
            rows = session.execute(found.where(EmployeeRow.id.in_(ids)))
            return {row.id: {"name": row.name, "number": row.extension} for row in rows}

    def mailbox_of(self, delivery: Delivery) -> str | None:
        """Whose destination it is now: an extension, "" of the company; None of nobody any more."""
        if delivery.employee_id is None:
            return COMPANY
        with self.database.reading() as session:
            who = session.get(EmployeeRow, delivery.employee_id)
            return who.extension if who and who.until is None else None

    def retry(self, delivery_id: str, *, by: Actor, company_id: str | None = None) -> Delivery:
        """Have it sent now, whatever became of it; for a day from now on. Raises NotFound."""
        with self.database.session() as session:
            return endings.retry(session, delivery_id, by, company_id)

    def cancel(self, delivery_id: str, *, by: Actor, company_id: str | None = None) -> Delivery:
        """Do not send it any more. Raises NotFound, and Ended where it was sent or has failed."""
        with self.database.session() as session:
            return endings.cancel(session, delivery_id, by, company_id)

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

    def _fail(self, delivery: Delivery, answer: str) -> None:
        """End it for good, and have others told of that, but not of what told of another."""
        with self.database.session() as session:
            row = end(session, delivery, "failed", answer)
            if row is not None and row.event in TOLD_OF:
                announce_of_mailbox(session, "failed", row.company_id, row.employee_id, row.id)
        if row is not None:
            metrics().deliveries.labels(delivery.kind, "failed").inc()

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

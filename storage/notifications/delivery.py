"""A delivery: one thing to be sent to one destination."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypedDict, cast

from storage.database.delivery_tables import DeliveryRow
from storage.identifiers import new_id
from storage.office.notify import AnyDestination, Kind
from storage.text import plain

State = Literal["waiting", "sent", "failed", "cancelled"]
STATES: tuple[State, ...] = ("waiting", "sent", "failed", "cancelled")
UNHEARD = "message.unheard"
"""What a reminder tells of a message."""
DIGEST = "messages.unheard"
"""What a digest tells: which messages are still unheard. It is of no single message."""
MORE = "messages.more"
"""What is told at the end of an hour that had more than a destination takes: how many."""
OWN_LETTER_FAILED: Final = "not the company's own letter"
"""Stands in the answer of a letter that went in the usual words, as those could not be made."""


class DeliveryJson(TypedDict):
    """A delivery as lists print it; times in ISO 8601, UTC."""

    id: str
    kind: str
    event: str
    to: str
    message: str | None
    state: str
    tries: int
    made_at: str
    next_try_at: str | None
    ended_at: str | None
    answer: str


@dataclass(frozen=True)
class Delivery:
    """What is to be sent, where to, and how that stands.

    ``id`` stays the same with each try: receivers tell second copies by it. ``tries`` are those
    since it was made, or last sent again by hand. ``answer`` is what the other side said last.
    ``employee_id`` is whose mailbox it was; None for the company's own.
    """

    id: str
    company_id: str
    employee_id: str | None
    kind: Kind
    destination: str
    address: str
    event: str
    message_id: str | None
    event_at: datetime
    made_at: datetime
    state: State
    tries: int
    next_try_at: datetime | None
    ended_at: datetime | None
    answer: str
    due_at: datetime | None = None
    """When it might first be sent; None in older ones: as soon as they were made."""
    folded_into: str | None = None
    """The delivery that tells of it along with others: see `storage.notifications.limit`."""
    by_hand: bool = False
    """Whether somebody wants it sent now, at whatever time of the day."""
    about: str | None = None
    """The delivery that failed, where it is told of that."""

    @property
    def is_of_mailbox(self) -> bool:
        """Whether it tells of a mailbox, and of no single message, which would say whose it is."""
        return self.event in (DIGEST, MORE, "box.full")

    @property
    def waits_for_its_time(self) -> bool:
        """Whether it may not be sent yet: because of the time of day, or as a reminder."""
        due = self.due_at
        is_later = due is not None and due > self.made_at
        return self.state == "waiting" and is_later and not self.by_hand

    def as_json(self) -> DeliveryJson:
        """For lists; all texts are plain."""
        return {
            "id": self.id,
            "kind": self.kind,
            "event": self.event,
            "to": self.address,
            "message": self.message_id,
            "state": self.state,
            "tries": self.tries,
            "made_at": self.made_at.isoformat(),
            "next_try_at": self.next_try_at.isoformat() if self.next_try_at else None,
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "answer": plain(self.answer),
        }


def delivery_of(row: DeliveryRow) -> Delivery:
    """What a row says."""
    return Delivery(
        id=row.id,
        company_id=row.company_id,
        employee_id=row.employee_id,
        kind=cast(Kind, row.kind),
        destination=row.destination,
        address=row.address,
        event=row.event,
        message_id=row.message_id,
        event_at=row.event_at,
        made_at=row.made_at,
        state=cast(State, row.state),
        tries=row.tries,
        next_try_at=row.next_try_at,
        ended_at=row.ended_at,
        answer=row.answer,
        due_at=row.due_at,
        folded_into=row.folded_into,
        by_hand=bool(row.by_hand),
        about=row.about,
    )


def waiting(
    now: datetime,
    told: AnyDestination,
    event: str,
    company_id: str,
    employee_id: str | None,
    **more: Any,
) -> dict[str, Any]:
    """The values of a new delivery's row, to be sent at once where ``more`` says no other time.

    ``employee_id`` is None for the company's own mailbox.
    """
    return {
        "id": new_id(now),
        "company_id": company_id,
        "employee_id": employee_id,
        "kind": told.kind,
        "destination": told.key,
        "address": told.address,
        "event": event,
        "message_id": None,
        "event_at": now,
        "made_at": now,
        "state": "waiting",
        "tries": 0,
        "next_try_at": now,
        "due_at": now,
        "answer": "",
        **more,
    }

"""The tables of notifications: what is to be sent, to whom, and how far the news were read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.database.tables import Base, Id, Place, UtcDateTime


class DeliveryRow(Base):
    """One thing to be sent to one destination: see `storage.notifications.queue`.

    It outlives the message, and the destination, which ``destination`` names by its key.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_due", "state", "destination", "next_try_at"),
        Index("ix_deliveries_company", "company_id", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    company_id: Mapped[str] = mapped_column(Id)
    employee_id: Mapped[str | None] = mapped_column(Id)
    """Whose destination it is; None for the company's own mailbox."""
    kind: Mapped[str] = mapped_column(String(10))
    destination: Mapped[str] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(Text)
    event: Mapped[str] = mapped_column(String(20))
    message_id: Mapped[str | None] = mapped_column(Id, index=True)
    about: Mapped[str | None] = mapped_column(Id)
    """The delivery that failed, where it is told of that."""
    event_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10))
    tries: Mapped[int]
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Until then a worker has it in hand; one that died is waited for no longer."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it might first be sent; None in older rows: as soon as they were made."""
    folded_into: Mapped[str | None] = mapped_column(Id, index=True)
    """The delivery that tells of it along with others, as there were too many in an hour."""
    by_hand: Mapped[bool | None] = mapped_column(default=None)
    """Somebody wants it sent now, at whatever time of the day."""


class ReadNewsRow(Base):
    """How far a reader has read the news, and acted on them, in the same transaction."""

    __tablename__ = "read_news"

    reader: Mapped[str] = mapped_column(String(20), primary_key=True)
    seq: Mapped[int] = mapped_column(Place)


class Told:
    """What is to be known of a destination from one delivery to the next.

    Since when (which news, and what time) it is told: of what was before, nothing is sent. When its
    digest is due, and how often it was told in the hour that runs: `storage.notifications.limit`.
    """

    set_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_digest_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    hour_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hour_count: Mapped[int | None] = mapped_column(Integer)
    hour_letter: Mapped[str | None] = mapped_column(Id)
    """The delivery that tells of what was more than the destination takes in that hour."""


class DestinationRow(Base, Told):
    """A destination that the configuration names."""

    __tablename__ = "destinations"

    company_id: Mapped[str] = mapped_column(
        Id, ForeignKey("companies.id", ondelete="CASCADE"), primary_key=True
    )
    mailbox: Mapped[str] = mapped_column(Text, primary_key=True)
    """The employee's id; "" is the company's own mailbox."""
    destination: Mapped[str] = mapped_column(String(32), primary_key=True)
    since: Mapped[int] = mapped_column(Place)


class OwnAddressRow(Base, Told):
    """A mail address that an employee set, to be told of what is left for them.

    It is the person's, whoever has the extension. Without ``since`` it is not confirmed: nothing is
    sent there but the letter with the ``code``, which is good until ``code_until``.
    """

    __tablename__ = "own_addresses"
    __table_args__ = (UniqueConstraint("employee_id", "destination"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    company_id: Mapped[str] = mapped_column(
        Id, ForeignKey("companies.id", ondelete="CASCADE"), index=True
    )
    employee_id: Mapped[str] = mapped_column(Id, ForeignKey("employees.id", ondelete="CASCADE"))
    destination: Mapped[str] = mapped_column(String(32))
    """The key of ``settings``, which are a `storage.office.notify.MailDestination` as JSON."""
    settings: Mapped[str] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(String(2))
    """That of who set it; None for the company's."""
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    since: Mapped[int | None] = mapped_column(Place)
    code: Mapped[str | None] = mapped_column(String(8))
    code_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wrong_codes: Mapped[int] = mapped_column(default=0)

    @property
    def mailbox(self) -> str:
        """Whose mailbox is told of, as with other destinations."""
        return self.employee_id

"""The tables, typed."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TextClause,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Names of constraints follow one convention, so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC. SQLite knows no zones: there the stored text is UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,
    ) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Ids are compared as bytes, so that "every id beginning with …" is a range of an index.
Id = String(36).with_variant(String(36, collation="C"), "postgresql")
# SQLite's rowid has to be called INTEGER; it has 64 bits all the same.
Place = BigInteger().with_variant(Integer, "sqlite")


class CompanyRow(Base):
    """A company and its whole configuration; ``version`` grows with each change of it."""

    __tablename__ = "companies"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    config: Mapped[str] = mapped_column(Text)
    version: Mapped[int]


class NumberRow(Base):
    """A multichannel number, in digits, and whose it is."""

    __tablename__ = "numbers"

    number: Mapped[str] = mapped_column(Text, primary_key=True)
    company_id: Mapped[str] = mapped_column(
        Id, ForeignKey("companies.id", ondelete="CASCADE"), index=True
    )


class ConfigVersionRow(Base):
    """The one counter that every change of any configuration bumps (a single row, id 1)."""

    __tablename__ = "config_version"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]


# Partial indexes serve only queries that repeat their condition word for word.
IS_DRAFT = text("state = 'recording'")
CAME_TO_NOTHING = text("state IN ('empty', 'discarded')")
IS_LISTED = text("state = 'kept' AND deleted_at IS NULL AND NOT quiet")
IS_LISTED_OF_EMPLOYEE = text(
    "state = 'kept' AND deleted_at IS NULL AND NOT quiet AND employee_id IS NOT NULL"
)
# By nobody: see `storage.messages.unheard`.
IS_UNHEARD = text("state = 'kept' AND deleted_at IS NULL AND NOT quiet AND heard_at IS NULL")
# Kept aside as probably empty: see `storage.messages.quiet`.
IS_QUIET = text("state = 'kept' AND deleted_at IS NULL AND quiet")
IS_IN_TRASH = text("state = 'kept' AND deleted_at IS NOT NULL")
IS_UNASSIGNED = text("company_id IS NULL")
IS_HELD = text("held_at IS NOT NULL")
# What time alone removes, and what is being removed: see `storage.retention.purge`.
IS_EXPIRING = text("state = 'kept' AND deleted_at IS NOT NULL AND held_at IS NULL")
IS_GOING = text("state = 'discarded' AND audio_key IS NOT NULL")


def _index(name: str, *columns: str, where: TextClause) -> Index:
    # Partial on PostgreSQL as well, by the migrations. Said here, that dialect would be loaded at
    # each start, while callers may be waiting.
    return Index(name, *columns, sqlite_where=where)


class MessageRow(Base):
    """A message, from the moment before it is recorded.

    ``place`` orders messages by time: milliseconds since 1970 in the upper bits, chance that
    grows in the lower 20. Being the rowid too, it lets the search index answer "the newest 50 that
    match" without reading the others.
    ``day`` is the date in the company's zone (``2026-08-14``), which months are made of.
    What it is found by is in ``addressee_words``, the same in every message of a mailbox, and in
    ``caller_words``, which the search index knows.
    """

    __tablename__ = "messages"
    __table_args__ = (
        # Every list is a range of one of these, read in order; none holds what it does not show.
        _index("ix_messages_company", "company_id", "place", where=IS_LISTED),
        _index("ix_messages_box", "company_id", "box", "place", where=IS_LISTED),
        _index(
            *("ix_messages_addressee", "company_id", "box", "addressee_number", "place"),
            where=IS_LISTED,
        ),
        _index("ix_messages_employee", "employee_id", "place", where=IS_LISTED_OF_EMPLOYEE),
        _index("ix_messages_unheard", "company_id", "employee_id", "place", where=IS_UNHEARD),
        _index("ix_messages_quiet", "company_id", "place", where=IS_QUIET),
        _index("ix_messages_quiet_box", "company_id", "box", "place", where=IS_QUIET),
        _index("ix_messages_quiet_employee", "employee_id", "place", where=IS_QUIET),
        _index("ix_messages_bin", "company_id", "place", where=IS_IN_TRASH),
        _index("ix_messages_unassigned", "place", where=IS_UNASSIGNED),
        _index("ix_messages_drafts", "place", where=IS_DRAFT),
        Index("ix_messages_call", "call_id"),
        _index("ix_messages_unkept", "place", where=CAME_TO_NOTHING),
        _index("ix_messages_held", "company_id", "place", where=IS_HELD),
        _index("ix_messages_trash", "deleted_at", where=IS_EXPIRING),
        _index("ix_messages_going", "place", where=IS_GOING),
        CheckConstraint("state IN ('recording', 'kept', 'empty', 'discarded')", name="known_state"),
        CheckConstraint("box IN ('company', 'employee')", name="known_box"),
    )

    place: Mapped[int] = mapped_column(Place, primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(Id, unique=True)
    state: Mapped[str] = mapped_column(String(10))

    # No foreign key: messages outlive their company.
    company_id: Mapped[str | None] = mapped_column(Id)
    company: Mapped[str] = mapped_column(Text)
    box: Mapped[str] = mapped_column(String(10))
    addressee_name: Mapped[str] = mapped_column(Text)
    addressee_number: Mapped[str] = mapped_column(Text)
    # The person, whoever has the number now. No foreign key: messages outlive everybody.
    employee_id: Mapped[str | None] = mapped_column(Id)
    caller_number: Mapped[str] = mapped_column(Text)
    caller_name: Mapped[str] = mapped_column(Text)
    dialled: Mapped[str] = mapped_column(Text)

    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    timezone: Mapped[str] = mapped_column(Text)
    day: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(10))
    call_id: Mapped[str] = mapped_column(Text)
    replaces: Mapped[str | None] = mapped_column(Id)
    min_speech: Mapped[float]
    addressee_words: Mapped[str] = mapped_column(Text)
    caller_words: Mapped[str] = mapped_column(Text)

    # Known once the recording is finished.
    duration: Mapped[float | None]
    speech: Mapped[float | None]
    size: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    peaks: Mapped[bytes | None] = mapped_column(LargeBinary)
    loudness: Mapped[bytes | None] = mapped_column(LargeBinary)
    audio_key: Mapped[str | None] = mapped_column(Text)
    cut_off: Mapped[bool] = mapped_column(default=False)
    quiet: Mapped[bool] = mapped_column(default=False)

    heard_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    restored_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    # A legal hold: since when, by whom and why.
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_by: Mapped[str | None] = mapped_column(Text)
    hold_reason: Mapped[str | None] = mapped_column(Text)


class UnheardRow(Base):
    """A message that is new to a user, for as long as this row is there."""

    __tablename__ = "unheard"

    user_id: Mapped[str] = mapped_column(
        Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(
        Place, ForeignKey("messages.place", ondelete="CASCADE"), primary_key=True, index=True
    )


class TallyRow(Base):
    """How many listed messages a month has, in one box or in all: see
    `storage.messages.month_counts`."""

    __tablename__ = "tallies"

    company_id: Mapped[str] = mapped_column(Id, primary_key=True)
    box: Mapped[str] = mapped_column(Text, primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    kept: Mapped[int]


class AddresseeRow(Base):
    """Words that listed messages of one mailbox are found by: see
    `storage.messages.addressees`.

    ``key`` is a digest of what identifies the row: words may be longer than an index takes.
    """

    __tablename__ = "addressees"
    __table_args__ = (Index("ix_addressees_company", "company_id", "box", "number"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    company_id: Mapped[str] = mapped_column(Id)
    box: Mapped[str] = mapped_column(String(10))
    number: Mapped[str] = mapped_column(Text)
    employee_id: Mapped[str | None] = mapped_column(Id)
    words: Mapped[str] = mapped_column(Text)
    kept: Mapped[int]
    newest: Mapped[int] = mapped_column(Place)


class NewsRow(Base):
    """Something that open pages want to know at once: see `storage.messages.events`."""

    __tablename__ = "news"
    __table_args__ = ({"sqlite_autoincrement": True},)  # a number is never given out again

    seq: Mapped[int] = mapped_column(Place, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(10))
    company_id: Mapped[str | None] = mapped_column(Id)
    user_id: Mapped[str | None] = mapped_column(Id)
    employee_id: Mapped[str | None] = mapped_column(Id)
    message_id: Mapped[str] = mapped_column(Id)


class AuditRow(Base):
    """Who did what: an entry of the audit log. It outlives what it speaks of: no foreign keys."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_company", "company_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Place, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    company_id: Mapped[str | None] = mapped_column(Id)
    user_id: Mapped[str | None] = mapped_column(Id)
    who: Mapped[str] = mapped_column(Text)
    via: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    details: Mapped[str | None] = mapped_column(Text)
    search: Mapped[str] = mapped_column(Text)

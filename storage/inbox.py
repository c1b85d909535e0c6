"""Kept messages: finding, hearing, deleting, restoring and purging them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, TypedDict, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.orm import Session

from storage.database import Database
from storage.errors import NotFound
from storage.identifiers import first_place
from storage.messages import Box, Source
from storage.models import CAME_TO_NOTHING, CompanyRow, MessageRow
from storage.query import Query, messages_matching
from storage.vault import AudioStore

__all__ = ["Inbox", "Message", "Page", "Query"]

PAGE = 200  # messages read at once, where all of them are wanted
PURGE_BATCH = 100
# While audio may still turn up for a draft, its row has to be there.
DRAFTS_STAY = timedelta(days=1)

_PART_OF_ID = re.compile(r"[0-9a-f-]{4,36}")


class Party(TypedDict):
    """Somebody's name and number."""

    name: str
    number: str


class MessageJson(TypedDict):
    """A message as lists print it."""

    id: str
    box: str
    company: str
    addressee: Party
    caller: Party
    dialled: str
    received_at: str
    duration: float
    state: str
    sha256: str
    bytes: int
    source: str


@dataclass(frozen=True)
class Message:
    """A kept message.

    Callers' names and numbers are as received: anything can be in them. ``received_at`` is in
    the company's time zone, ``duration`` in seconds, ``size`` in bytes. ``place`` is its
    position in time, for pages.
    """

    id: str
    company: str
    box: Box
    addressee_name: str
    addressee_number: str
    caller_number: str
    caller_name: str
    dialled: str
    received_at: datetime
    duration: float
    size: int
    sha256: str
    source: Source
    cut_off: bool
    heard_at: datetime | None
    deleted_at: datetime | None
    audio_key: str
    peaks: bytes = field(repr=False)
    place: int

    @property
    def state(self) -> Literal["new", "heard"]:
        """Whether somebody has listened to it."""
        return "heard" if self.heard_at else "new"

    def as_json(self) -> MessageJson:
        """The message as ``voicepost messages list --json`` prints it."""
        return {
            "id": self.id,
            "box": self.box,
            "company": self.company,
            "addressee": {"name": self.addressee_name, "number": self.addressee_number},
            "caller": {"number": self.caller_number, "name": self.caller_name},
            "dialled": self.dialled,
            "received_at": self.received_at.isoformat(timespec="seconds"),
            "duration": round(self.duration, 1),
            "state": self.state,
            "sha256": self.sha256,
            "bytes": self.size,
            "source": self.source,
        }


@dataclass(frozen=True)
class Page:
    """Messages, newest first; ``next`` is the ``before`` of the page that follows, if any."""

    messages: tuple[Message, ...]
    next: int | None


class Inbox:
    """The kept messages of all companies. Synchronous and safe to use from many threads.

    All methods raise DatabaseUnavailable.
    """

    def __init__(self, database: Database, audio: AudioStore) -> None:
        self._database = database
        self._audio = audio

    def list(self, query: Query) -> Page:
        """A page of messages. Raises ConfigError for a month that is none."""
        limit = query.limit if query.limit is not None else PAGE
        with self._database.reading() as session:
            statement = self._matching(session, query).limit(limit + 1)
            rows = session.scalars(statement).all()
            names = _company_names(session, rows[:limit])
        messages = tuple(_message(row, names) for row in rows[:limit])
        return Page(messages, messages[-1].place if messages and len(rows) > limit else None)

    def each(self, query: Query) -> Iterator[Message]:
        """Every message up to the query's limit, read page by page."""
        wanted, before = query.limit, query.before
        while wanted is None or wanted > 0:
            size = PAGE if wanted is None else min(PAGE, wanted)
            page = self.list(replace(query, limit=size, before=before))
            yield from page.messages
            wanted = None if wanted is None else wanted - len(page.messages)
            before = page.next
            if before is None:
                return

    def count(self, query: Query) -> int:
        """How many messages a query finds, up to its limit."""
        with self._database.reading() as session:
            found = self._matching(session, query).with_only_columns(MessageRow.place)
            counted = select(func.count()).select_from(found.limit(query.limit).subquery())
            return session.scalar(counted) or 0

    def get(self, message_id: str) -> Message:
        """A message, deleted or not, by its id or by a beginning that no other id has.

        Raises NotFound.
        """
        wanted = message_id.strip().lower()
        if not _PART_OF_ID.fullmatch(wanted):
            raise NotFound(f"{message_id!r} is not the id of a message")
        with self._database.reading() as session:
            rows = session.scalars(
                select(MessageRow)
                .where(MessageRow.id >= wanted, MessageRow.id < wanted + "g")
                .where(MessageRow.state == "kept")
                .limit(2)
            ).all()
            names = _company_names(session, rows)
        if not rows:
            raise NotFound(f"there is no message {message_id}")
        if len(rows) > 1:
            raise NotFound(f"several messages have ids that begin with {message_id}")
        return _message(rows[0], names)

    def read(self, message: Message) -> bytes:
        """The message's WAV. Raises NotFound or AudioError."""
        with self._audio.open(message.audio_key) as file:
            return file.read()

    def mark_heard(self, message_id: str) -> None:
        """Note that somebody listened; the first time counts."""
        self._change(message_id, MessageRow.heard_at.is_(None), heard_at=datetime.now(UTC))

    def delete(self, message_id: str) -> None:
        """Move to the trash."""
        self._change(message_id, MessageRow.deleted_at.is_(None), deleted_at=datetime.now(UTC))

    def restore(self, message_id: str) -> None:
        """Take back from the trash."""
        self._change(message_id, MessageRow.deleted_at.is_not(None), deleted_at=None)

    def purge(self, older_than: timedelta) -> int:
        """Delete for good what has been in the trash for so long; returns how many.

        Drafts that came to nothing go too, at that age or a day later. The audio goes before the
        row, so that a purge cut short leaves nothing that the next one would not find.
        """
        now = datetime.now(UTC)
        before = now - older_than
        with self._database.session() as session:
            session.execute(
                delete(MessageRow).where(
                    CAME_TO_NOTHING,
                    MessageRow.place < first_place(now - max(older_than, DRAFTS_STAY)),
                )
            )
        self._audio.tidy()
        purged = 0
        while batch := self._purge_batch(before):
            purged += batch
        return purged

    def _purge_batch(self, before: datetime) -> int:
        with self._database.session() as session:
            rows = session.scalars(
                select(MessageRow)
                .where(MessageRow.deleted_at <= before)
                .limit(PURGE_BATCH)
                .with_for_update()
            ).all()
            for row in rows:
                if row.audio_key:
                    self._audio.delete(row.audio_key)
                session.delete(row)
            return len(rows)

    def _matching(self, session: Session, query: Query) -> Select[MessageRow]:
        company_id = query.company and session.scalar(
            select(CompanyRow.id).where(CompanyRow.name == query.company)
        )
        return messages_matching(query, company_id=company_id, sqlite=self._database.is_sqlite)

    def _change(
        self, message_id: str, still: ColumnElement[bool], **values: datetime | None
    ) -> None:
        with self._database.session() as session:
            session.execute(
                update(MessageRow)
                .where(MessageRow.id == message_id, MessageRow.state == "kept", still)
                .values(**values)
            )


def _company_names(session: Session, rows: Sequence[MessageRow]) -> dict[str, str]:
    """What the companies are called now, by id."""
    ids = {row.company_id for row in rows if row.company_id}
    found = session.execute(select(CompanyRow.id, CompanyRow.name).where(CompanyRow.id.in_(ids)))
    return dict(found.all()) if ids else {}


def _message(row: MessageRow, names: dict[str, str]) -> Message:
    return Message(
        id=row.id,
        company=names.get(row.company_id or "", row.company),
        box=cast(Box, row.box),
        addressee_name=row.addressee_name,
        addressee_number=row.addressee_number,
        caller_number=row.caller_number,
        caller_name=row.caller_name,
        dialled=row.dialled,
        received_at=row.received_at.astimezone(ZoneInfo(row.timezone)),
        duration=row.duration or 0.0,
        size=row.size or 0,
        sha256=row.sha256 or "",
        source=cast(Source, row.source),
        cut_off=row.cut_off,
        heard_at=row.heard_at,
        deleted_at=row.deleted_at,
        audio_key=row.audio_key or "",
        peaks=row.peaks or b"",
        place=row.place,
    )

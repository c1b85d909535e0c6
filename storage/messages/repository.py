"""Kept messages: finding, hearing, marking, deleting and restoring them.

Whoever changes anything is written down in the audit log, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage import people
from storage.actor import EVERYTHING, Actor, Person, Scope, User
from storage.audio.store import AudioStore
from storage.database.engine import Database
from storage.database.tables import CompanyRow, MessageRow
from storage.errors import NotFound
from storage.identifiers import MOST_ALIKE, ambiguous, part_of_id
from storage.messages import changes, marks, quiet, unread
from storage.messages.audio_links import AudioLinks
from storage.messages.message import Message, MessageJson, Page, State, message_of
from storage.messages.query import AnyBox, Query
from storage.messages.search import find
from storage.messages.visibility import scope_of, visible
from storage.text import shown

__all__ = ["Message", "MessageJson", "MessageRepository", "Page", "Query"]

PAGE = 200  # messages read at once, where all of them are wanted


class MessageRepository:
    """The kept messages of all companies. Synchronous and safe to use from many threads.

    Methods that take a scope know nothing outside of it: what is there and may not be seen is
    NotFound like what is not there. All methods raise DatabaseUnavailable.
    """

    def __init__(self, database: Database, audio: AudioStore) -> None:
        self._database = database
        self._audio = audio
        self.links = AudioLinks(database)
        """For programs that fetch a message's audio without a login."""

    def scope_of(self, user: User) -> Scope:
        """What a user may see just now."""
        with self._database.reading() as session:
            return scope_of(session, user)

    def list(self, query: Query) -> Page:
        """A page of messages. Raises ConfigError for a month that is none."""
        limit = query.limit if query.limit is not None else PAGE
        with self._database.reading() as session:
            found = find.find(session, query, limit + 1)
            messages = _messages(session, found.rows[:limit], query.scope, query.reader)
        goes_on = messages and len(found.rows) > limit
        return Page(messages, messages[-1].place if goes_on else None, found.month)

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

    def ids(self, query: Query) -> Sequence[str]:
        """The ids of all messages that a query finds, whatever its limit, in its order."""
        with self._database.reading() as session:
            return find.ids(session, query)

    def count(self, query: Query) -> int:
        """How many messages a query finds, up to its limit; reads all of them."""
        with self._database.reading() as session:
            return find.count(session, query)

    def amount(self, query: Query) -> tuple[int, int]:
        """How many messages a query finds, without its limit, and the bytes of their audio."""
        with self._database.reading() as session:
            return find.amount(session, query)

    def months(
        self, scope: Scope, *, box: AnyBox | None = None, employee: str | None = None
    ) -> Sequence[tuple[str, int]]:
        """Months (``2026-08``) that have messages and how many, newest first, without the trash."""
        with self._database.reading() as session:
            return find.months(session, Query(scope=scope, box=box, employee=employee))

    def quiet_count(self, scope: Scope) -> int:
        """How many messages lie aside as probably empty; `quiet.COUNTED` (1000) means "or more"."""
        with self._database.reading() as session:
            return quiet.count(session, scope)

    def people(self, company_id: str) -> Sequence[Person]:
        """The company's employees, and former ones whose messages are listed; by extension."""
        with self._database.reading() as session:
            return people.known(session, company_id)

    def new_count(self, user: User) -> int:
        """How many messages are new to a user; `unread.COUNTED` (1000) means "or more"."""
        with self._database.reading() as session:
            return unread.new_count(session, user)

    def is_unheard(self, message_id: str) -> bool:
        """Whether a message is unheard in its mailbox: see `storage.messages.unread`."""
        with self._database.reading() as session:
            return unread.is_unheard(session, message_id)

    def unheard_since(
        self, company_id: str, employee_id: str | None, since: datetime, limit: int
    ) -> tuple[Sequence[Message], int]:
        """What came since then and is unheard in a mailbox: the newest, and how many there are.

        `unread.COUNTED` (1000) means "or more". ``employee_id`` is None for the company's own.
        """
        with self._database.reading() as session:
            places = unread.unheard_since(company_id, employee_id, since)
            newest = session.scalars(places.limit(limit)).all()
            counted = select(func.count()).select_from(places.limit(unread.COUNTED).subquery())
            count = session.scalar(counted) or 0
            found = select(MessageRow).where(MessageRow.place.in_(newest))
            rows = session.scalars(found.order_by(MessageRow.place.desc())).all()
            return _messages(session, rows, EVERYTHING, None), count

    def get(
        self, message_id: str, scope: Scope = EVERYTHING, *, reader: str | None = None
    ) -> Message:
        """A message, deleted or not, by its id or by a beginning that no other id has.

        Raises NotFound.
        """
        if (wanted := part_of_id(message_id)) is None:
            raise NotFound("not-a-message-id", text=shown(message_id))
        with self._database.reading() as session:
            rows = session.scalars(
                select(MessageRow)
                .where(MessageRow.id >= wanted, MessageRow.id < wanted + "g")
                .where(MessageRow.state == "kept", visible(scope))
                .limit(MOST_ALIKE + 1)
            ).all()
            messages = _messages(session, rows, scope, reader)
        if not messages:
            raise NotFound("no-message", id=message_id)
        if len(messages) > 1:
            ids = [message.id for message in messages]
            raise ambiguous("ambiguous-id", "ambiguous-id-of-many", wanted, ids)
        return messages[0]

    def those(
        self, message_ids: Collection[str], scope: Scope = EVERYTHING, *, reader: str | None = None
    ) -> Sequence[Message]:
        """Those of the messages that are there, deleted or not, in the order of their whole ids."""
        ids = list(dict.fromkeys(message_ids))
        found = select(MessageRow).where(MessageRow.id.in_(ids), MessageRow.state == "kept")
        with self._database.reading() as session:
            rows = {row.id: row for row in session.scalars(found.where(visible(scope)))}
            in_order = [rows[each] for each in ids if each in rows]
            return _messages(session, in_order, scope, reader)

    def read(self, message: Message) -> bytes:
        """The message's WAV. Raises NotFound or AudioError."""
        with self.open(message) as file:
            return file.read()

    def open(self, message: Message) -> BinaryIO:
        """The message's WAV, to be read in parts. Raises NotFound or AudioError."""
        return self._audio.open(message.audio_key)

    def listen(
        self, message_id: str, *, user: User | None = None, phone: str = "", by: Actor
    ) -> None:
        """Note that a message is being listened to: to its user it is new no longer.

        ``phone`` is the extension on whose phone it is played: to whom that belongs it is new no
        longer, where the message is theirs.
        Somebody who asks again within ten minutes is still listening. Raises NotFound.
        """
        with self._database.session() as session:
            marks.listen(session, message_id, user, by, phone)

    def note_listening(self, message_id: str, *, user: User | None = None, by: Actor) -> None:
        """Note that somebody listens who may not mark anything: new it stays. Raises NotFound."""
        with self._database.session() as session:
            marks.note_listening(session, message_id, user, by)

    def mark(
        self, message_ids: Collection[str], state: State, *, user: User | None = None, by: Actor
    ) -> Sequence[str]:
        """Make messages new to a user, or heard; the ids of those that were not yet. Without one
        it is as with `listen`: their accounts' owners find them as before.

        All or none: raises NotFound if there is one the user may not see.
        """
        with self._database.session() as session:
            return marks.mark(session, message_ids, state, user, by)

    def delete(self, message_id: str, *, by: Actor, scope: Scope = EVERYTHING) -> None:
        """Move to the trash. Raises NotFound or Held."""
        self.delete_many([message_id], by=by, scope=scope)

    def delete_many(
        self, message_ids: Collection[str], *, by: Actor, scope: Scope = EVERYTHING
    ) -> Sequence[str]:
        """Move messages to the trash; the ids of those that were not there yet.

        All or none: raises NotFound if there is one that the scope does not cover, and Held if
        one is on hold.
        """
        with self._database.session() as session:
            return changes.delete(session, message_ids, scope, by)

    def restore(self, message_id: str, *, by: Actor, scope: Scope = EVERYTHING) -> None:
        """Take back from the trash. Raises NotFound."""
        self.restore_many([message_id], by=by, scope=scope)

    def restore_many(
        self, message_ids: Collection[str], *, by: Actor, scope: Scope = EVERYTHING
    ) -> Sequence[str]:
        """Take messages back from the trash; the ids of those that were there.

        All or none: raises NotFound if there is one that the scope does not cover.
        """
        with self._database.session() as session:
            return changes.restore(session, message_ids, scope, by)

    def accept(
        self, message_ids: Collection[str], *, by: Actor, scope: Scope = EVERYTHING
    ) -> Sequence[str]:
        """Make ordinary messages of what was kept aside; the ids of those that were aside.

        From then on they are new to everybody who sees them. All or none: raises NotFound if there
        is one that the scope does not cover.
        """
        with self._database.session() as session:
            return changes.accept(session, message_ids, scope, by)

    def hold(
        self, message_ids: Collection[str], *, reason: str, by: Actor, scope: Scope = EVERYTHING
    ) -> Sequence[str]:
        """Keep messages from being deleted, by anybody and by time; the ids of those not held yet.

        What lies in the trash stays there. All or none: raises NotFound if there is one that the
        scope does not cover, ConfigError for a reason that is none.
        """
        with self._database.session() as session:
            return changes.hold(session, message_ids, scope, reason, by)

    def release(
        self, message_ids: Collection[str], *, by: Actor, scope: Scope = EVERYTHING
    ) -> Sequence[str]:
        """End the hold of messages; the ids of those that were held. All or none, as `hold`."""
        with self._database.session() as session:
            return changes.release(session, message_ids, scope, by)

    def note_download(self, message: Message, *, by: Actor) -> None:
        """Note that somebody takes the audio away as a file."""
        with self._database.session() as session:
            changes.note_download(session, message, by)

    def note_export(self, query: Query, messages: int, *, by: Actor) -> None:
        """Note that somebody takes away the audio of so many messages at once."""
        with self._database.session() as session:
            changes.note_export(session, query, messages, by)


def _messages(
    session: Session, rows: Sequence[MessageRow], scope: Scope, reader: str | None
) -> tuple[Message, ...]:
    """Rows as messages, with what the companies are called now and what is new to the reader."""
    ids = {row.company_id for row in rows if row.company_id}
    found = session.execute(select(CompanyRow.id, CompanyRow.name).where(CompanyRow.id.in_(ids)))
    names: dict[str, str] = dict(found.all()) if ids else {}
    places = [row.place for row in rows]
    new = unread.new_among(session, reader, places) if reader is not None and rows else set()
    return tuple(
        message_of(
            row,
            company=names.get(row.company_id or "", row.company),
            is_new=row.heard_at is None if reader is None else row.place in new,
            shows_hold=scope.people is None,
        )
        for row in rows
    )

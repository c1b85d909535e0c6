"""Who did what, when and from where: the audit log.

What is noted is noted in the transaction that does it, so that neither is there without the other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actor import Actor
from storage.database.engine import Database
from storage.database.tables import AuditRow
from storage.text import normalise, plain, storable, with_texts
from storage.words.folding import fold

# A page of a search looks at so many entries and no more; its cursor goes on from there.
LOOKED_AT = 5_000
MOST_CHARACTERS = 1_000


def note(
    session: Session,
    by: Actor,
    action: str,
    *,
    company_id: str | None,
    subject: str = "",
    details: object = None,
) -> None:
    """Write down what somebody does, in the transaction that does it.

    ``action`` is a word such as ``message.delete``, ``subject`` what it was done to, ``details``
    whatever JSON can tell about it. ``company_id`` is the company whose administrators may read
    it, None for what concerns no company.
    """
    subject = storable(subject)[:MOST_CHARACTERS]
    who = storable(by.name)[:MOST_CHARACTERS]
    session.add(
        AuditRow(
            at=datetime.now(UTC),
            company_id=company_id,
            user_id=by.user_id,
            who=who,
            via=by.via,
            address=by.address,
            action=action,
            subject=subject,
            details=None if details is None else storable(json.dumps(details, ensure_ascii=False)),
            search=fold(f"{who} {action} {subject} {by.address}"),
        )
    )


class EntryJson(TypedDict):
    """An entry as lists print it."""

    id: int
    at: str
    who: str
    via: str
    address: str
    action: str
    subject: str
    details: object


@dataclass(frozen=True)
class AuditEntry:
    """One line of the log. ``details`` is what JSON told, None for nothing."""

    id: int
    at: datetime
    company_id: str | None
    user_id: str | None
    who: str
    via: str
    address: str
    action: str
    subject: str
    details: object

    def as_json(self) -> EntryJson:
        """As lists print it; all texts are plain."""
        return {
            "id": self.id,
            "at": self.at.isoformat(timespec="seconds"),
            "who": plain(self.who),
            "via": self.via,
            "address": plain(self.address),
            "action": self.action,
            "subject": plain(self.subject),
            "details": with_texts(self.details, plain),
        }


@dataclass(frozen=True)
class AuditQuery:
    """Which entries are wanted; None and "" mean any.

    ``search`` is looked for in who, action, subject and address; ``action`` is a whole action or,
    ending in a dot, the beginning of several (``message.``). ``before`` is where the page before
    ended.
    """

    company_id: str | None = None
    user_id: str | None = None
    action: str = ""
    search: str = ""
    limit: int = 100
    before: int | None = None


@dataclass(frozen=True)
class AuditPage:
    """Entries, newest first, and where the next page begins, if any follows.

    While searching a page may hold few entries or none and still have a next.
    """

    entries: tuple[AuditEntry, ...]
    next: int | None


class AuditLog:
    """The log, to be read. Synchronous and safe to use from many threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, query: AuditQuery) -> AuditPage:
        """A page of entries, newest first. Raises DatabaseUnavailable."""
        statement = select(AuditRow).order_by(AuditRow.id.desc()).limit(LOOKED_AT)
        if query.company_id is not None:
            statement = statement.where(AuditRow.company_id == query.company_id)
        if query.before is not None:
            statement = statement.where(AuditRow.id < query.before)
        # Entries of earlier versions are not folded.
        words = [(fold(word), word) for word in normalise(query.search).split()]
        found: list[AuditEntry] = []
        with self._database.reading() as session:
            for number, row in enumerate(session.scalars(statement).yield_per(500), 1):
                if len(found) == query.limit:
                    return AuditPage(tuple(found), found[-1].id)
                if _matches(row, query, words):
                    found.append(_entry(row))
                if number == LOOKED_AT:
                    return AuditPage(tuple(found), row.id)
        return AuditPage(tuple(found), None)


def _matches(row: AuditRow, query: AuditQuery, words: Sequence[tuple[str, str]]) -> bool:
    """``words`` are those looked for, folded and not: one of both has to be there."""
    if query.user_id is not None and row.user_id != query.user_id:
        return False
    begins = query.action.endswith(".") and row.action.startswith(query.action)
    if query.action and not begins and row.action != query.action:
        return False
    return all(any(each and each in row.search for each in both) for both in words)


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        company_id=row.company_id,
        user_id=row.user_id,
        who=row.who,
        via=row.via,
        address=row.address,
        action=row.action,
        subject=row.subject,
        details=None if row.details is None else json.loads(row.details),
    )

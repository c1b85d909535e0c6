"""Removing messages for good: row and audio go together, here and nowhere else.

A message goes in three steps, and the power may fail after each of them:

1. its row stops being that of a kept message, in the transaction that notes it in the audit log:
   from then on nobody can find, restore or hold it;
2. its audio goes;
3. its row goes.

In between the row is found by `IS_GOING`, and the next run goes on with it. So there is never a
message without its audio, nor audio without a row; and no lock is held while a store is slow.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.actor import EVERYTHING, Actor, Scope
from storage.audio.store import AudioStore
from storage.audit import note
from storage.database.engine import Database
from storage.database.tables import IS_EXPIRING, IS_GOING, MessageRow
from storage.errors import AudioError, Problem, wrong
from storage.messages.visibility import visible
from storage.retention.report import MOST_TOLD, Effect, Report, Whose

BATCH = 100
"""Messages in one transaction: a caller's message waits for it some hundredths of a second."""
PATIENCE = 60.0
"""Seconds that a run spends on audio that cannot be removed; then the store is taken for away."""
SHORT_PATIENCE = 5.0
"""Seconds that somebody waits who empties the trash; the next run goes on with what is left."""


def remove(
    database: Database,
    audio: AudioStore,
    before: datetime,
    names: Mapping[str, str],
    by: Actor,
    scope: Scope = EVERYTHING,
) -> Iterator[Report]:
    """Remove what was deleted before that moment and is not held, a batch at a time.

    Only what ``scope`` covers; ``names`` are those of the companies there are, by their ids. Audio
    that cannot be removed stays with its row, is reported, and is tried again by the next run.
    Raises DatabaseUnavailable.
    """
    while _condemn(database, before, by, scope, "messages.purge"):
        yield Report()
    yield from _take_away(database, audio, names, PATIENCE)


def empty(
    database: Database, audio: AudioStore, before: datetime, by: Actor, scope: Scope
) -> tuple[int, int]:
    """The same for somebody who empties the trash and waits: how many messages, and their bytes.

    All of them are out of sight when it returns; what audio a slow store still has then is
    removed by the next run. Raises DatabaseUnavailable.
    """
    messages = size = 0
    while batch := _condemn(database, before, by, scope, "messages.empty"):
        messages += len(batch)
        size += sum(row.size or 0 for row in batch)
    began = time.monotonic()
    for _ in _take_away(database, audio, {}, SHORT_PATIENCE):
        if time.monotonic() - began > SHORT_PATIENCE:
            break
    return messages, size


def _condemn(
    database: Database, before: datetime, by: Actor, scope: Scope, action: str
) -> Sequence[MessageRow]:
    """The first step, for a batch."""
    expired = (
        select(MessageRow)
        .where(IS_EXPIRING, MessageRow.deleted_at <= before, visible(scope))
        .order_by(MessageRow.deleted_at)
    )
    with database.reading() as session:  # which waits for nobody, and mostly finds nothing
        if session.scalar(expired.with_only_columns(MessageRow.place).limit(1)) is None:
            return ()
    with database.session() as session:
        rows = session.scalars(
            expired.limit(BATCH).with_for_update(
                skip_locked=True
            )  # somebody restores or holds it just now
        ).all()
        for row in rows:
            row.state = "discarded"
        _note(session, rows, by, action)
        return rows


def _note(session: Session, rows: Sequence[MessageRow], by: Actor, action: str) -> None:
    messages = Counter(row.company_id for row in rows)
    sizes = Counter[str | None]()
    for row in rows:
        sizes[row.company_id] += row.size or 0
    for company_id, number in messages.items():
        details = {"messages": number, "bytes": sizes[company_id]}
        note(session, by, action, company_id=company_id, details=details)


def _take_away(
    database: Database, audio: AudioStore, names: Mapping[str, str], patience: float
) -> Iterator[Report]:
    """The second and the third step, for all that has taken the first, in this run or another."""
    after, in_vain = -1, 0.0
    while (going := _going(database, after)) and in_vain <= patience:
        removed: list[int] = []
        failures: list[Problem] = []
        for row in going:
            began = time.monotonic()
            try:
                audio.delete(row.audio_key or "")
                removed.append(row.place)
            except AudioError as error:
                failures.append(wrong("not-removed", id=row.id, reason=error.problem))
                in_vain += time.monotonic() - began
                if in_vain > patience:
                    break
        gone = _drop(database, removed)
        done = Report()
        for row in going:
            if row.place in gone:
                effect = Effect(removed=1, removed_bytes=row.size or 0)
                done += Report({Whose.of(row, names): effect})
        yield done + Report(failures=tuple(failures[:MOST_TOLD]), failed=len(failures))
        after = going[-1].place


def _going(database: Database, after: int) -> Sequence[MessageRow]:
    with database.reading() as session:
        return session.scalars(
            select(MessageRow)
            .where(IS_GOING, MessageRow.place > after)
            .order_by(MessageRow.place)
            .limit(BATCH)
        ).all()


def _drop(database: Database, places: Sequence[int]) -> set[int]:
    """Delete rows whose audio is gone; those that were there still."""
    if not places:
        return set()
    with database.session() as session:
        dropped = delete(MessageRow).where(IS_GOING, MessageRow.place.in_(places))
        return set(session.scalars(dropped.returning(MessageRow.place)))

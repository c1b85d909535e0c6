"""What has to go from time to time: old trash, drafts that came to nothing, news long told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from storage import news, unheard
from storage.actor import Actor
from storage.audit import note
from storage.database import Database
from storage.identifiers import first_place
from storage.models import CAME_TO_NOTHING, MessageRow
from storage.vault import AudioStore

PURGE_BATCH = 100
# While audio may still turn up for a draft, its row has to be there.
DRAFTS_STAY = timedelta(days=1)
NEWS_STAY = timedelta(days=1)


def purge(
    database: Database, audio: AudioStore, older_than: timedelta, by: Actor | None = None
) -> int:
    """Delete for good what has been in the trash for so long; returns how many messages.

    Drafts that came to nothing go too, at that age or a day later. The audio goes before the
    row, so that a purge cut short leaves nothing that the next one would not find.
    """
    now = datetime.now(UTC)
    with database.session() as session:
        session.execute(
            delete(MessageRow).where(
                CAME_TO_NOTHING,
                MessageRow.place < first_place(now - max(older_than, DRAFTS_STAY)),
            )
        )
    audio.tidy()
    purged = 0
    while batch := _purge_batch(database, audio, now - older_than):
        purged += batch
    if by is not None:
        with database.session() as session:
            note(session, by, "messages.purge", company_id=None, details={"messages": purged})
    return purged


def tidy(database: Database) -> None:
    """Let go of news long told, and of what stays new to people who never listen."""
    with database.session() as session:
        unheard.trim(session)
        news.trim(session, NEWS_STAY)


def _purge_batch(database: Database, audio: AudioStore, before: datetime) -> int:
    with database.session() as session:
        rows = session.scalars(
            select(MessageRow)
            .where(MessageRow.deleted_at <= before)
            .limit(PURGE_BATCH)
            .with_for_update(skip_locked=True)  # somebody restores it just now
        ).all()
        for row in rows:
            if row.audio_key:
                audio.delete(row.audio_key)
            session.delete(row)
        return len(rows)

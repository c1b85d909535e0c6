"""What nobody misses: drafts that came to nothing, half-written audio, news long told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete

from storage.audio.store import AudioStore
from storage.database.engine import Database
from storage.database.tables import CAME_TO_NOTHING, MessageRow
from storage.identifiers import first_place
from storage.messages import events, unread

# While audio may still turn up for a draft, its row has to be there.
DRAFTS_STAY = timedelta(days=1)
NEWS_STAY = timedelta(days=1)


def tidy(database: Database, audio: AudioStore, drafts_stay: timedelta) -> None:
    """Let go of what nobody misses, and of what stays new to people who never listen.

    Drafts that came to nothing go at that age, or a day old. Raises DatabaseUnavailable or
    AudioError.
    """
    with database.session() as session:
        unread.trim(session)
        events.trim(session, NEWS_STAY)
        # One with audio is a message that is being removed, and not without its audio.
        session.execute(
            delete(MessageRow).where(
                CAME_TO_NOTHING,
                MessageRow.audio_key.is_(None),
                MessageRow.place < first_place(datetime.now(UTC) - max(drafts_stay, DRAFTS_STAY)),
            )
        )
    audio.tidy()

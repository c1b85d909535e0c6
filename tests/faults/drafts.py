"""Recordings that AGI makes: no event tells of them, but their drafts and files do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy import select

from storage.errors import StorageError
from storage.models import IS_DRAFT, MessageRow
from tests.faults.plans import State

if TYPE_CHECKING:
    from tests.faults.town import Town

POLL_SECONDS = 0.2


async def tell_of_fallback(town: Town) -> None:
    """Let callers in the fallback know when their recording has begun, until cancelled.

    The beep comes before the file.
    """
    app = town.app

    def recording() -> list[str]:
        with app.database.reading() as session:
            drafts = session.execute(select(MessageRow.id, MessageRow.call_id).where(IS_DRAFT))
            folder = app.settings.recordings
            return [call for draft, call in drafts if (folder / f"{draft}.wav").exists()]

    while True:
        await asyncio.sleep(POLL_SECONDS)
        if not any(caller.state is State.FALLBACK for caller in town.callers.values()):
            continue
        try:
            channels = await asyncio.to_thread(recording)
        except StorageError:
            continue  # the database is what is broken just now
        for channel in channels:
            caller = town.by_channel(channel)
            if caller is not None and caller.state is State.FALLBACK:
                caller.enter(State.RECORDING)

"""Recordings that AGI makes: no event tells of them, but their drafts and files do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from storage.errors import StorageError
from tests.faults.plans import State

if TYPE_CHECKING:
    from tests.faults.installation import Installation

POLL_SECONDS = 0.2


async def tell_of_fallback(installation: Installation) -> None:
    """Let callers in the fallback know when their recording has begun, until cancelled.

    The beep comes before the file.
    """
    app = installation.app

    def recording() -> list[str]:
        folder = app.settings.recordings
        return [
            draft.call_id
            for draft in app.intake.drafts.open()  # also those that are only slips
            if (folder / f"{draft.id}.wav").exists()
        ]

    while True:
        await asyncio.sleep(POLL_SECONDS)
        if not any(caller.state is State.FALLBACK for caller in installation.callers.values()):
            continue
        try:
            channels = await asyncio.to_thread(recording)
        except StorageError:
            continue  # the database is what is broken just now
        for channel in channels:
            caller = installation.by_channel(channel)
            if caller is not None and caller.state is State.FALLBACK:
                caller.enter(State.RECORDING)

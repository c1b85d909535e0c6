"""Uploading: what waits in the outbox is taken to the object store, off the event loop."""

from __future__ import annotations

import asyncio
import threading

import structlog

from storage.audio.store import AudioStore
from storage.errors import StorageError
from web.language.problems import sentence, whole

SHORTEST_SECONDS = 1.0
"""Between two rounds; a round with nothing to do reads one folder."""
LONGEST_SECONDS = 15.0
"""Between two rounds while the store fails."""

log = structlog.get_logger()


async def keep_uploading(audio: AudioStore) -> None:
    """Upload what waits, round after round, until cancelled; a round begun ends early then."""
    stop = threading.Event()
    pause, told = SHORTEST_SECONDS, ""
    try:
        while True:
            failures = await _upload(audio, stop)
            pause = min(2 * pause, LONGEST_SECONDS) if failures else SHORTEST_SECONDS
            told = _tell(failures, told)
            await asyncio.sleep(pause)
    finally:
        stop.set()


async def _upload(audio: AudioStore, stop: threading.Event) -> tuple[str, ...]:
    """Why some of them could not be uploaded."""
    try:
        return tuple(map(sentence, await asyncio.to_thread(audio.upload, stop)))
    except StorageError as error:
        return (whole(error),)
    except Exception as error:
        # One file that nobody foresaw must not end uploading for good.
        log.exception("uploading failed")
        return (repr(error),)


def _tell(failures: tuple[str, ...], told: str) -> str:
    """Log what is new, and not every few seconds that the store is still down."""
    why = failures[0] if failures else ""
    if why and why != told:
        log.warning("recordings wait to be uploaded", why=why)
    elif told and not why:
        log.info("recordings are uploaded again")
    return why

"""What must not be there when all is over: channels, files and rows that belong to nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select

from commands.context import App
from storage.audio.store import LocalAudio
from storage.database.tables import IS_DRAFT, MessageRow
from telephony.errors import AriError
from tests.faults.accounts import Account
from tests.faults.installation import Installation

CHANNELS_SECONDS = 15.0
"""Within this time after the last caller hung up, no channel is left."""
SETTLING_SECONDS = 60.0
"""Within this time everything is filed: the service settles four times a minute, and a file must
have been quiet for five seconds."""
POLL_SECONDS = 0.5


async def look_for_leftovers(account: Account, installation: Installation) -> None:
    """Wait until all is settled, and count what is not."""
    channels = await _channels_left(installation)
    if channels:
        account.fail("stuck_channels", f"channels are left: {channels}", len(channels))
    app = installation.app
    clock = asyncio.get_running_loop()
    deadline = clock.time() + SETTLING_SECONDS
    while clock.time() < deadline:
        files, rows = await asyncio.to_thread(_unsettled, app)
        if not files and not rows:
            break
        await asyncio.sleep(POLL_SECONDS)
    if rows:
        account.fail("orphan_rows", f"drafts are left: {rows}", len(rows))
    files += await asyncio.to_thread(_unknown_audio, app)
    if files:
        account.fail("orphan_files", f"files are left: {files}", len(files))


async def _channels_left(installation: Installation) -> list[str]:
    clock = asyncio.get_running_loop()
    deadline = clock.time() + CHANNELS_SECONDS
    while True:
        try:
            channels = [
                str(c["name"]) for c in await installation.inside.request("GET", "/channels")
            ]
        except AriError as error:
            channels = [str(error)]
        if not channels or clock.time() > deadline:
            return channels
        await asyncio.sleep(POLL_SECONDS)


def _unsettled(app: App) -> tuple[list[str], list[str]]:
    settings = app.settings
    files = [*_waves(settings.recordings), *_waves(settings.fallback_spool)]
    with app.database.reading() as session:
        rows = session.scalars(select(MessageRow.id).where(IS_DRAFT)).all()
    return files, list(rows)


def _unknown_audio(app: App) -> list[str]:
    """Kept audio that no row knows."""
    if not isinstance(app.audio, LocalAudio):
        return []
    with app.database.reading() as session:
        known = set(session.scalars(select(MessageRow.audio_key)))
    folder = app.audio.folder
    return [name for name in _waves(folder) if str(Path(name).relative_to(folder)) not in known]


def _waves(folder: Path) -> Iterable[str]:
    return [str(path) for path in folder.rglob("*.wav")] if folder.is_dir() else []

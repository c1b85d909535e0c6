"""Where what lasts is written, and how much room there is."""

from __future__ import annotations

from pathlib import Path

from commands.context import App
from storage.files.free_space import free_bytes


def places(app: App) -> dict[str, Path]:
    """Where what lasts is written: by its name, the folder (which may not be there yet)."""
    settings = app.settings
    found = {"spool": settings.spool, "home": settings.home, "audio": settings.audio_folder}
    if settings.audio.in_bucket:
        found["audio"] = settings.outbox_folder
    if settings.database_file is not None:
        found["database"] = settings.database_file.parent
    return found


def known_free_bytes(path: Path) -> int | None:
    """Free bytes of the file system of a path, which may not be there yet; None for unknown."""
    try:
        return free_bytes(path)
    except OSError:
        return None

"""Where what lasts is written, and how much room there is."""

from __future__ import annotations

import os
from pathlib import Path

from commands.context import App


def places(app: App) -> dict[str, Path]:
    """Where what lasts is written: by its name, the folder (which may not be there yet)."""
    settings = app.settings
    found = {"spool": settings.spool, "home": settings.home, "audio": settings.audio_folder}
    if settings.audio.in_bucket:
        found["audio"] = settings.outbox_folder
    if settings.database_file is not None:
        found["database"] = settings.database_file.parent
    return found


def free_bytes(path: Path) -> int | None:
    """Free bytes of the file system of a path, or of the nearest folder above that is there."""
    for folder in (path, *path.parents):
        try:
            disk = os.statvfs(folder)
        except FileNotFoundError:
            continue
        except OSError:
            return None
        return disk.f_bavail * disk.f_frsize
    return None

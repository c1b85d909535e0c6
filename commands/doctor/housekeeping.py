"""The check of housekeeping: whether anybody uploads recordings and removes what is old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from commands.context import App
from commands.doctor.ages import ago
from commands.doctor.finding import Finding, ok
from commands.loops.housekeeping import lease_name
from storage.database.lease import read

LATE: Final = timedelta(minutes=1)
"""Who does it says so every few seconds."""


def housekeeping(app: App) -> Finding:
    """Who does it in this home, or since when nobody has."""
    name = "housekeeping"
    entry = read(app.database, lease_name(app.settings))
    if entry is None:
        return Finding(name, "skipped", "nobody has begun to upload and remove what is old here")
    age = datetime.now(UTC) - entry.renewed_at
    if entry.is_free or age > LATE:
        what = f"nobody has uploaded recordings, or removed what is old, for {ago(age)}"
        return Finding(
            name, "warning", what, "Is `voicepost worker` running, or `voicepost calls`?"
        )
    instead = ", as no worker runs in this home" if entry.role == "calls" else ""
    what = f"`voicepost {entry.role}` uploads recordings and removes what is old ({entry.place})"
    return ok(name, what + instead)

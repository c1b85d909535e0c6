"""How long ago something was, as people say it."""

from __future__ import annotations

from datetime import timedelta


def ago(age: timedelta) -> str:
    seconds = max(0, int(age.total_seconds()))
    for length, word in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * length:
            return f"{seconds // length} {word}"
    return f"{seconds} seconds"

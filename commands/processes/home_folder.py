"""What is done about a home at each start of the service: it is closed to others."""

from __future__ import annotations

import structlog

from storage.privacy import tighten
from storage.settings import Settings

log = structlog.get_logger()


def close_home(settings: Settings) -> None:
    """Make private what an older version, or somebody's umask, left open; says what was closed."""
    for place in tighten(settings):
        log.warning(
            "was open to others: made private",
            path=str(place.path),
            was=f"{place.mode:04o}",
            now=f"{place.closed:04o}",
        )

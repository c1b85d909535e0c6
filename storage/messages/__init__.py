"""Messages that are kept: found, marked, deleted, held, counted, and told of to open pages.

How one comes to be kept is in `storage.intake`; how it goes for good in `storage.retention`.
"""

__all__ = [
    "addressees",
    "audio_links",
    "changes",
    "envelope",
    "events",
    "lately",
    "message",
    "month_counts",
    "orphaned_audio",
    "query",
    "quiet",
    "reindexing",
    "repository",
    "search",
    "unassigned",
    "unread",
    "visibility",
]

"""From the beep to "saved": drafts, what stands in for them while the database is away, and what
becomes of a recording in the end, at once or later.

Finding and changing messages that are kept is in `storage.messages`.
"""

__all__ = [
    "draft_files",
    "drafts",
    "intake",
    "log_events",
    "mailboxes",
    "reconcile",
    "rows",
]

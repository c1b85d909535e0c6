"""What roles do again and again beside their callers: settling, lamps, uploads, retention, search;
and which process serves a home, on whose account they do it.

Who runs them is in `commands.processes`; what they do in the rooms below.
"""

__all__ = [
    "calls_lock",
    "housekeeping",
    "lamps",
    "reindexing",
    "retention",
    "settling",
    "uploading",
]

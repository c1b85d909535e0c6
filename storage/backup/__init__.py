"""Backups: everything a home has, in one file, and back.

What a message or an office means may not come in here: tables are rows, and recordings are bytes
with a digest.
"""

__all__ = [
    "home",
    "making",
    "restoring",
    "verifying",
]

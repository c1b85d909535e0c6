"""Backups: everything a home has, in one file, and back."""

__all__ = [
    "home",
    "making",
    "restoring",
    "verifying",
]

"""How messages go by themselves: what is due, the trash, and removing for good.

What an administrator deletes by hand is in `storage.messages`.
"""

__all__ = [
    "due",
    "report",
    "retention",
]

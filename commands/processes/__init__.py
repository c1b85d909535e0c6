"""The service as processes: who starts, watches, forks and ends them, and their loops.

What they do for a caller or a page is in other rooms.
"""

__all__ = [
    "housekeeping",
    "serve",
]

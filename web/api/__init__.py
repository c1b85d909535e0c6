"""The JSON API: who asks, what an answer looks like, how errors are told.

Its operations are in `web.api.operations`; what pages show is not known here.
"""

__all__ = [
    "app",
    "guide",
    "problems",
]

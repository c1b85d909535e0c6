"""Finding messages among a million without reading what the answer does not have.

What a text is found by is in `storage.words`.
"""

__all__ = [
    "find",
    "index_ranges",
]

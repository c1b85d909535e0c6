"""Finding messages among a million without reading what the answer does not have.

What a text is found by is in `storage.words`.
"""

__all__ = [
    "addressees",
    "find",
    "index_ranges",
]

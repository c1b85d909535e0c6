"""Files that are whole or not there at all, flushed to the disk, and how much room there is.

What is in them is not known here.
"""

__all__ = [
    "atomic",
    "free_space",
    "fsync",
]

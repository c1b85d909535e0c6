"""What roles do again and again beside their callers: settling, lamps, uploads, retention, search.

Who runs them is in `commands.processes`; what they do in the rooms below.
"""

__all__ = ["housekeeping", "lamps", "reindexing", "settling"]

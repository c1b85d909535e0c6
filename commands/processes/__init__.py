"""The service as processes: who starts, watches, forks and ends them.

What they do again and again is in `commands.loops`; what they do for a caller or a page, in other
rooms.
"""

__all__ = ["serve"]

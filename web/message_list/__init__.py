"""The list of messages: its address, its rows, months and boxes, what is ticked, the way back.

What is done to messages stands in `web.pages`.
"""

__all__ = [
    "address",
    "asked",
    "boxes",
    "months",
    "rows",
    "selection",
    "zips",
]

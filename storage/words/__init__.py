"""Names and numbers as people write them, made comparable: what a text is found by.

What is searched for, and where, is not known here.
"""

__all__ = [
    "chats",
    "folding",
    "number_spellings",
    "phone_numbers",
    "prefixes",
    "terms",
    "withheld",
]

"""Names, numbers and addresses as people write them, made comparable, and checked against the
operator's lists.

What is searched for, and where, is not known here.
"""

__all__ = [
    "chats",
    "folding",
    "hosts",
    "mail_addresses",
    "number_spellings",
    "phone_numbers",
    "prefixes",
    "terms",
    "withheld",
]

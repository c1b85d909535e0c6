"""Accounts of the page: users, their passwords, sessions, tokens and one-time links.

What an account may see of messages is `storage.actor`'s business; how a browser keeps a session
may not come in here.
"""

__all__ = [
    "attempts",
    "devices",
    "invitations",
    "passwords",
    "rules",
    "sessions",
    "stale",
    "tokens",
    "users",
]

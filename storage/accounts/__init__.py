"""Accounts: users, their passwords, sessions, tokens and one-time links; PINs of mailboxes.

What an account may see of messages is `storage.actor`'s business; how a browser keeps a session
may not come in here.
"""

__all__ = [
    "attempts",
    "devices",
    "invitations",
    "passwords",
    "pin_rules",
    "pins",
    "rules",
    "sessions",
    "stale",
    "tokens",
    "users",
]

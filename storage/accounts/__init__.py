"""Accounts of the page: users, their passwords, sessions, tokens and one-time links."""

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

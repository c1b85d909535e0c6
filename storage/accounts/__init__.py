"""Accounts of the page: users, their passwords, sessions, tokens and one-time links."""

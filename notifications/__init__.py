"""Sending what is to be sent: mail, webhooks and chats, until each has arrived.

What is to be sent to whom is `storage.notifications`' business, and how it reads `web.letters`'.
Nothing of calls may come in here: while everything here hangs they notice nothing.
"""

__all__ = ["chat", "mail", "webhooks", "worker"]

"""The operations of the API, a module for each section of its document.

What several of them share belongs to `web.api`.
"""

__all__ = [
    "audit",
    "deliveries",
    "employees",
    "events",
    "holds",
    "lamps",
    "mailbox",
    "me",
    "menus",
    "messages",
    "numbers",
    "own_addresses",
    "phones",
    "prompts",
    "recordings",
    "selection",
    "users",
]

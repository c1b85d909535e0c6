"""The pages, a module for each section.

What several of them share belongs to a room beside this one.
"""

__all__ = [
    "account",
    "api",
    "audio_links",
    "audit",
    "browser_notifications",
    "company",
    "deliveries",
    "employees",
    "holds",
    "letter",
    "login",
    "mailbox",
    "menus",
    "messages",
    "notify",
    "numbers",
    "own",
    "pins",
    "problems",
    "prompts",
    "trash",
    "trying",
    "users",
]

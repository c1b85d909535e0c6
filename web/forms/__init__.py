"""What forms of pages have in common: fields, what was wrong, and the office that they change.

Forms of voice menus are in `web.menu_editor`.
"""

__all__ = [
    "about_employees",
    "confirming",
    "destinations",
    "fields",
    "forwarding",
    "office_changes",
    "own_account",
    "own_addresses",
    "phones",
    "sounds",
    "uploads",
]

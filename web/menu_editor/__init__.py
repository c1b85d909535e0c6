"""Voice menus on the page: the picture, the forms of a menu and of an action.

What a menu is, is in `storage.office`.
"""

__all__ = [
    "action_form",
    "choices",
    "form",
    "pages",
    "picture",
    "tree",
]

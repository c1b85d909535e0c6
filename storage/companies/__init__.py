"""Companies: their offices kept and changed, what the operator allows them, whose a number is, and
what a change makes of their people.

What an office is, as a document, is in `storage.office`.
"""

__all__ = [
    "allowance",
    "allowances",
    "bounds",
    "destinations",
    "directory",
    "mailbox_contexts",
    "reassigning",
    "store",
    "succession",
]

"""What whoever listens to a mailbox by phone sees of it, and does there.

What changes with a message when it is heard stands in `storage.messages`; who may come in, in
`storage.accounts.pins`.
"""

__all__ = ["mailboxes"]

"""What call flows have of the storage: messages taken, mailboxes heard, and nobody kept waiting.

The storage is synchronous; here it goes off the event loop, and is waited for within bounds. What
is said to a caller meanwhile may not come in here.
"""

__all__ = ["mailbox_keeping", "message_taking", "patience", "worker_threads"]

"""Notifications: what is to be sent to whom, and what became of it.

Whatever happens to a message is in the news by the transaction that does it. From there the
worker makes deliveries, one for each destination that wants to know, and sends them until each has
arrived. How something is sent, and in which words, may not come in here.
"""

__all__ = ["delivery", "digests", "outbox", "own_address", "own_addresses", "queue", "summaries"]

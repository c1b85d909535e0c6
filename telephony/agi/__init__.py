"""FastAGI: the way calls come in while the ARI application is away.

Call flows, and what a message is, may not come in here: a call is handed to whoever takes it.
"""

__all__ = [
    "call",
    "ping",
    "protocol",
    "server",
]

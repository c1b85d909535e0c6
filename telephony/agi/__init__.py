"""FastAGI: the way calls come in while the ARI application is away."""

__all__ = [
    "call",
    "ping",
    "protocol",
    "server",
]

"""Asterisk's REST interface (ARI): the client, the router of its events, and a call over it.

Call flows, and what a message is, may not come in here: a call is handed to whoever takes it.
"""

from typing import Final

__all__ = [
    "LEASE_VARIABLE",
    "client",
    "lamps",
    "lease",
    "music",
    "rescue",
    "ringing",
    "router",
]

LEASE_VARIABLE: Final = "VOICEPOST_LEASE"
"""Asterisk's global variable that says who serves its calls: see `telephony.ari.lease`."""

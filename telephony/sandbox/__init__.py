"""The private Asterisk: built without root, configured, started, and called by softphones.

How a call is served is not known here.
"""

__all__ = [
    "asterisk",
    "build",
    "configuration",
    "lamp_phone",
    "telephones",
]

"""`voicepost doctor`: is everything there that a running system needs, and what is to be done?

A check looks and changes nothing; what mends may not come in here.
"""

__all__ = [
    "health",
]

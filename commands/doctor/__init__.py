"""`voicepost doctor`: is everything there that a running system needs, and what is to be done?"""

__all__ = [
    "health",
]

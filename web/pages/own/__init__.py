"""What employees set for themselves on the page of their account: voicemail, addresses, PIN.

What administrators set for them may not come in here, unless it is the same thing's other side.
"""

__all__ = [
    "addresses",
    "pin",
    "voicemail",
]

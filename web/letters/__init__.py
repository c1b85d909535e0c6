"""Letters, long and short: what people read who are told of a message, in their company's language.

How either is sent may not come in here.
"""

__all__ = ["confirmation", "letter", "short", "summary"]

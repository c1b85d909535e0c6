"""Letters: what people read who are told of a message by mail, in their company's language.

How a letter is sent may not come in here.
"""

__all__ = ["letter"]

"""How sending came out, as errors: tried again, or not."""

from __future__ import annotations

from datetime import datetime


class TryAgain(Exception):
    """It has not arrived this time. The text is the other side's answer, or what went wrong.

    ``after`` are seconds for which the other side wants to be left alone.
    """

    def __init__(self, answer: str, after: float = 0) -> None:
        super().__init__(answer)
        self.after = after


class Refused(Exception):
    """It will never be taken: the address, or the letter itself, is refused."""


class NotWanted(Exception):
    """Nobody wants it any more: the destination or the message is gone."""


class NotYet(Exception):
    """It may not be sent before then, and was not tried."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until

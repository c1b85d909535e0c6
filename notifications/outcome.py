"""How sending came out: it has arrived, or, as errors, is tried again or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.office.notify import OnceSent


@dataclass(frozen=True)
class Sent:
    """It has arrived: what the other side said, and what becomes of the message then."""

    answer: str
    then: OnceSent = "keep"


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

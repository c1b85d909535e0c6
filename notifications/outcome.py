"""How sending came out, as errors: tried again, or not."""

from __future__ import annotations


class TryAgain(Exception):
    """It has not arrived this time. The text is the other side's answer, or what went wrong."""


class Refused(Exception):
    """It will never be taken: the address, or the letter itself, is refused."""


class NotWanted(Exception):
    """Nobody wants it any more: the destination or the message is gone."""

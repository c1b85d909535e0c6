"""What can go wrong on the web side, beside what storage tells."""

from __future__ import annotations

from storage.errors import Param, Refused, wrong


class FormError(Refused):
    """A form that was not filled in as it has to be."""


class ChangedMeanwhile(Refused):
    """What a form is about is not any more what the form was filled in from."""


class PhoneUnavailable(Exception):
    """A phone cannot be rung now; ``problem`` says why."""

    def __init__(self, code: str, /, **params: Param) -> None:
        self.problem = wrong(code, **params)
        super().__init__(str(self.problem))


class ExchangeUnavailable(Exception):
    """Asterisk cannot be asked; the text is for the log."""

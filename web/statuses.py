"""What an error of storage is in HTTP: one map for the page and the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from storage.accounts.attempts import LoginRefused
from storage.errors import (
    AudioError,
    Busy,
    DatabaseUnavailable,
    Ended,
    Held,
    LostAudio,
    NotFound,
    Refused,
)
from web.errors import ChangedMeanwhile, ExchangeUnavailable, PhoneUnavailable

STATUSES: Final[Mapping[type[BaseException], int]] = {
    Refused: 422,
    ChangedMeanwhile: 409,
    NotFound: 404,
    LostAudio: 404,
    Held: 409,
    Ended: 409,
    LoginRefused: 429,
    AudioError: 503,
    Busy: 503,
    DatabaseUnavailable: 503,
    PhoneUnavailable: 503,
    ExchangeUnavailable: 503,
}
"""Each with what derives from it and is not named here."""
MISTAKE: Final = 500
"""Whatever else happens is a mistake of ours."""


def status_of(error: BaseException) -> int:
    """The status of an answer that says no for this reason."""
    kinds = (STATUSES.get(kind) for kind in type(error).__mro__)
    return next((status for status in kinds if status is not None), MISTAKE)

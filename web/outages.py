"""What a visitor is told when something of ours fails: what it means for them, and a code.

Names of hosts, users, folders and drivers are nobody's business: they are in the log, under the
code.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

import structlog

from storage.errors import AudioError, DatabaseUnavailable, LostAudio, StorageError
from web.errors import ExchangeUnavailable

DATABASE: Final = "The service cannot reach its data just now. Try again in a moment."
RECORDINGS: Final = "Recordings cannot be reached just now. Try again in a moment."
LOST: Final = "The recording of this message is gone."
TELEPHONES: Final = "The telephone system cannot be reached just now. Try again in a moment."
MISTAKE: Final = "Something went wrong here. Try again in a moment."
SENTENCES: Final = (DATABASE, RECORDINGS, LOST, TELEPHONES, MISTAKE)
"""Messages of the catalogue, all of them."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Outage:
    """What the answer says, and the code of the line in the log."""

    sentence: str
    code: str


def outage_of(error: Exception, path: str) -> Outage:
    """What an error is to whoever asked for the path; what it is to us goes to the log."""
    code = secrets.token_hex(4)
    known = isinstance(error, StorageError | ExchangeUnavailable)
    log.error(
        "a request failed",
        code=code,
        path=path,
        reason=error if known else repr(error),
        **({} if known else {"exc_info": error}),
    )
    return Outage(_told(error), code)


def _told(error: Exception) -> str:
    match error:
        case DatabaseUnavailable():
            return DATABASE
        case LostAudio():
            return LOST
        case AudioError():
            return RECORDINGS
        case ExchangeUnavailable():
            return TELEPHONES
        case _:
            return MISTAKE

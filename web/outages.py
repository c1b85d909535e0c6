"""What a visitor is told when something of ours fails: what it means for him, and a code.

Names of hosts, users, folders and drivers are nobody's business: they are in the log, under the
code.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

import structlog

from storage.errors import AudioError, DatabaseUnavailable, LostAudio, StorageError
from web.services import ExchangeUnavailable

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
    """The status of the answer, its sentence, and the code of the line in the log."""

    status: int
    sentence: str
    code: str


def outage_of(error: Exception, path: str) -> Outage:
    """What an error is to whoever asked for the path; what it is to us goes to the log."""
    code = secrets.token_hex(4)
    status, sentence = _told(error)
    known = isinstance(error, StorageError | ExchangeUnavailable)
    log.error(
        "a request failed",
        code=code,
        path=path,
        reason=str(error) if known else repr(error),
        **({} if known else {"exc_info": error}),
    )
    return Outage(status, sentence, code)


def _told(error: Exception) -> tuple[int, str]:
    match error:
        case DatabaseUnavailable():
            return 503, DATABASE
        case LostAudio():
            return 404, LOST
        case AudioError():
            return 503, RECORDINGS
        case ExchangeUnavailable():
            return 503, TELEPHONES
        case _:
            return 500, MISTAKE

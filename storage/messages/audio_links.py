"""Links to the audio of one message that need no login: signed, and good for a while.

The key is the installation's, and lives in the database: who signs and who checks may be on two
machines. It is made with the first link.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from storage.database.engine import Database
from storage.database.signing_tables import SigningKeyRow
from storage.database.upsert import insert_into
from storage.identifiers import is_id

KEY: Final = "audio links"
KEY_BYTES: Final = 32
LIVES: Final = timedelta(hours=1)
"""How long a link is good."""
_DIGITS: Final = 12
"""Of the seconds since 1970 of any link."""


class AudioLinks:
    """Makes links, and tells whether one is ours and still good. Raises DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def new(self, message_id: str) -> str:
        """The address of a message's audio within the pages, good for an hour from now."""
        expires = str(int((datetime.now(UTC) + LIVES).timestamp()))
        signature = _signature(self._made_key(), message_id, expires)
        return f"/audio/{message_id}?expires={expires}&signature={signature}"

    def allow(self, message_id: str, expires: str, signature: str) -> bool:
        """Whether that is a link that was made here, and its hour is not over. Changes nothing."""
        if not is_id(message_id) or not (expires.isascii() and expires.isdecimal()):
            return False
        if len(expires) > _DIGITS or int(expires) < datetime.now(UTC).timestamp():
            return False
        with self._database.reading() as session:
            key = _key_in(session)
        if key is None:
            return False
        right = _signature(key, message_id, expires)
        return hmac.compare_digest(right.encode(), signature.encode("utf-8", "replace"))

    def _made_key(self) -> bytes:
        with self._database.reading() as session:
            key = _key_in(session)
        if key is not None:
            return key
        new = {"name": KEY, "key": secrets.token_bytes(KEY_BYTES)}
        with self._database.session() as session:
            # Of several who want the first one, all take that of the quickest.
            statement = insert_into(session, SigningKeyRow).on_conflict_do_nothing()
            session.connection().execute(statement, [new])
            there = _key_in(session)
        assert there is not None
        return there


def _key_in(session: Session) -> bytes | None:
    row = session.get(SigningKeyRow, KEY)
    return row.key if row else None


def _signature(key: bytes, message_id: str, expires: str) -> str:
    digest = hmac.digest(key, f"{message_id}.{expires}".encode(), "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode()

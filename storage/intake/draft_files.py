"""What is known of a message before the beep, in a small file, while the database is away.

A draft file lies beside the recording, named by the same id, and stands for the draft's row. It is
there until its message is settled. A row and a draft file of one id are one draft. Like everything
in the spool a draft file may be anything at all by the time that it is read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from storage.errors import SpoolError
from storage.files.atomic import NotPlain, read_plain, write_whole
from storage.identifiers import is_id
from storage.messages.envelope import Envelope
from storage.text import storable

SUFFIX = ".json"
LARGEST = 1_000_000
"""Bytes. Ours have a thousand; texts of strangers make them longer, but not by so much."""
LONGEST_ID = 36
TIMES = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
"""Between these lies every time that the database can put in order."""

_ENVELOPE = TypeAdapter(Envelope)

log = structlog.get_logger(__name__)


class DraftFiles:
    """The draft files in one folder. Synchronous and safe to use from many threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, envelope: Envelope) -> None:
        """Write a draft file that survives a power cut. Raises SpoolError."""
        slip = asdict(envelope) | {"received_at": envelope.received_at.isoformat()}
        path = self.path(envelope.id)
        try:
            write_whole(path, storable(json.dumps(slip, ensure_ascii=False)).encode())
        except OSError as error:
            raise SpoolError(
                "draft-file-not-written", folder=self._folder, reason=error.strerror
            ) from error

    def read(self, draft_id: str) -> Envelope | None:
        """What it says; None if there is none, or none that makes sense. Raises SpoolError."""
        if not is_id(draft_id):
            return None
        try:
            envelope = _ENVELOPE.validate_json(read_plain(self.path(draft_id), LARGEST))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SpoolError("draft-file-unreadable", id=draft_id, reason=error.strerror) from error
        except (NotPlain, ValidationError) as error:
            log.warning("a slip makes no sense", slip=draft_id, reason=error)
            return None
        if envelope.id != draft_id or not _makes_sense(envelope):
            log.warning("a slip makes no sense", slip=draft_id)
            return None
        return envelope

    def each(self) -> Iterator[Envelope]:
        """All draft files that can be read and make sense."""
        for draft_id in self.ids():
            try:
                envelope = self.read(draft_id)
            except SpoolError as error:
                log.warning("a slip is left alone", reason=error)
            else:
                if envelope:
                    yield envelope

    def ids(self) -> list[str]:
        """The ids of all draft files, readable or not, in order."""
        try:
            names = sorted(path.name for path in self._folder.glob(f"*{SUFFIX}"))
        except OSError as error:
            log.warning("folder of recordings cannot be read", reason=error)
            return []
        return [name for name in (n.removesuffix(SUFFIX) for n in names) if is_id(name)]

    def remove(self, draft_id: str) -> None:
        """It is no longer needed; if it cannot go now, the next reconciliation tries again."""
        try:
            self.path(draft_id).unlink(missing_ok=True)
        except OSError as error:
            log.warning("slip cannot be removed", slip=draft_id, reason=error.strerror)

    def path(self, draft_id: str) -> Path:
        """Where the draft file of that id is, if there is one."""
        return self._folder / f"{draft_id}{SUFFIX}"


def _makes_sense(envelope: Envelope) -> bool:
    """Whether the database would take it: one draft file must not be in the way of all others."""
    ids = (envelope.mailbox.company_id, envelope.replaces)
    return (
        all(each is None or len(each) <= LONGEST_ID for each in ids)
        and envelope.received_at.tzinfo is not None
        and TIMES[0] <= envelope.received_at <= TIMES[1]
        and math.isfinite(envelope.min_speech)
    )

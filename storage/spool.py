"""Recordings where Asterisk left them, from the moment they end until they are messages."""

from __future__ import annotations

from pathlib import Path

import structlog

from storage.audio import HEADER_BYTES, Audio, examine
from storage.durable import flush
from storage.errors import AudioError

log = structlog.get_logger(__name__)


def secure_recording(path: Path) -> None:
    """Have a recording that has ended on the disk, before anything else is done about it.

    Asterisk flushes nothing. From here on a power cut finds the recording whole, or the message
    that it became. Where it cannot be flushed it may still be read, filed and flushed as that.
    """
    try:
        flush(path)
    except FileNotFoundError:
        pass  # Asterisk made none
    except OSError as error:
        log.warning("recording cannot be flushed", path=str(path), reason=error.strerror)


def read_recording(path: Path) -> Audio | None:
    """The recording, or None where Asterisk made none, or one without audio. Raises AudioError."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise AudioError(f"the folder of recordings {path.parent} is not there") from None
        return None
    except OSError as error:
        raise AudioError(f"{path} cannot be read: {error.strerror}") from error
    return examine(path) if size > HEADER_BYTES else None


def remove_recording(path: Path) -> None:
    """A recording no longer needed; if it cannot go now, the next reconciliation tries again."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("recording cannot be removed", path=str(path), reason=error.strerror)

"""Recordings where Asterisk left them, from the moment they end until they are messages.

Others can write there, too. What is no recording is never followed out of the folder, never waited
for and never removed: it is refused, told of once, and stays for the administrator to see.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

import structlog

from storage.audio.wav import HEADER_BYTES, LARGEST_BYTES, Audio, examine, join
from storage.errors import AudioError, NoRecording
from storage.files.atomic import write_whole
from storage.files.fsync import flush
from storage.identifiers import is_id
from storage.text import printable

PROMPT = "prompt-"
"""Begins the name of what somebody records as a prompt: no message is to be made of it."""
# ID, ID-2, ID-3 …: nobody is mute for four seconds ten thousand times in a message.
_PART = re.compile(rf"({PROMPT})?([0-9a-f-]{{36}})(?:-([2-9]|[1-9][0-9]{{1,3}}))?")

CUT_OFF = ".cut"
"""Ends the name of an empty file beside a recording that lacks something: the disk was full, or
Asterisk dropped what came in."""

log = structlog.get_logger(__name__)


def draft_of(name: str) -> str | None:
    """The draft that a recording or a further part of one belongs to; None for other names.

    Asterisk ends a recording after four seconds without RTP, and then it goes on as another one:
    ``ID``, ``ID-2``, ``ID-3`` …
    """
    found = _PART.fullmatch(name)
    return found[2] if found and not found[1] and is_id(found[2]) else None


def parts_of(path: Path) -> list[Path]:
    """The files of the recording that begins with this one, in order, as far as they are there.

    Raises AudioError.
    """
    if _first_part(path.stem) != path.stem:
        return [path]
    try:
        # Not Path.glob, which takes ten times as long: this is asked several times a call.
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry in entries]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise AudioError("folder-unreadable", folder=path.parent, reason=error.strerror) from error
    there = (path.with_name(name) for name in names if name.startswith(path.stem))
    parts = (file for file in there if file.suffix == path.suffix)
    parts = (file for file in parts if _first_part(file.stem) == path.stem)
    return sorted(parts, key=_number)


def secure_recording(path: Path) -> None:
    """Have a recording that has ended on the disk, before anything else is done about it.

    Asterisk flushes nothing. From here on a power cut finds the recording whole, or the message
    that it became. Where it cannot be flushed it may still be read, filed and flushed as that.
    """
    for part in parts_of(path):
        try:
            if stat.S_ISREG(part.lstat().st_mode):
                flush(part)
        except FileNotFoundError:
            pass  # Asterisk made none
        except OSError as error:
            log.warning("recording cannot be flushed", path=str(part), reason=error.strerror)


def mark_cut_off(path: Path) -> None:
    """Note that a recording may lack something, until it is filed: by then there may be room.

    An empty file takes no room. Where even that cannot be made there is no mark.
    """
    try:
        write_whole(path.with_suffix(CUT_OFF), b"")
    except OSError as error:
        log.warning("recording cannot be marked", path=str(path), reason=error.strerror)


def is_cut_off(path: Path) -> bool:
    """Whether the recording was marked as one that may lack something."""
    return os.path.lexists(path.with_suffix(CUT_OFF))


def read_recording(path: Path) -> Audio | None:
    """The recording with all its parts, or None where Asterisk made none, or none with audio.

    Raises NoRecording where something else is in its place, AudioError otherwise.
    """
    parts: list[Audio] = []
    for part in parts_of(path):
        if audio := _read_part(part):
            parts.append(audio)
        if sum(each.size for each in parts) > LARGEST_BYTES:
            raise NoRecording("too-many-parts", name=printable(path.name))
    if not parts and not path.parent.is_dir():
        raise AudioError("no-recording-folder", folder=path.parent)
    return join(parts) if parts else None


def _read_part(path: Path) -> Audio | None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AudioError("file-unreadable", file=path, reason=error.strerror) from error
    empty = stat.S_ISREG(found.st_mode) and found.st_size <= HEADER_BYTES
    return None if empty else examine(path)


def remove_recording(path: Path) -> None:
    """A recording no longer needed; if it cannot go now, the next reconciliation tries again.

    Its mark goes first: nothing would find that alone.
    """
    for part in (path.with_suffix(CUT_OFF), *parts_of(path)):
        try:
            part.unlink(missing_ok=True)
        except OSError as error:
            log.warning("recording cannot be removed", path=str(part), reason=error.strerror)


def _number(part: Path) -> int:
    found = _PART.fullmatch(part.stem)
    return int(found[3] or 1) if found else 1


def _first_part(name: str) -> str | None:
    """What the first part of that recording is called; None for other names."""
    found = _PART.fullmatch(name)
    return f"{found[1] or ''}{found[2]}" if found and is_id(found[2]) else None


class NoRecordings:
    """What was found to be no recording, and need not be looked at again until it changes."""

    def __init__(self) -> None:
        self._marks: dict[Path, tuple[int, ...]] = {}

    def add(self, path: Path) -> None:
        """This is none."""
        if mark := _mark(path):
            self._marks[path] = mark

    def __contains__(self, path: Path) -> bool:
        return path in self._marks and self._marks[path] == _mark(path)

    def forget_all_but(self, folder: Path, there: Iterable[Path]) -> None:
        """Only these are still in the folder."""
        gone = {path for path in self._marks if path.parent == folder}.difference(there)
        for path in gone:
            del self._marks[path]


def _mark(path: Path) -> tuple[int, ...]:
    """Changes when the file does, or who may read it."""
    try:
        found = path.lstat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

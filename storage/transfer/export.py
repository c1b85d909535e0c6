"""Recordings for elsewhere: a folder or a zip of WAV files, with a manifest as CSV and JSON.

An export that was cut short continues where it stopped. A file that is already there and whole
is not written again, and files get their names when they are on the disk, so that none is ever
half there. They go there in batches: flushing each for itself took most of the time.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from storage.errors import AudioError, DamagedAudio, NotFound, Problem, StorageError, wrong
from storage.files.atomic import write_all_whole, write_whole
from storage.messages.repository import Message, MessageRepository, Query
from storage.transfer.file_names import file_name
from storage.transfer.manifest import (
    MANIFEST_CSV,
    MANIFEST_JSON,
    CsvStyle,
    Entry,
    as_csv,
    as_json,
    entry_of,
    newest_first,
)

__all__ = ["Exported", "Progress", "export", "intact_audio"]

BATCH: Final = 200
"""Recordings that go to the disk together."""
BATCH_BYTES: Final = 64 * 1024 * 1024
UNFINISHED: Final = ".unfinished-"
"""How the names of folders begin in which an export writes."""
LEFT_SECONDS: Final = 24 * 3600.0
"""Whoever wrote there so long ago does not any more."""

_OF_ONE_FILE: Final = (errno.EACCES, errno.EIO, errno.EISDIR, errno.ELOOP, errno.ENOTDIR)
"""What is wrong with one file: bad blocks, its rights, something else in its place."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Exported:
    """What an export did; ``missing`` tells of each recording that is not there."""

    written: int
    skipped: int
    missing: tuple[Problem, ...]


def export(
    repository: MessageRepository,
    query: Query,
    target: Path,
    progress: Progress,
    style: CsvStyle = "plain",
) -> Exported:
    """Write the query's messages to a folder, or to a zip if the target's name ends so.

    ``progress`` is called with the messages done and their number. Exporting more to the same
    place adds to it. Raises StorageError when the target cannot be written or the recordings cannot
    be reached; what was written stays, and the next export to the same place goes on from there.
    """
    try:
        if target.suffix.lower() == ".zip":
            return _export_zip(repository, query, target, progress, style)
        return _export_folder(repository, query, target, progress, style)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError("export-unwritable", path=target, reason=reason) from error


def _export_folder(
    repository: MessageRepository, query: Query, folder: Path, progress: Progress, style: CsvStyle
) -> Exported:
    folder.mkdir(parents=True, exist_ok=True)
    entries = _read_manifest(folder)
    result = Exported(written=0, skipped=0, missing=())
    total = repository.count(query)
    progress(0, total)
    with _unfinished(folder) as beside:
        with _in_batches(beside) as write:
            for done, message in enumerate(repository.each(query), start=1):
                path = folder / file_name(message)
                try:
                    if _is_whole(path, message):
                        result = replace(result, skipped=result.skipped + 1)
                    else:
                        write(path, intact_audio(repository, message))
                        result = replace(result, written=result.written + 1)
                    entries[message.id] = entry_of(message, path.name)
                except (NotFound, DamagedAudio) as error:
                    lost = wrong("not-exported", id=message.id, reason=error.problem)
                    result = replace(result, missing=(*result.missing, lost))
                except AudioError as error:
                    raise StorageError(
                        "export-stopped",
                        done=done - 1,
                        total=max(done, total),
                        reason=error.problem,
                    ) from error
                progress(done, max(done, total))
        ordered = newest_first(entries.values())
        write_whole(folder / MANIFEST_CSV, as_csv(ordered, style), beside=beside)
        write_whole(folder / MANIFEST_JSON, as_json(ordered), beside=beside)
    return result


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """A folder within for what is being written; what killed exports left there goes."""
    for left in folder.glob(f"{UNFINISHED}*"):
        with suppress(FileNotFoundError):  # another export ends just now
            if left.stat().st_mtime < time.time() - LEFT_SECONDS:
                shutil.rmtree(left)
    with TemporaryDirectory(prefix=UNFINISHED, dir=folder) as name:
        yield Path(name)


@contextmanager
def _in_batches(beside: Path) -> Iterator[Callable[[Path, bytes], None]]:
    """What writes files, some at a time; each is whole under its name, or not there."""
    waiting: dict[Path, bytes] = {}

    def flush() -> None:
        if waiting:
            write_all_whole(waiting, beside=beside)
            waiting.clear()

    def write(path: Path, contents: bytes) -> None:
        waiting[path] = contents
        if len(waiting) == BATCH or sum(map(len, waiting.values())) >= BATCH_BYTES:
            flush()

    try:
        yield write
    except (KeyboardInterrupt, StorageError):
        flush()  # for who goes on later
        raise
    flush()


def _export_zip(
    repository: MessageRepository, query: Query, target: Path, progress: Progress, style: CsvStyle
) -> Exported:
    """By way of a folder beside the zip, which is what a second try continues."""
    folder = target.with_name(f"{target.name}.part")
    is_new = not target.exists()
    if not is_new:
        _unpack(target, folder)
    result = _export_folder(repository, query, folder, progress, style)
    if is_new or result.written:
        _pack(folder, target)
    shutil.rmtree(folder)
    return result


def _unpack(archive: Path, folder: Path) -> None:
    """What an earlier export put into the zip; each file is checked before it counts as there."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(archive) as packed:
            for name in packed.namelist():
                if _is_ours(name) and not (folder / name).exists():
                    packed.extract(name, folder)
    except zipfile.BadZipFile as error:
        raise StorageError("export-not-a-zip", path=archive) from error


def _pack(folder: Path, target: Path) -> None:
    unfinished = target.with_name(f"{target.name}.part.zip")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for path in sorted(folder.iterdir()):
            if _is_ours(path.name):
                packed.write(path, path.name)
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
    unfinished.replace(target)


def _is_ours(name: str) -> bool:
    return "/" not in name and (
        name in (MANIFEST_JSON, MANIFEST_CSV) or (name.endswith(".wav") and name[0].isdigit())
    )


def _is_whole(path: Path, message: Message) -> bool:
    try:
        if path.stat().st_size != message.size:
            return False
        return hashlib.sha256(path.read_bytes()).hexdigest() == message.sha256
    except FileNotFoundError:
        return False


def intact_audio(repository: MessageRepository, message: Message) -> bytes:
    """The message's WAV, just as it was recorded.

    Raises NotFound or DamagedAudio where it is not to be had, AudioError where none is just now.
    """
    try:
        audio = repository.read(message)
    except OSError as error:
        if error.errno in _OF_ONE_FILE:
            raise DamagedAudio("audio-unreadable", reason=error.strerror) from error
        raise AudioError("audio-unreadable", reason=error.strerror) from error
    except AudioError as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno in _OF_ONE_FILE:
            raise DamagedAudio.of(error.problems) from error
        raise
    if hashlib.sha256(audio).hexdigest() != message.sha256:
        raise DamagedAudio("audio-changed")
    return audio


def _read_manifest(folder: Path) -> dict[str, Entry]:
    """The entries of earlier exports to this folder whose files are still there, by id."""
    try:
        entries: list[Entry] = json.loads((folder / MANIFEST_JSON).read_text(encoding="utf-8"))
        return {
            entry["id"]: entry
            for entry in entries
            if Path(entry["file"]).name == entry["file"] and (folder / entry["file"]).exists()
        }
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {}

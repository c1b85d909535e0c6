"""Recordings for elsewhere: a folder or a zip of WAV files, with a manifest as CSV and JSON.

An export that was cut short continues where it stopped. A file that is already there and whole
is not written again, and files get their names in one step, so that none is ever half there.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from storage.errors import AudioError, NotFound, StorageError
from storage.inbox import Inbox, Message, MessageJson, Query
from storage.text import printable

MANIFEST_JSON = "manifest.json"
MANIFEST_CSV = "manifest.csv"
COLUMNS = (
    *("id", "box", "company", "addressee", "addressee_number", "caller", "caller_name"),
    *("dialled", "time", "duration", "sha256", "bytes", "file"),
)

# A name within a file name, in bytes of UTF-8; whole names may have 255.
NAME_BYTES = 60

_NOT_PLAIN = re.compile(r"[^\w+-]+")
_PHONE = re.compile(r"\+?\d+")

Progress = Callable[[int, int], None]


class Entry(MessageJson):
    """A line of the manifest: the message as lists show it, and its file."""

    file: str


@dataclass(frozen=True)
class Exported:
    """What an export did; ``missing`` has a sentence for each recording that is not there."""

    written: int
    skipped: int
    missing: tuple[str, ...]


def export(inbox: Inbox, query: Query, target: Path, progress: Progress) -> Exported:
    """Write the query's messages to a folder, or to a zip if the target's name ends so.

    ``progress`` is called with the messages done and their number. Exporting more to the same
    place adds to it. Raises StorageError when the target cannot be written.
    """
    try:
        if target.suffix.lower() == ".zip":
            return _export_zip(inbox, query, target, progress)
        return _export_folder(inbox, query, target, progress)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(f"the export to {target} cannot be written: {reason}") from error


def file_name(message: Message) -> str:
    """``2026-08-14_09-30-05_company_Ромашка_from_+79161234567_<id>.wav``, safe everywhere."""
    return "_".join(
        (
            f"{message.received_at:%Y-%m-%d_%H-%M-%S}",
            message.box,
            _plain(message.addressee_name),
            "from",
            _plain(message.caller_number),
            f"{message.id}.wav",
        )
    )


def _export_folder(inbox: Inbox, query: Query, folder: Path, progress: Progress) -> Exported:
    folder.mkdir(parents=True, exist_ok=True)
    entries = _read_manifest(folder)
    result = Exported(written=0, skipped=0, missing=())
    total = inbox.count(query)
    progress(0, total)
    for done, message in enumerate(inbox.each(query), start=1):
        path = folder / file_name(message)
        try:
            if _is_whole(path, message):
                result = replace(result, skipped=result.skipped + 1)
            else:
                _write(path, _intact_audio(inbox, message))
                result = replace(result, written=result.written + 1)
            entries[message.id] = {**message.as_json(), "file": path.name}
        except (NotFound, AudioError) as error:
            result = replace(result, missing=(*result.missing, f"{message.id}: {error}"))
        progress(done, max(done, total))
    _write_manifest(folder, entries.values())
    return result


def _export_zip(inbox: Inbox, query: Query, target: Path, progress: Progress) -> Exported:
    """By way of a folder beside the zip, which is what a second try continues."""
    folder = target.with_name(f"{target.name}.part")
    is_new = not target.exists()
    if not is_new:
        _unpack(target, folder)
    result = _export_folder(inbox, query, folder, progress)
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
        raise StorageError(f"{archive} is there already and is not a zip") from error


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


def _intact_audio(inbox: Inbox, message: Message) -> bytes:
    audio = inbox.read(message)
    if hashlib.sha256(audio).hexdigest() != message.sha256:
        raise AudioError("the audio is not what was recorded")
    return audio


def _write(path: Path, contents: bytes) -> None:
    """All of it, or nothing under that name."""
    unfinished = path.with_name(f".{path.name[-40:]}.part")
    try:
        with unfinished.open("wb") as file:
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


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


def _write_manifest(folder: Path, entries: Iterable[Entry]) -> None:
    """Both manifests, newest message first."""
    newest_first = sorted(
        entries, key=lambda entry: datetime.fromisoformat(entry["received_at"]), reverse=True
    )
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in _line(entry)] for entry in newest_first)
    _write(folder / MANIFEST_CSV, table.getvalue().encode("utf-8"))
    _write(
        folder / MANIFEST_JSON,
        json.dumps(newest_first, ensure_ascii=False, indent=1).encode("utf-8"),
    )


def _line(entry: Entry) -> tuple[str, ...]:
    """An entry as COLUMNS has it."""
    return (
        *(entry["id"], entry["box"], entry["company"]),
        *(entry["addressee"]["name"], entry["addressee"]["number"]),
        *(entry["caller"]["number"], entry["caller"]["name"]),
        *(entry["dialled"], entry["received_at"], str(entry["duration"])),
        *(entry["sha256"], str(entry["bytes"]), entry["file"]),
    )


def _cell(value: str) -> str:
    """Text that no spreadsheet takes for a formula; plain phone numbers are left as they are."""
    shown = printable(value, limit=1000)
    if shown[:1] in ("=", "+", "-", "@") and not _PHONE.fullmatch(shown):
        return "'" + shown
    return shown


def _plain(name: str) -> str:
    """Letters, digits, + and -; anything else is an underscore, and long names are cut."""
    plain = _NOT_PLAIN.sub("_", unicodedata.normalize("NFC", name)).strip("_")
    return plain.encode("utf-8")[:NAME_BYTES].decode("utf-8", "ignore") or "unknown"

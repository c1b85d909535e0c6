"""What an export holds, told in a CSV and a JSON file beside the recordings; and their names."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from storage.message import Message, MessageJson
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


class Entry(MessageJson):
    """A line of the manifest: the message as lists show it, and its file."""

    file: str


def entry_of(message: Message, file: str) -> Entry:
    """The line of a message; ``file`` is empty where its recording is missing."""
    return {**message.as_json(), "file": file}


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


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    """The order of manifests."""
    return sorted(
        entries, key=lambda entry: datetime.fromisoformat(entry["received_at"]), reverse=True
    )


def as_csv(entries: Iterable[Entry]) -> bytes:
    """The manifest for spreadsheets."""
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in _line(entry)] for entry in entries)
    return table.getvalue().encode("utf-8")


def as_json(entries: Iterable[Entry]) -> bytes:
    """The manifest for programs."""
    return json.dumps(list(entries), ensure_ascii=False, indent=1).encode("utf-8")


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

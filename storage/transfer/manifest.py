"""What an export holds, told in a CSV and a JSON file beside the recordings."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal, get_args

from storage.messages.message import Message, MessageJson
from storage.text import printable
from storage.words.withheld import WITHHELD, is_withheld

MANIFEST_JSON = "manifest.json"
MANIFEST_CSV = "manifest.csv"
COLUMNS = (
    *("id", "box", "company", "addressee", "addressee_number", "caller", "caller_name"),
    *("dialled", "time", "duration", "sha256", "bytes", "file"),
)

CsvStyle = Literal["excel", "plain"]
CSV_STYLES: Final[tuple[CsvStyle, ...]] = get_args(CsvStyle)
"""`excel` begins with a byte-order mark, without which spreadsheets on Windows take UTF-8 for an
old charset. People read it: a number that is withheld is said to be. `plain` has all as received.
"""

_PHONE = re.compile(r"\+?\d+", re.ASCII)
# Half a cell may begin with quotes and blanks, and full-width signs count as the usual ones.
_FORMULA = re.compile("(^|;)([\"'\\s]*[=+\\-@\uff1d\uff0b\uff0d\uff20\u2212])")


class Entry(MessageJson):
    """A line of the manifest: the message as lists show it, and its file."""

    file: str


def entry_of(message: Message, file: str) -> Entry:
    """The line of a message; ``file`` is empty where its recording is missing."""
    return {**message.as_json(), "file": file}


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    """The order of manifests."""
    return sorted(
        entries, key=lambda entry: datetime.fromisoformat(entry["received_at"]), reverse=True
    )


def as_csv(entries: Iterable[Entry], style: CsvStyle = "plain", withheld: str = WITHHELD) -> bytes:
    """The manifest as a table; ``withheld`` is said in place of a number that is."""
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    if style == "plain":
        writer.writerows(map(_cell, _line(entry)) for entry in entries)
        return table.getvalue().encode("utf-8")
    writer.writerows(map(_cell, _line(_in_words(entry, withheld))) for entry in entries)
    return table.getvalue().encode("utf-8-sig")


def as_json(entries: Iterable[Entry]) -> bytes:
    """The manifest for programs."""
    return json.dumps(list(entries), ensure_ascii=False, indent=1).encode("utf-8")


def _in_words(entry: Entry, withheld: str) -> Entry:
    if not is_withheld(entry["caller"]["number"]):
        return entry
    return {**entry, "caller": {**entry["caller"], "number": withheld}}


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
    """Text that no spreadsheet takes for a formula; plain phone numbers are left as they are.

    Some spreadsheets part cells at semicolons: what follows one may be a formula, too.
    """
    shown = printable(value, limit=1000)
    return shown if _PHONE.fullmatch(shown) else _FORMULA.sub(r"\1'\2", shown)

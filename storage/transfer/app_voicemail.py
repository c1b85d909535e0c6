"""The spool of Asterisk's own voicemail (app_voicemail), read and never written.

In ``<context>/<mailbox>/<folder>/`` a message is ``msg0000.txt``, which tells of it, with its sound
beside it (`storage.transfer.old_sounds`), once in each format that was configured. Anything else
may lie there, too: links are not followed, pipes not waited for, and of what strangers sent only
text is left.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import groupby
from pathlib import Path
from typing import Final

from storage.errors import NoRecording, NotFound, Problem, wrong
from storage.files.atomic import NotPlain, read_plain
from storage.text import printable
from storage.transfer.old_times import time_of_date, time_of_seconds, time_of_writing

NEW: Final = ("INBOX", "Urgent")
"""Folders of what nobody has heard; who has heard a message puts it into another one."""
DELETED: Final = "Deleted"
"""The folder of what was deleted, where Asterisk is told to keep that."""
UNFINISHED: Final = "tmp"
"""The folder of what is being recorded just now."""
LARGEST_NOTE = 64 * 1024
"""Bytes of a .txt; a usual one has some four hundred."""

_FILE = re.compile(r"(msg\d{4,9})\.(\w{1,16})", re.ASCII)
_NUMBER = re.compile(r"\+?[\d*#][\d*# ().-]*", re.ASCII)
_ESCAPED = re.compile(r"\\(.)")
_NOBODY = {"", "unknown"}


@dataclass(frozen=True)
class OldMessage:
    """A message in its old folder. ``stem`` is the path of its files without their ``endings``."""

    context: str
    mailbox: str
    folder: str
    stem: Path
    endings: frozenset[str]

    def __str__(self) -> str:
        return printable("/".join((self.context, self.mailbox, self.folder, self.stem.name)))

    @property
    def box(self) -> str:
        """The mailbox as Asterisk writes it, ``101@default``."""
        return f"{self.mailbox}@{self.context}"

    def file(self, ending: str) -> Path:
        """One of the message's files. Names may be anything, and are not taken apart."""
        return Path(f"{self.stem}.{ending}")


@dataclass(frozen=True)
class Note:
    """What a .txt tells.

    ``origin`` tells messages with the same sound apart: its word for the time, whatever it may be,
    or else its date and who called.

    Where neither that nor its date is a time, ``received_at`` is when the .txt was written, and it
    is not ``told``.
    """

    caller_number: str
    caller_name: str
    dialled: str
    origin: str
    received_at: datetime
    told: bool


@dataclass(frozen=True)
class Spool:
    """What was found: messages, and each thing that was passed by."""

    messages: tuple[OldMessage, ...]
    refused: tuple[Problem, ...]


def survey(folder: Path, contexts: Collection[str] = ()) -> Spool:
    """Find all messages of a spool, or of some contexts, by their names alone.

    Raises NotFound if there is no such folder or context, or no message.
    """
    refused: list[Problem] = []
    found: list[OldMessage] = []
    try:
        there = [path.name for path in folder.iterdir()]
    except OSError as error:
        raise NotFound(
            "spool-unreadable", folder=printable(str(folder)), reason=error.strerror
        ) from error
    if missing := sorted(set(contexts).difference(there)):
        raise NotFound("no-context", context=printable(missing[0]), folder=printable(str(folder)))
    for context in _folders(folder, contexts, refused):
        for mailbox in _folders(context, (), refused):
            for inner in _folders(mailbox, (), refused):
                if inner.name != UNFINISHED:
                    found += _messages(inner, refused)
    if not found and not refused:
        raise NotFound("spool-without-messages", folder=printable(str(folder)))
    return Spool(tuple(found), tuple(refused))


Guess = Callable[[bytes], tuple[str, str]]
"""Reads a name that is no UTF-8: as what, and in which charset ("" for none)."""


def no_guess(name: bytes) -> tuple[str, str]:
    """A `Guess` that makes none."""
    return name.decode("utf-8", "replace"), ""


def read_note(old: OldMessage, zone: tzinfo = UTC, guess: Guess = no_guess) -> Note:
    """What is written about a message. Raises NoRecording if there is nothing to be read.

    ``zone`` is where the old system stood: its dates may be of there. ``guess`` reads names in
    other charsets, which are marked.
    """
    if "txt" not in old.endings:
        raise NoRecording("no-txt")
    path = old.file("txt")
    try:
        written = path.lstat().st_mtime
        fields = _fields(read_plain(path, LARGEST_NOTE).decode("utf-8-sig", "surrogateescape"))
    except NotPlain as error:
        raise NoRecording.of([error.problem]) from error
    except OSError as error:
        raise NoRecording("txt-unreadable", reason=error.strerror) from error
    name, number, charset = _caller(fields.get("callerid", ""), guess)
    origtime, origdate = fields.get("origtime", ""), fields.get("origdate", "")
    received_at = time_of_seconds(origtime) or time_of_date(origdate, zone)
    return Note(
        caller_number=number,
        caller_name=f"{name} [{charset}?]" if name and charset else name,
        dialled=printable(fields.get("exten", "")),
        origin=printable(origtime or f"{origdate} {number}".strip()),
        received_at=received_at or time_of_writing(written),
        told=received_at is not None,
    )


def _caller(written: str, guess: Guess) -> tuple[str, str, str]:
    raw, charset = written.encode("utf-8", "surrogateescape"), ""
    try:
        callerid = raw.decode()
    except UnicodeDecodeError:
        callerid, charset = guess(raw)
    return *caller_of(callerid), charset


def caller_of(callerid: str) -> tuple[str, str]:
    """Name and number of ``"Name" <number>``, or of one of the two; "" for what is not told."""
    name, bracket, rest = callerid.strip().rpartition("<")
    if bracket and rest.endswith(">"):
        number = rest[:-1]
    elif _NUMBER.fullmatch(callerid.strip()):
        name, number = "", callerid
    else:
        name, number = callerid, ""
    name = name.strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = _ESCAPED.sub(r"\1", name[1:-1])
    return _told(name), _told(number)


def _told(text: str) -> str:
    shown = printable(text)
    return "" if shown.casefold() in _NOBODY else shown


def _folders(folder: Path, wanted: Collection[str], refused: list[Problem]) -> Iterator[Path]:
    """The folders in a folder, in order."""
    for entry in _entries(folder, refused):
        if wanted and entry.name not in wanted:
            continue
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield path
        elif entry.is_symlink() and path.is_dir():
            refused.append(wrong("passed-by-link", path=printable(entry.path)))


def _messages(folder: Path, refused: list[Problem]) -> Iterator[OldMessage]:
    """The messages in a folder, in order."""
    names = (_FILE.fullmatch(entry.name) for entry in _entries(folder, refused))
    files = sorted((name[1], name[2]) for name in names if name)
    context, mailbox, inner = folder.parts[-3:]
    for stem, endings in groupby(files, lambda file: file[0]):
        each = frozenset(ending for _, ending in endings)
        yield OldMessage(context, mailbox, inner, folder / stem, each)


def _entries(folder: Path, refused: list[Problem]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        refused.append(wrong("passed-by", path=printable(str(folder)), reason=error.strerror))
        return []


def _fields(text: str) -> dict[str, str]:
    """What stands under ``[message]``."""
    fields: dict[str, str] = {}
    within = False
    for line in map(str.strip, text.split("\n")):
        key, equals, value = line.partition("=")
        if line.startswith("["):
            within = line.lower() == "[message]"
        elif within and equals and not line.startswith(";"):
            fields[key.strip().lower()] = value.strip()
    return fields

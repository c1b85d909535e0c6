"""Reading the roles' log files: the lines of one call, and which calls were the newest.

Files are read as bytes and only lines that may be meant are parsed, so that the story of a call is
found among 400 MB in a second or two. A line that is broken (a full disk) is passed over.
"""

from __future__ import annotations

import heapq
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from telephony import log_events

ROLES: Final = ("serve", "calls", "agi", "web", "worker")
BLOCK: Final = 1 << 16
NEWEST_BYTES: Final = 50_000_000
"""How much of the end of each role's log is looked through for the newest calls."""
SHOWN_CHOICES: Final = 5

_OLD = re.compile(r"\.jsonl(?:\.(\d+))?$")


@dataclass(frozen=True)
class Line:
    """One line of a log: when, by which role, what, and the facts with it."""

    at: datetime
    role: str
    event: str
    facts: dict[str, Any]
    raw: str

    @property
    def call(self) -> str:
        return str(self.facts.get("call", ""))

    @property
    def message(self) -> str:
        return str(self.facts.get("message", ""))


class NotInLogs(click.ClickException):
    """No log speaks of what was asked for, or too many do."""


class CallFiles:
    """The log files of all roles in one folder, with those that were put by."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, wanted: str) -> str:
        """The id of the call that ``wanted`` names: its id, or that of a message left in it, or
        a beginning of either that no other call has.

        Raises NotInLogs.
        """
        if not wanted:
            raise NotInLogs("which call? Its id, or that of a message, or a beginning of either")
        calls: set[str] = set()
        for line in self._mentioning(wanted):
            if line.call and wanted in (line.call, line.message):
                return line.call
            if line.call.startswith(wanted) or (line.call and line.message.startswith(wanted)):
                calls.add(line.call)
        if len(calls) == 1:
            return calls.pop()
        if calls:
            some = ", ".join(sorted(calls)[:SHOWN_CHOICES])
            raise NotInLogs(f"{len(calls)} calls have ids that begin with {wanted}: {some} …")
        raise NotInLogs(f"no log in {self._folder} speaks of a call or message {wanted}")

    def story(self, call: str) -> list[Line]:
        """The lines of a call, the oldest first: its own, and what was done later for its
        messages."""
        own = [line for line in self._mentioning(call) if line.call == call]
        later = [
            line
            for message in sorted({line.message for line in own} - {""})
            for line in self._mentioning(message)
            if line.message == message and not line.call
        ]
        return sorted((*own, *later), key=lambda line: line.at)

    def newest(self, calls: int) -> dict[str, list[Line]]:
        """The lines of so many calls, the newest first, each with its lines in order."""
        found: dict[str, list[Line]] = {}
        begun: set[str] = set()
        backwards = heapq.merge(*map(self._backwards, ROLES), key=_when, reverse=True)
        for line in backwards:
            found.setdefault(line.call, []).append(line)
            if line.event == log_events.CALL:
                begun.add(line.call)
                if len(begun) >= calls:
                    break
        return {call: lines[::-1] for call, lines in found.items() if call in begun}

    def _mentioning(self, text: str) -> Iterator[Line]:
        wanted = text.encode()
        for role in ROLES:
            for path in self._files(role):
                for raw in _lines(path):
                    if wanted in raw and (line := _parsed(raw, role)):
                        yield line

    def _backwards(self, role: str) -> Iterator[Line]:
        """Lines about calls, the newest first, from the end of a role's log."""
        left = NEWEST_BYTES
        for path in reversed(self._files(role)):
            for raw in _lines_backwards(path):
                left -= len(raw)
                if left < 0:
                    return
                if b'"call"' in raw and (line := _parsed(raw, role)) and line.call:
                    yield line

    def _files(self, role: str) -> list[Path]:
        """A role's files, the oldest first."""
        found = {
            int(old[1] or 0): path
            for path in self._folder.glob(f"{role}.jsonl*")
            if (old := _OLD.search(path.name))
        }
        return [found[number] for number in sorted(found, reverse=True)]


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from file
    except FileNotFoundError:  # put by in this very moment
        return


def _lines_backwards(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            position, rest = file.seek(0, os.SEEK_END), b""
            while position > 0:
                size = min(BLOCK, position)
                position = file.seek(position - size)
                rest, *whole = (file.read(size) + rest).split(b"\n")
                yield from reversed(whole)
            yield rest
    except FileNotFoundError:
        return


def _parsed(raw: bytes, role: str) -> Line | None:
    try:
        facts = json.loads(raw)
        at = datetime.fromisoformat(facts.pop("timestamp"))
        event = str(facts.pop("event"))
        return Line(at.astimezone(), role, event, facts, raw.decode().rstrip("\n"))
    except (ValueError, KeyError, AttributeError, TypeError):
        return None


def _when(line: Line) -> datetime:
    return line.at

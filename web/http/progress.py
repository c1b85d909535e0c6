"""How far a zip has come, for the page that waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from storage.messages.repository import Message

Key = tuple[str, str]
"""The user who downloads, and what the page calls the download."""
State = Literal["under way", "complete", "broken off"]

MOST: Final = 1000
"""Endings that are remembered: a page asks for that of its own within a second."""


@dataclass(frozen=True)
class Progress:
    """Messages done, and messages in all."""

    state: State
    done: int
    total: int


@dataclass(frozen=True)
class Downloads:
    """The zips that this process is making, and how the latest ones ended."""

    _known: dict[Key, Progress] = field(default_factory=dict)

    def followed(self, key: Key, messages: Iterable[Message], total: int) -> Iterator[Message]:
        """The messages, counted while they are taken; cut short, the zip has broken off."""
        done = 0
        state: State = "broken off"
        try:
            for message in messages:
                self._known[key] = Progress("under way", done, total)
                yield message
                done += 1
            state = "complete"
        finally:
            self._end(key, Progress(state, done, total))

    def of(self, key: Key) -> Progress | None:
        """How far it is; None for a download that nobody began."""
        return self._known.get(key)

    def _end(self, key: Key, progress: Progress) -> None:
        self._known[key] = progress
        ended = [key for key, known in list(self._known.items()) if known.state != "under way"]
        for old in ended[:-MOST]:
            self._known.pop(old, None)

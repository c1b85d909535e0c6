"""How far a zip under way has come, for the page that waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from storage.inbox import Message

Key = tuple[str, str]
"""The user who downloads, and what the page calls the download."""


@dataclass(frozen=True)
class Downloads:
    """The zips that this process is making: messages done, and messages in all."""

    _under_way: dict[Key, tuple[int, int]] = field(default_factory=dict)

    def followed(self, key: Key, messages: Iterable[Message], total: int) -> Iterator[Message]:
        """The messages, counted while they are taken; forgotten at the end, or when cut short."""
        try:
            for done, message in enumerate(messages):
                self._under_way[key] = (done, total)
                yield message
        finally:
            self._under_way.pop(key, None)

    def of(self, key: Key) -> tuple[int, int] | None:
        """Messages done and in all; None for a download that is not under way."""
        return self._under_way.get(key)

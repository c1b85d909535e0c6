"""What can go wrong in storage, one small tree.

StorageError                    a sentence for the user
├── ConfigError                 a setting or an office's configuration is wrong
├── NotFound                    no such message, company, employee, …
├── AudioError                  audio that cannot be read, decoded or stored
│   └── NoRecording             what lies there is no recording, today or tomorrow
└── DatabaseUnavailable         the database cannot be opened, reached or written
"""

from __future__ import annotations

from collections.abc import Sequence


class StorageError(Exception):
    """Root of the tree: its text is one plain sentence."""


class ConfigError(StorageError):
    """A setting or an office's configuration is wrong.

    ``problems`` has one sentence for each thing to put right, at least one.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems: Sequence[str] = problems


class NotFound(StorageError):
    """What was asked for is not there."""


class AudioError(StorageError):
    """Audio cannot be read, decoded or stored."""


class NoRecording(AudioError):
    """What lies in a recording's place is none, and stays none until somebody changes it."""


class DatabaseUnavailable(StorageError):
    """The database cannot be opened, reached or written."""

"""What can go wrong in storage, one small tree.

StorageError                    a sentence for the user
├── ConfigError                 a setting or an office's configuration is wrong
├── NotFound                    no such message, company, employee, …
│   └── LostAudio               a message's recording is not where it is kept
├── Held                        a message on hold cannot be deleted
├── AudioError                  audio that cannot be read, decoded or stored
│   ├── NoRecording             what lies there is no recording, today or tomorrow
│   └── DamagedAudio            one message's recording is not what it was
├── NoPlace                     no message can be taken now; the caller hears so
│   ├── MailboxFull             the box holds as many messages as it may
│   └── NoRoom                  a disk has no room for another message
├── Busy                        too many sounds are being converted; it is worth another try
├── SpoolError                  the folder in which Asterisk records cannot be used
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


class LostAudio(NotFound):
    """A message's recording is not where it is kept."""


class Held(StorageError):
    """A message is on hold, and cannot be deleted until that is released."""

    def __init__(self, message_id: str) -> None:
        super().__init__(f"message {message_id} is on hold and cannot be deleted")
        self.message_id = message_id


class AudioError(StorageError):
    """Audio cannot be read, decoded or stored."""


class NoRecording(AudioError):
    """What lies in a recording's place is none, and stays none until somebody changes it."""


class DamagedAudio(AudioError):
    """One message's recording cannot be had as it was recorded, though the others can."""


class NoPlace(StorageError):
    """No message can be taken now, and the caller is to hear so before he speaks."""


class MailboxFull(NoPlace):
    """The box holds as many messages as it may."""


class NoRoom(NoPlace):
    """A disk has no room for another message."""


class Busy(StorageError):
    """Too many sounds are being converted just now."""

    def __init__(self) -> None:
        super().__init__("too many sounds are being converted just now; try again in a minute")


class SpoolError(StorageError):
    """The folder in which Asterisk records cannot be read or written."""


class DatabaseUnavailable(StorageError):
    """The database cannot be opened, reached or written."""

"""What can go wrong in storage, one small tree.

StorageError                    something that a person is told
├── Refused                     what somebody sent cannot be taken as it is
│   ├── ConfigError             a setting or an office's configuration is wrong
│   ├── QueryError              what messages are asked for by makes no sense
│   ├── WrongReason             why a message is held is not said, or at too great length
│   └── AccountError            an account, a token or a link cannot be like that
│       ├── WeakPassword        a password that is soon guessed
│       └── LastAdministrator   nobody would be left who can administer the company
├── NotFound                    no such message, company, employee, …
│   └── LostAudio               a message's recording is not where it is kept
├── Held                        a message on hold cannot be deleted
├── Ended                       a delivery that has arrived, or failed, cannot be cancelled
├── AudioError                  audio that cannot be read, decoded or stored
│   ├── NoRecording             what lies there is no recording, today or tomorrow
│   └── DamagedAudio            one message's recording is not what it was
├── NoPlace                     no message can be taken now; the caller hears so
│   ├── MailboxFull             the box holds as many messages as it may
│   └── NoRoom                  a disk has no room for another message
├── Busy                        too many sounds are being converted; it is worth another try
├── NotPlain                    a link, a folder, a pipe or something huge, where a file should be
├── LoginRefused                login and password do not belong together, or it is too early to try
├── PinRefused                  extension and PIN do not belong together, or it is too early to try
├── SpoolError                  the folder in which Asterisk records cannot be used
└── DatabaseUnavailable         the database cannot be opened, reached or written

What is wrong is a `Problem`: a code, a place, and values. The sentence is made where a person reads
it, in their language: by `web` and `commands`, from the table `web.language.codes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias

Param: TypeAlias = "str | int | float | Path | Problem | None"
"""What stands in a sentence. Numbers are written as the reader's language writes them; of a problem
its own sentence stands there."""


@dataclass(frozen=True)
class Problem:
    """Something wrong: what, where in a document or form ("" if nowhere), and with which values.

    An error keeps a configuration from being applied; a warning is told, and it is applied.
    ``str()`` is for logs and tracebacks.
    """

    code: str
    where: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        values = "".join(f" {name}={value}" for name, value in self.params.items())
        return f"{self.where}: {self.code}{values}" if self.where else f"{self.code}{values}"

    def under(self, place: str) -> Problem:
        """The same, in a part of a document that stands at the place."""
        return replace(self, where=".".join(filter(None, (place, self.where))))

    def at(self, place: str) -> Problem:
        """The same, at this place whatever was said before."""
        return replace(self, where=place)


def wrong(code: str, where: str = "", /, **params: Param) -> Problem:
    """Something that keeps a document or form from being taken."""
    return Problem(code, where, params)


def warning(code: str, where: str = "", /, **params: Param) -> Problem:
    """Something that is told, and taken all the same."""
    return Problem(code, where, params, "warning")


class StorageError(Exception):
    """Root of the tree. ``problems`` has each thing that is wrong, at least one."""

    def __init__(self, code: str, where: str = "", /, **params: Param) -> None:
        self.problems: tuple[Problem, ...] = (Problem(code, where, params),)
        super().__init__(str(self.problem))

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> Self:
        """An error that tells of all these."""
        told = tuple(problems)
        error = cls(told[0].code)
        error.problems = told
        error.args = ("; ".join(map(str, told)),)
        return error

    @property
    def problem(self) -> Problem:
        """What is wrong; the first of several things."""
        return self.problems[0]

    @property
    def code(self) -> str:
        """The kind of what is wrong; of the first of several things."""
        return self.problem.code


class Refused(StorageError):
    """What somebody sent cannot be taken as it is; ``problems`` has each thing to put right."""


class ConfigError(Refused):
    """A setting or an office's configuration is wrong."""


class QueryError(Refused):
    """What messages are asked for by makes no sense."""


class WrongReason(Refused):
    """Why a message is held is not said, or at too great length."""


class AccountError(Refused):
    """An account, a token or a link cannot be as it is described."""


class WeakPassword(AccountError):
    """A password that is soon guessed."""


class LastAdministrator(AccountError):
    """Nobody would be left who can administer the company."""


class WrongValue(ValueError):
    """One value is not what it should be, told to pydantic, which knows where it stands."""

    def __init__(self, code: str, /, **params: Param) -> None:
        self.problem = Problem(code, "", params)
        super().__init__(str(self.problem))


def own_problem(detail: Mapping[str, Any]) -> Problem | None:
    """What one of pydantic's errors says, where it was one of our types that refused the value."""
    error = detail.get("ctx", {}).get("error")
    return error.problem if isinstance(error, WrongValue) else None


def reason_of(error: BaseException) -> Param:
    """Why something failed, to stand in a sentence: our own problem, or what the system says."""
    if isinstance(error, StorageError | WrongValue):
        return error.problem
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return repr(error)  # whoever looks into it has nothing else


class NotFound(StorageError):
    """What was asked for is not there."""


class LostAudio(NotFound):
    """A message's recording is not where it is kept."""


class Held(StorageError):
    """A message is on hold, and cannot be deleted until that is released."""

    def __init__(self, message_id: str) -> None:
        super().__init__("message-held", id=message_id)
        self.message_id = message_id


class Ended(StorageError):
    """A delivery cannot be cancelled: it has arrived, or failed, already."""


class AudioError(StorageError):
    """Audio cannot be read, decoded or stored."""


class NoRecording(AudioError):
    """What lies in a recording's place is none, and stays none until somebody changes it."""


class DamagedAudio(AudioError):
    """One message's recording cannot be had as it was recorded, though the others can."""


class NoPlace(StorageError):
    """No message can be taken now, and the caller is to hear so before they speak."""


class MailboxFull(NoPlace):
    """The box holds as many messages as it may."""


class NoRoom(NoPlace):
    """A disk has no room for another message."""


class Busy(StorageError):
    """Too many sounds are being converted just now."""

    def __init__(self) -> None:
        super().__init__("busy-converting")


class SpoolError(StorageError):
    """The folder in which Asterisk records cannot be read or written."""


class DatabaseUnavailable(StorageError):
    """The database cannot be opened, reached or written."""

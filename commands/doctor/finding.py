"""What one check found, and the running of checks: none of them can end the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from storage.errors import StorageError
from storage.text import printable
from telephony.errors import TelephonyError
from web.language.problems import whole

State = Literal["ok", "warning", "failure", "skipped"]


@dataclass(frozen=True)
class Finding:
    """What a check found. ``advice`` says what to do, where something is not as it should be."""

    name: str
    state: State
    what: str
    advice: str = ""

    @property
    def is_well(self) -> bool:
        return self.state != "failure"


Check = tuple[str, Callable[[], Finding]]
AsyncCheck = tuple[str, Callable[[], Awaitable[Finding]]]


def ok(name: str, what: str) -> Finding:
    return Finding(name, "ok", what)


def look(checks: Iterable[Check]) -> list[Finding]:
    """Make the checks, one after the other."""
    found = []
    for name, check in checks:
        try:
            found.append(check())
        except Exception as error:
            found.append(broken(name, error))
    return found


async def look_async(checks: Iterable[AsyncCheck]) -> list[Finding]:
    """The same, for checks that have to be awaited."""
    found = []
    for name, check in checks:
        try:
            found.append(await check())
        except Exception as error:
            found.append(broken(name, error))
    return found


def broken(name: str, error: Exception) -> Finding:
    """A check that could not be made: whatever is broken, doctor goes on."""
    if isinstance(error, StorageError):
        what = whole(error)
    elif isinstance(error, TelephonyError):
        what = str(error)
    elif isinstance(error, OSError):
        what = f"{error.filename or 'the system'}: {error.strerror or error}"
    else:
        what = f"the check itself failed: {error!r}"
    return Finding(name, "failure", printable(what, 500), "Put right what it says, and look again.")

"""A home is its owner's alone, whatever umask the commands in it were given with.

The service's group reads along: Asterisk, where it runs as another user of that group, plays the
prompts and the recordings. Secrets are nobody's but the service's.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from storage.files.fsync import make_folder
from storage.settings import FILE_NAME, Settings

FOLDER: Final = 0o750
FILE: Final = 0o640
SECRET: Final = 0o600
SPOOL: Final = 0o770
"""Asterisk writes there, too."""
LOCK: Final = "serve.lock"
"""What the one service of a home holds."""
UMASK: Final = 0o027
"""Of whatever serves: what it makes is private as it is."""


@dataclass(frozen=True)
class Openness:
    """A file or folder that more people may read or write than should."""

    path: Path
    mode: int
    most: int
    """The permissions that it may have."""

    @property
    def is_open_to_all(self) -> bool:
        """Whether that is everybody on the machine."""
        return bool(self.mode & 0o007)

    @property
    def closed(self) -> int:
        """Its mode without what is too much."""
        return self.mode & ~(0o777 & ~self.most)


def make_home(home: Path) -> None:
    """Make a home that is not there yet. Raises OSError."""
    if not home.is_dir():
        home.parent.mkdir(parents=True, exist_ok=True)
        make_folder(home, FOLDER)


def too_open(settings: Settings) -> list[Openness]:
    """What of an installation is more open than it should be, as far as it can be looked at."""
    return _found((*_places(settings), *_spools(settings)))


def tighten(settings: Settings) -> list[Openness]:
    """Close what is too open in the home, as far as it is this user's; what was closed.

    The spool stays: an Asterisk that writes there as anybody at all would record no more.
    """
    closed = []
    for place in _found(_places(settings)):
        try:
            if place.path.stat().st_uid == os.geteuid():
                place.path.chmod(place.closed)
                closed.append(place)
        except OSError:
            continue  # doctor tells
    return closed


def _found(places: Iterable[tuple[Path, int]]) -> list[Openness]:
    found = []
    for path, most in places:
        try:
            status = path.stat()
        except OSError:
            continue
        is_everybodys = status.st_mode & stat.S_ISVTX  # like /tmp
        is_meant = stat.S_ISDIR(status.st_mode) == bool(most & stat.S_IXUSR)
        if is_meant and not is_everybodys and status.st_mode & 0o777 & ~most:
            found.append(Openness(path, stat.S_IMODE(status.st_mode), most))
    return found


def _places(settings: Settings) -> Iterator[tuple[Path, int]]:
    """Everything that has to be private in itself, and its permissions at most; secrets first."""
    home = settings.home
    for name in (FILE_NAME, f"{FILE_NAME}.from-backup"):
        yield home / name, SECRET
    for path in sorted((home / "asterisk").glob("*.secret")):
        yield path, SECRET
    for folder in (
        *(home, settings.audio_folder, settings.outbox_folder, settings.prompts_folder),
        *(settings.log_folder, settings.metrics_folder),
    ):
        yield folder, FOLDER
    if database := settings.database_file:
        for suffix in ("", "-wal", "-shm", "-journal"):
            yield database.with_name(database.name + suffix), FILE
    yield home / LOCK, FILE
    for path in sorted(settings.log_folder.glob("*.jsonl*")):
        yield path, FILE


def _spools(settings: Settings) -> Iterator[tuple[Path, int]]:
    for folder in (settings.recordings, settings.fallback_spool):
        yield folder, SPOOL

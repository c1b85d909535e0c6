"""What lies in the folder where Asterisk records, as whoever settles it later sees it."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from pathlib import Path

import structlog

from storage.audio.recordings import NoRecordings, parts_of
from storage.intake.draft_files import DraftFiles

# A file changed so recently, in seconds, may still be written by Asterisk, which writes a
# recording every two to four seconds.
QUIET_SECONDS = 5

log = structlog.get_logger(__name__)


class Leftovers:
    """Recordings, the draft files beside them, and what was found to be no recording.

    It is remembered from one reconciliation to the next: make one for a folder.
    """

    def __init__(self, folder: Path, draft_files: DraftFiles) -> None:
        self._folder = folder
        self._draft_files = draft_files
        self._refused = NoRecordings()

    def recording(self, draft_id: str) -> Path:
        """Where the draft's recording is, or its first part, if there is one."""
        return self._folder / f"{draft_id}.wav"

    def recordings(self, *, only_quiet: bool) -> list[Path]:
        """As `recordings_in`, of the folder where Asterisk records."""
        return recordings_in(self._folder, only_quiet=only_quiet)

    def has_draft_file(self, draft_id: str) -> bool:
        """Whether there is a draft file of that id that makes sense. Raises SpoolError."""
        return self._draft_files.read(draft_id) is not None

    def remove_draft_file(self, draft_id: str) -> None:
        """As `DraftFiles.remove`."""
        self._draft_files.remove(draft_id)

    def remove_useless_draft_files(self, *, only_quiet: bool) -> None:
        """DraftFiles that make no sense go, unless there is a recording: they go together."""
        for draft_id in self._draft_files.ids():
            if (
                not parts_of(self.recording(draft_id))
                and (not only_quiet or _is_quiet(self._draft_files.path(draft_id)))
                and not self.has_draft_file(draft_id)
            ):
                self._draft_files.remove(draft_id)

    def refuse(self, path: Path) -> None:
        """Remember that this is no recording."""
        self._refused.add(path)

    def is_refused(self, path: Path) -> bool:
        """Whether it was refused, and is still the same."""
        return path in self._refused

    def forget_gone(self, there: Iterable[Path], folder: Path | None = None) -> None:
        """Forget what was refused and is gone: only these are still in the folder.

        Without a ``folder``, in that where Asterisk records.
        """
        self._refused.forget_all_but(folder or self._folder, there)


def recordings_in(folder: Path, *, only_quiet: bool) -> list[Path]:
    """The WAV files of a folder, oldest name first, without those that may still grow."""
    try:
        paths = sorted(folder.glob("*.wav"))
    except OSError as error:
        log.warning("folder of recordings cannot be read", reason=error)
        return []
    return [path for path in paths if not only_quiet or _is_quiet(path)]


def changed_at(path: Path) -> float:
    """When the file was changed last; one that is gone by now is as good as new."""
    try:
        return path.lstat().st_mtime
    except OSError:
        return float("inf")


def _is_quiet(path: Path) -> bool:
    """Whether nobody has written to the file just now; not of one that is gone.

    One changed in the future was so before the clock was set back.
    """
    changed = changed_at(path)
    return math.isfinite(changed) and abs(time.time() - changed) >= QUIET_SECONDS

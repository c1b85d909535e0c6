"""What a backup is of, and what it is restored into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from storage.audio.store import AudioStore
from storage.database.engine import Database
from storage.settings import FILE_NAME, Settings

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do."""


@dataclass(frozen=True)
class Home:
    """The parts of a home. Its database need not have any tables yet."""

    folder: Path
    database: Database
    audio: AudioStore
    prompts: Path
    recordings: Path
    fallback: Path

    @classmethod
    def of(cls, settings: Settings, database: Database, audio: AudioStore) -> Home:
        """The home of these settings."""
        return cls(
            settings.home,
            database,
            audio,
            settings.prompts_folder,
            settings.recordings,
            settings.fallback_spool,
        )

    @property
    def settings_file(self) -> Path:
        """Its voicepost.toml, which may not be there."""
        return self.folder / FILE_NAME

    @property
    def settings_of_backup(self) -> Path:
        """Where the settings of a backup are put, for a person to look at."""
        return self.folder / f"{FILE_NAME}.from-backup"

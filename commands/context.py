"""What every command works with, made when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from storage.database import Database
from storage.inbox import Inbox
from storage.messages import Messages
from storage.offices import Offices
from storage.prompts import PromptLibrary
from storage.settings import Settings, load_settings
from storage.vault import LocalAudio


class App:
    """One installation, by its home folder. Nothing is read or made before it is needed."""

    def __init__(self, home: Path) -> None:
        self.home = home

    @cached_property
    def settings(self) -> Settings:
        """The installation's settings. Raises `ConfigError`."""
        return load_settings(self.home)

    @cached_property
    def database(self) -> Database:
        """The database, with all migrations applied. Raises `DatabaseUnavailable`."""
        self.settings.home.mkdir(parents=True, exist_ok=True)
        database = Database(self.settings.database_url)
        database.migrate()
        return database

    @cached_property
    def audio(self) -> LocalAudio:
        return LocalAudio(self.settings.audio_folder)

    @cached_property
    def messages(self) -> Messages:
        return Messages(self.database, self.audio, self.settings.recordings)

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(self.database, self.audio)

    @cached_property
    def prompts(self) -> PromptLibrary:
        return PromptLibrary(self.settings.prompts_folder)

    @cached_property
    def offices(self) -> Offices:
        return Offices(self.database, self.prompts)

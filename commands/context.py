"""What every command works with, made when it is first asked for.

What makes it is loaded only then, too: no command needs everything, and loading that takes seconds.
"""

from __future__ import annotations

import getpass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from storage.actor import Actor
from storage.audio.store import AudioStore, LocalAudio

if TYPE_CHECKING:
    from storage.accounts.invitations import Invitations
    from storage.accounts.passwords import Passwords
    from storage.accounts.pins import Pins
    from storage.accounts.sessions import Sessions
    from storage.accounts.tokens import Tokens
    from storage.accounts.users import Users
    from storage.audit import AuditLog
    from storage.companies.allowances import Allowances
    from storage.companies.store import Offices
    from storage.database.engine import Database
    from storage.intake.intake import Intake
    from storage.listening.mailboxes import Mailboxes
    from storage.messages.events import News
    from storage.messages.repository import MessageRepository
    from storage.messages.unassigned import Unassigned
    from storage.notifications.lamps import Lamps
    from storage.notifications.own_addresses import OwnAddresses
    from storage.notifications.queue import Deliveries
    from storage.office.prompts import PromptLibrary
    from storage.retention.retention import Retention
    from storage.settings import Settings


class App:
    """One installation, by its home folder. Nothing is read or made before it is needed."""

    def __init__(self, home: Path) -> None:
        self.home = home

    @cached_property
    def settings(self) -> Settings:
        """The installation's settings. Raises `ConfigError`."""
        from storage.settings import load_settings

        return load_settings(self.home)

    @cached_property
    def database(self) -> Database:
        """The database, with all migrations applied. Raises `DatabaseUnavailable`."""
        from storage.database.engine import Database
        from storage.privacy import make_home

        make_home(self.settings.home)
        database = Database(self.settings.database_url)
        database.migrate()
        return database

    @property
    def database_exists(self) -> bool:
        """Whether there is a database already, as far as that can be told without asking it."""
        url = self.settings.database_url
        return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()

    @cached_property
    def audio(self) -> AudioStore:
        """Where recordings are kept. Raises `ConfigError`."""
        if not self.settings.audio.in_bucket:
            return LocalAudio(self.settings.audio_folder)
        # Imported here: it takes a moment, and most installations have no object store.
        from storage.audio.s3 import Bucket
        from storage.audio.upload_queue import OutboxAudio

        return OutboxAudio(self.settings.outbox_folder, Bucket(self.settings.audio))

    @cached_property
    def intake(self) -> Intake:
        from storage.intake.intake import Intake

        return Intake(self.database, self.audio, self.settings.recordings)

    @cached_property
    def messages(self) -> MessageRepository:
        from storage.messages.repository import MessageRepository

        return MessageRepository(self.database, self.audio)

    @cached_property
    def mailboxes(self) -> Mailboxes:
        from storage.listening.mailboxes import Mailboxes

        return Mailboxes(self.database, self.messages)

    @cached_property
    def retention(self) -> Retention:
        from storage.retention.retention import Retention

        return Retention(
            self.database, self.audio, self.offices.snapshot, self.settings.messages.quiet_days
        )

    @cached_property
    def audit(self) -> AuditLog:
        from storage.audit import AuditLog

        return AuditLog(self.database)

    @cached_property
    def news(self) -> News:
        from storage.messages.events import News

        return News(self.database)

    @cached_property
    def deliveries(self) -> Deliveries:
        from storage.notifications.queue import Deliveries

        return Deliveries(self.database)

    @cached_property
    def own_addresses(self) -> OwnAddresses:
        from storage.notifications.own_addresses import OwnAddresses

        return OwnAddresses(self.database, self.offices)

    @cached_property
    def lamps(self) -> Lamps:
        from storage.notifications.lamps import Lamps

        return Lamps(self.database)

    @cached_property
    def prompts(self) -> PromptLibrary:
        from storage.office.prompts import PromptLibrary

        return PromptLibrary(self.settings.prompts_folder)

    @cached_property
    def offices(self) -> Offices:
        from storage.companies.allowance import usual_allowance
        from storage.companies.store import Offices

        return Offices(self.database, self.prompts, usual_allowance(self.settings))

    @cached_property
    def allowances(self) -> Allowances:
        from storage.companies.allowances import Allowances

        return Allowances(self.database)

    @cached_property
    def unassigned(self) -> Unassigned:
        from storage.messages.unassigned import Unassigned

        return Unassigned(self.database)

    @cached_property
    def passwords(self) -> Passwords:
        from storage.accounts.passwords import Passwords

        return Passwords()

    @cached_property
    def users(self) -> Users:
        from storage.accounts.users import Users

        return Users(self.database, self.passwords)

    @cached_property
    def pins(self) -> Pins:
        from storage.accounts.pins import Pins

        return Pins(self.database, self.passwords)

    @cached_property
    def sessions(self) -> Sessions:
        from storage.accounts.sessions import Sessions

        return Sessions(self.database, self.passwords)

    @cached_property
    def tokens(self) -> Tokens:
        from storage.accounts.tokens import Tokens

        return Tokens(self.database, days=self.settings.web.token_days)

    @cached_property
    def invitations(self) -> Invitations:
        from storage.accounts.invitations import Invitations

        return Invitations(self.database, self.passwords)

    @cached_property
    def actor(self) -> Actor:
        """Who gives the commands, as the audit log writes it down."""
        try:
            name = getpass.getuser()
        except (KeyError, OSError):  # a number that no account of the system has
            name = "voicepost"
        return Actor(name=name, via="cli")

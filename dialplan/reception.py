"""The reception: sends every call that comes in to the flow that serves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import structlog

from dialplan import log_events, sounds
from dialplan.entry import take_call
from dialplan.keeping.mailbox_keeping import StoredMailboxes
from dialplan.keeping.message_taking import StoredMessageTaker
from dialplan.keeping.patience import NEW_NUMBER_PATIENCE, PATIENCE
from dialplan.phone_tasks import play_message, record_prompt
from dialplan.services import Services
from dialplan.strays import StrayRules, Strays
from storage.accounts.pins import Pins
from storage.companies.store import Directory, Offices, Site
from storage.errors import DatabaseUnavailable, NotFound
from storage.identifiers import is_id
from storage.intake.intake import Intake
from storage.listening.mailboxes import Mailboxes
from storage.messages.repository import MessageRepository
from storage.messages.unassigned import Unassigned
from storage.office.prompts import PromptLibrary
from telephony.call import Call, Hearing, RecordingLimits

PROBE_LIMITS = RecordingLimits(max_seconds=10, silence_seconds=5)


log = structlog.get_logger()


@dataclass(frozen=True)
class Reception:
    """Serves calls of every company on this system, over whatever way they come in."""

    offices: Offices
    intake: Intake
    messages: MessageRepository
    mailboxes: Mailboxes
    pins: Pins
    prompts: PromptLibrary
    unassigned: Unassigned
    outside: str
    hearing: Hearing
    strays: StrayRules
    recordings: Path
    """The folder where Asterisk records, and plays from what is put there."""

    @cached_property
    def taker(self) -> StoredMessageTaker:
        """One for all calls, with its threads."""
        return StoredMessageTaker(self.intake)

    @cached_property
    def listening(self) -> StoredMailboxes:
        """One for all calls, with its threads."""
        return StoredMailboxes(self.pins, self.mailboxes, self.recordings)

    async def take(self, call: Call, args: Sequence[str]) -> None:
        """Serve a call that the dialplan, or one of our commands, sent with these arguments.

        ``call NUMBER`` is a caller from outside; ``phone …`` is a phone that we rang ourselves;
        ``probe ID`` is `voicepost doctor`, who wants to be recorded and looks at it itself.
        """
        match list(args):
            case ["call"] | ["call", _]:  # without a number, where a name was called
                await self.take_outside_call(call)
            case ["phone", "play-message", message_id, *extension] if len(extension) < 2:
                await play_message(call, self.messages, message_id, self.recordings, *extension)
            case ["phone", "record-prompt", company_id, name]:
                await record_prompt(
                    call, self.offices, self.prompts, company_id, name, self.recordings
                )
            case ["probe", probe_id] if is_id(probe_id):
                await call.answer("en")
                await call.record(f"probe-{probe_id}", PROBE_LIMITS)
            case _:
                log.warning("a call with arguments that mean nothing", args=list(args))

    async def take_outside_call(self, call: Call) -> None:
        """Serve a caller who dialled one of our companies' numbers."""
        directory = await self._directory_for(call.dialled)
        site = directory.find(call.dialled)
        if site is None:
            log.warning(log_events.NOBODYS_NUMBER, dialled=call.dialled)
            await Strays(self.unassigned, self.taker, self.strays).take(call, directory)
            return
        await take_call(call, self._services(site))

    async def _directory_for(self, dialled: str) -> Directory:
        """All offices, to find whose number it is; as known last, while the database is silent.

        What was not known last may be a new number: nobody is turned away before the database
        has said so. Raises DatabaseUnavailable, and then the fallback takes a message.
        """
        try:
            return await self._directory(PATIENCE)
        except DatabaseUnavailable as error:
            known = self.offices.last_known
            if known is None:
                raise
            if known.find(dialled):
                log.warning("the last known configuration is used", why=error)
                return known
            return await self._directory(NEW_NUMBER_PATIENCE)

    async def _directory(self, seconds: float) -> Directory:
        return await self.taker.database.ask(self.offices.snapshot, seconds)

    def _services(self, site: Site) -> Services:
        return Services(
            site=site,
            taker=self.taker,
            mailboxes=self.listening,
            sound=lambda reference: self._sound(site, reference),
            outside=self.outside,
            hearing=self.hearing,
        )

    def _sound(self, site: Site, reference: str) -> str:
        """What Asterisk plays for a prompt; a caller hears nothing for one that is missing."""
        try:
            return self.prompts.sound(site.office, reference)
        except NotFound as error:
            log.error("a prompt is missing", why=error)
            return sounds.SILENCE

"""The keeping of messages, as call flows see it: the synchronous storage, off the event loop.

No caller waits in silence for the database. Before the beep a draft file stands in for a draft in
the database; after a recording the caller hears no promise, and the message is filed later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import structlog

from dialplan.keeping.patience import FINISH_PATIENCE, PATIENCE
from dialplan.keeping.worker_threads import WorkerThreads
from storage.errors import DatabaseUnavailable
from storage.intake.drafts import Interrupted
from storage.intake.intake import Draft, Empty, Intake, Kept, Mailbox
from storage.messages.envelope import new_envelope
from storage.office import VoicemailSettings
from telephony.call import Call

log = structlog.get_logger()


class MessageTaker(Protocol):
    """Takes messages in. Every method may raise `storage.errors.StorageError`; the recording is
    then still in Asterisk's folder, and is filed when the trouble is over."""

    async def begin(
        self, call: Call, mailbox: Mailbox, settings: VoicemailSettings, replaces: Draft | None
    ) -> Draft:
        """Note, before the beep, that this caller is about to speak, perhaps once more.

        Raises `storage.errors.NoPlace` when no message can be taken now.
        """

    async def is_recorded(self, draft: Draft) -> bool:
        """Whether Asterisk has recorded anything for it, speech or not."""

    async def is_only_noise(self, draft: Draft, seconds: float) -> bool:
        """Whether what is being recorded holds only its line's noise in the newest seconds.

        Also False where that cannot be told in time.
        """

    async def mark_cut_off(self, draft: Draft) -> None:
        """Note that not all that the caller said was recorded."""

    async def has_speech(self, draft: Draft, min_speech: float) -> bool:
        """Whether the finished recording holds at least ``min_speech`` seconds of speech.

        Also True where that cannot be told in time: no caller waits for it in silence, and what
        holds no speech is not kept by `finish`.
        """

    async def finish(self, draft: Draft) -> Kept | Empty:
        """File the recording: when `Kept` is returned it is on disk and in the database, and
        what it replaces is gone."""

    async def interrupted(self, call: Call) -> Interrupted | None:
        """What an earlier flow of this call had begun, None if nothing."""


@dataclass(frozen=True)
class StoredMessageTaker:
    """The taker over `storage.intake.intake.Intake`. Make one, and use it for all calls.

    ``database``, ``draft_files`` and ``files`` are the threads that do the work, each kind apart.
    """

    intake: Intake
    database: WorkerThreads = field(default_factory=partial(WorkerThreads, "database"))
    draft_files: WorkerThreads = field(default_factory=partial(WorkerThreads, "draft files"))
    files: WorkerThreads = field(default_factory=partial(WorkerThreads, "files"))

    async def begin(
        self, call: Call, mailbox: Mailbox, settings: VoicemailSettings, replaces: Draft | None
    ) -> Draft:
        envelope = new_envelope(
            mailbox,
            caller_number=call.caller.number,
            caller_name=call.caller.marked_name,
            dialled=call.dialled,
            source=call.source,
            call_id=call.id,
            min_speech=settings.min_seconds,
            replaces=replaces.id if replaces else None,
        )
        await self.draft_files.do(partial(self.intake.check_room, settings.max_seconds))
        begin = partial(self.intake.begin, envelope, settings.max_messages)
        try:
            return await self.database.ask(begin, PATIENCE)
        except DatabaseUnavailable as error:
            # Should the attempt succeed later after all, row and draft file are one draft.
            log.warning("a draft is written on a slip", message=envelope.id, why=error)
            return await self.draft_files.do(partial(self.intake.begin_without_database, envelope))

    async def is_recorded(self, draft: Draft) -> bool:
        return await self.draft_files.do(partial(self.intake.is_recorded, draft.id))

    async def is_only_noise(self, draft: Draft, seconds: float) -> bool:
        work = partial(self.intake.is_only_noise, draft.id, seconds)
        return await self.draft_files.in_time(work, PATIENCE, otherwise=False)

    async def mark_cut_off(self, draft: Draft) -> None:
        await self.draft_files.do(partial(self.intake.mark_cut_off, draft.id))

    async def has_speech(self, draft: Draft, min_speech: float) -> bool:
        work = partial(self.intake.has_speech, draft.id, min_speech)
        return await self.files.in_time(work, PATIENCE, otherwise=True)

    async def finish(self, draft: Draft) -> Kept | Empty:
        intake = self.intake
        await self.files.do(partial(intake.secure, draft.id))
        row = draft.row
        if row is None:
            row = await self.database.ask(partial(intake.look_up, draft.id), FINISH_PATIENCE)
        filed = await self.files.do(partial(intake.file, row))
        return await self.database.ask(partial(intake.keep, filed), FINISH_PATIENCE)

    async def interrupted(self, call: Call) -> Interrupted | None:
        # Without the database, what draft files tell.
        drafts = self.intake.drafts
        try:
            # Worth waiting for: who has spoken is not to be asked for it again.
            return await self.database.ask(partial(drafts.interrupted, call.id), FINISH_PATIENCE)
        except DatabaseUnavailable as error:
            log.warning("only slips tell what the call had begun", why=error)
            return await self.draft_files.do(partial(drafts.interrupted_by_draft_files, call.id))

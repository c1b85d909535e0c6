"""The keeping of messages, as call flows see it: the synchronous storage, off the event loop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from storage.messages import Draft, Empty, Kept, Mailbox, Messages
from telephony.call import Call


class Mailroom(Protocol):
    """Takes messages in. Every method may raise `storage.errors.StorageError`; the recording is
    then still in Asterisk's folder, and is filed when the trouble is over."""

    async def begin(
        self, call: Call, mailbox: Mailbox, min_speech: float, replaces: Draft | None
    ) -> Draft:
        """Note, before the beep, that this caller is about to speak, perhaps once more."""

    async def has_speech(self, draft: Draft, min_speech: float) -> bool:
        """Whether the finished recording holds at least ``min_speech`` seconds of speech."""

    async def finish(self, draft: Draft) -> Kept | Empty:
        """File the recording: when `Kept` is returned it is on disk and in the database, and
        what it replaces is gone."""


@dataclass(frozen=True)
class StoredMailroom:
    """The mailroom over `storage.messages.Messages`, one worker thread per request."""

    messages: Messages

    async def begin(
        self, call: Call, mailbox: Mailbox, min_speech: float, replaces: Draft | None
    ) -> Draft:
        return await asyncio.to_thread(
            self.messages.begin,
            mailbox,
            caller_number=call.caller.number,
            caller_name=call.caller.name,
            dialled=call.dialled,
            source=call.source,
            call_id=call.id,
            min_speech=min_speech,
            replaces=replaces,
        )

    async def has_speech(self, draft: Draft, min_speech: float) -> bool:
        return await asyncio.to_thread(self.messages.has_speech, draft.id, min_speech)

    async def finish(self, draft: Draft) -> Kept | Empty:
        return await asyncio.to_thread(self.messages.finish, draft.id)

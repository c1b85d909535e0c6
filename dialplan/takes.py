"""The takes of one message: what a caller has recorded for it, and the one that comes next."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial

from dialplan.keeping.message_taking import MessageTaker
from storage.intake.intake import Draft, Mailbox
from storage.office import VoicemailSettings
from telephony.call import Call, RecordingLimits


@dataclass(frozen=True)
class Takes:
    """What was ``recorded`` for ``mailbox``, oldest first, as ``settings`` allow it.

    ``begun`` is the draft of the take that comes next, where that was made already.
    """

    mailbox: Mailbox
    settings: VoicemailSettings
    recorded: tuple[Draft, ...] = ()
    begun: Draft | None = None

    @property
    def newest(self) -> Draft:
        """The take that was recorded last, or is being recorded."""
        return self.recorded[-1]

    async def begin(self, call: Call, taker: MessageTaker) -> Draft:
        """The draft of the take that comes next; it replaces the one before.

        Raises `StorageError`.
        """
        older = self.newest if self.recorded else None
        return self.begun or await taker.begin(call, self.mailbox, self.settings, older)

    async def and_next(self, call: Call, taker: MessageTaker) -> Takes:
        """These and the one that is recorded now. Raises `StorageError`."""
        take = await self.begin(call, taker)
        return replace(self, recorded=(*self.recorded, take), begun=None)

    def none_yet(self) -> Takes:
        """For the same mailbox, with nothing recorded."""
        return Takes(self.mailbox, self.settings)

    def limits(self, taker: MessageTaker) -> RecordingLimits:
        """When the recording of the newest ends by itself."""
        silence = self.settings.silence_seconds
        return RecordingLimits(
            max_seconds=math.ceil(self.settings.max_seconds),
            silence_seconds=math.ceil(silence),
            only_noise=partial(taker.is_only_noise, self.newest, silence),
        )

"""Calls to numbers that lead nowhere: whoever came by the trunk may leave a message all the same.

A provider hands over a number before it is configured here, or in a spelling that nobody expected.
The message is nobody's; administrators and the operator find it as *unassigned*.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial

import structlog

from dialplan import log_events, sounds
from dialplan.keeping.message_taking import StoredMessageTaker
from dialplan.keeping.patience import PATIENCE
from dialplan.resuming import take_up_again
from dialplan.services import Desk
from dialplan.voicemail import leave_message
from storage.companies.directory import Directory
from storage.intake.mailboxes import unassigned_mailbox
from storage.messages.unassigned import Unassigned
from storage.metrics import metrics
from storage.office import VoicemailSettings
from storage.words.prefixes import parted
from telephony.call import Call

NO_TRUNKS = ("local/*", "pjsip/anonymous")
"""Calls that Asterisk places itself, and those of anybody in the world."""

log = structlog.get_logger()


@dataclass(frozen=True)
class StrayRules:
    """What the operator allows: by which endpoints, and in how many calls a day.

    ``trunks`` names endpoints with commas between (``provider``, ``DAHDI/*``); "" are all that are
    no phones of employees.
    """

    trunks: str = ""
    per_caller: int = 5
    per_day: int = 100

    def is_trunk(self, endpoint: str, directory: Directory) -> bool:
        """Whether a call by that endpoint comes from outside."""
        name = endpoint.casefold()
        if named := parted(self.trunks.casefold()):
            return any(fnmatchcase(name, t if "/" in t else f"pjsip/{t}") for t in named)
        is_known = bool(endpoint) and not any(fnmatchcase(name, other) for other in NO_TRUNKS)
        return is_known and not directory.has_phone(endpoint)


@dataclass(frozen=True)
class Strays:
    """Takes messages of callers whose number no company has."""

    unassigned: Unassigned
    taker: StoredMessageTaker
    rules: StrayRules

    async def take(self, call: Call, directory: Directory) -> None:
        """Serve such a caller: who may not leave a message hears that the number is not in service.

        Raises DatabaseUnavailable, and then the fallback takes a message.
        """
        mailbox = unassigned_mailbox(call.dialled, directory.timezone)
        desk = Desk(mailbox, sounds.LEAVE_MESSAGE, VoicemailSettings())
        language = directory.language
        if call.seen_before and await take_up_again(call, self.taker, language, lambda _: desk):
            return
        if why := await self._refusal(call, directory):
            metrics().refused.labels("unknown_number").inc()
            log.warning(log_events.NO_MESSAGE_FOR_NOBODY, why=why)
            await call.play(sounds.UNKNOWN_NUMBER)
            return
        await call.answer(language)
        await leave_message(call, self.taker, mailbox, desk.greeting, desk.settings)

    async def _refusal(self, call: Call, directory: Directory) -> str:
        """Why this caller may leave no message; "" for who may."""
        if not self.rules.is_trunk(call.endpoint, directory):
            return f"{call.endpoint or 'the endpoint'} is no trunk"
        if not (self.rules.per_caller and self.rules.per_day):
            return "the settings allow none"
        count = partial(self.unassigned.calls_lately, call.caller.number)
        of_caller, in_all = await self.taker.database.ask(count, PATIENCE)
        if of_caller >= self.rules.per_caller:
            return f"the caller has left {of_caller} within a day"
        return f"{in_all} were left within a day" if in_all >= self.rules.per_day else ""
